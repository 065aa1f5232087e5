//! Codes kept as text in a table. Error disconnects are as they should be.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::{
    json::Node,
    ws_service::{Call, Conduct, Outcome, Session},
};

pub const FAULT: Fault = Fault {
    name: "ws/error-code-text",
    suite: "ws-service",
    text: "The errorCode is a string instead of a number.",
    breaks: &["WS-RES-3"],
    conduct: Subject::WsService(|| Arc::new(ErrorCodeText)),
};

struct ErrorCodeText;

impl Conduct for ErrorCodeText {
    fn amend(&self, _session: &Session, _call: Option<&Call>, outcome: &Outcome, reply: &mut Node) {
        if let (Outcome::Failure(code), Some(result)) = (outcome, reply.at(&["result"])) {
            result.set("errorCode", Node::text(&code.number().to_string()));
        }
    }
}
