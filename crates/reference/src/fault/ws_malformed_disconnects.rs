//! A parser whose error closes the connection. The table has a blank there (A:6).

use std::sync::Arc;

use super::{Fault, Subject};
use crate::{
    websocket::Out,
    ws_service::{Call, Conduct, Honest, Outcome, Rejection, Session},
};
use wire::frame::Frame;

pub const FAULT: Fault = Fault {
    name: "ws/malformed-disconnects",
    suite: "ws-service",
    text: "A message that is no JSON is answered with 1400 and ends the connection.",
    breaks: &["WS-CALL-10"],
    conduct: Subject::WsService(|| Arc::new(MalformedDisconnects)),
};

struct MalformedDisconnects;

impl Conduct for MalformedDisconnects {
    fn reply(&self, session: &Session, call: Option<&Call>, outcome: &Outcome, text: String) -> Vec<Out> {
        match outcome {
            Outcome::Rejection(Rejection::Malformed) => {
                vec![Out::text(text), Out::Frame(Frame::close(1003, "")), Out::End]
            }
            _ => Honest.reply(session, call, outcome, text),
        }
    }
}
