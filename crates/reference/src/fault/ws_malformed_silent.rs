//! A parse error that is logged and forgotten.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::{
    websocket::Out,
    ws_service::{Call, Conduct, Honest, Outcome, Rejection, Session},
};

pub const FAULT: Fault = Fault {
    name: "ws/malformed-silent",
    suite: "ws-service",
    text: "A message that is no JSON object is not answered.",
    breaks: &["WS-CALL-4", "WS-CALL-6", "WS-CALL-12"],
    conduct: Subject::WsService(|| Arc::new(MalformedSilent)),
};

struct MalformedSilent;

impl Conduct for MalformedSilent {
    fn reply(&self, session: &Session, call: Option<&Call>, outcome: &Outcome, text: String) -> Vec<Out> {
        match outcome {
            Outcome::Rejection(Rejection::Malformed) => Vec::new(),
            _ => Honest.reply(session, call, outcome, text),
        }
    }
}
