//! A router and a handler that both answer for what neither of them has.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::{
    websocket::Out,
    ws_service::{Call, Conduct, Honest, Outcome, Rejection, Session},
};

pub const FAULT: Fault = Fault {
    name: "ws/reply-doubled",
    suite: "ws-service",
    text: "A call of an interface that does not exist is answered twice.",
    breaks: &["WS-CALL-6"],
    conduct: Subject::WsService(|| Arc::new(ReplyDoubled)),
};

struct ReplyDoubled;

impl Conduct for ReplyDoubled {
    fn reply(&self, session: &Session, call: Option<&Call>, outcome: &Outcome, text: String) -> Vec<Out> {
        let mut outs = Honest.reply(session, call, outcome, text);
        if *outcome == Outcome::Rejection(Rejection::NoSuchInterface) {
            outs.extend(outs.clone());
        }
        outs
    }
}
