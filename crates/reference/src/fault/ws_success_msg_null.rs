//! A text that only errors have.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::{
    json::Node,
    ws_service::{Call, Conduct, Outcome, Session},
};

pub const FAULT: Fault = Fault {
    name: "ws/success-msg-null",
    suite: "ws-service",
    text: "The msg of a success is null.",
    breaks: &["WS-RES-2"],
    conduct: Subject::WsService(|| Arc::new(SuccessMsgNull)),
};

struct SuccessMsgNull;

impl Conduct for SuccessMsgNull {
    fn amend(&self, _session: &Session, _call: Option<&Call>, outcome: &Outcome, reply: &mut Node) {
        if matches!(outcome, Outcome::Success(_)) {
            reply.set("msg", Node::raw("null"));
        }
    }
}
