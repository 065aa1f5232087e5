//! A listener registered twice.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::reference::{
    websocket::Out,
    ws_service::{Call, Conduct, Outcome, Session},
};

pub const FAULT: Fault = Fault {
    name: "ws/reply-doubled",
    suite: "ws-service",
    text: "Each reply is sent twice.",
    breaks: &["WS-CALL-6"],
    conduct: Subject::WsService(|| Arc::new(ReplyDoubled)),
};

struct ReplyDoubled;

impl Conduct for ReplyDoubled {
    fn reply(&self, _session: &Session, _call: Option<&Call>, _outcome: &Outcome, text: String) -> Vec<Out> {
        vec![Out::text(text.clone()), Out::text(text)]
    }
}
