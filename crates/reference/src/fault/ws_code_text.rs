//! An error path in a language that does not care. Successes are as they should be.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::{
    json::Node,
    ws_service::{Call, Conduct, Outcome, Session},
};

pub const FAULT: Fault = Fault {
    name: "ws/code-text",
    suite: "ws-service",
    text: "The code of a failure is the string \"200\" instead of the number.",
    breaks: &["WS-RES-1"],
    conduct: Subject::WsService(|| Arc::new(CodeText)),
};

struct CodeText;

impl Conduct for CodeText {
    fn amend(&self, _session: &Session, _call: Option<&Call>, outcome: &Outcome, reply: &mut Node) {
        if matches!(outcome, Outcome::Failure(_)) {
            reply.set("code", Node::text("200"));
        }
    }
}
