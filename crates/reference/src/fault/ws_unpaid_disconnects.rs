//! Debtors shown the door. The table has a blank there (A:5).

use std::sync::Arc;

use super::{Fault, Subject};
use crate::{
    websocket::Out,
    ws_service::{Call, Conduct, Honest, Outcome, Rejection, Session},
};
use wire::frame::Frame;

pub const FAULT: Fault = Fault {
    name: "ws/unpaid-disconnects",
    suite: "ws-service",
    text: "A call that has yet to be paid is answered with 1402 and ends the connection.",
    breaks: &["WS-CALL-10"],
    conduct: Subject::WsService(|| Arc::new(UnpaidDisconnects)),
};

struct UnpaidDisconnects;

impl Conduct for UnpaidDisconnects {
    fn reply(&self, session: &Session, call: Option<&Call>, outcome: &Outcome, text: String) -> Vec<Out> {
        let mut outs = Honest.reply(session, call, outcome, text);
        if *outcome == Outcome::Rejection(Rejection::Unpaid) {
            outs.extend([Out::Frame(Frame::close(1008, "")), Out::End]);
        }
        outs
    }
}
