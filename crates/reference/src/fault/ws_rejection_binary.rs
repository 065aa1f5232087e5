//! An error path of its own, which writes bytes where the others write text.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::{
    websocket::Out,
    ws_service::{Call, Conduct, Honest, Outcome, Rejection, Session},
};
use wire::frame::{Frame, Opcode};

pub const FAULT: Fault = Fault {
    name: "ws/rejection-binary",
    suite: "ws-service",
    text: "The 1404 of a call without mark is sent as a binary message.",
    breaks: &["WS-CALL-1", "WS-CALL-6"],
    conduct: Subject::WsService(|| Arc::new(RejectionBinary)),
};

struct RejectionBinary;

impl Conduct for RejectionBinary {
    fn reply(&self, session: &Session, call: Option<&Call>, outcome: &Outcome, text: String) -> Vec<Out> {
        let unmarked = call.is_some_and(|call| call.mark().is_none());
        match outcome {
            Outcome::Rejection(Rejection::NoSuchInterface) if unmarked => {
                vec![Out::Frame(Frame::new(Opcode::Binary, text))]
            }
            _ => Honest.reply(session, call, outcome, text),
        }
    }
}
