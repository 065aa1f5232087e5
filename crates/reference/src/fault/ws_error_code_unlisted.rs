//! A code of a sibling service that leaks through.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::{
    json::Node,
    ws_service::{Call, Conduct, ErrorCode, Outcome, Session},
};

pub const FAULT: Fault = Fault {
    name: "ws/error-code-unlisted",
    suite: "ws-service",
    text: "A restricted call fails with a code that the document does not have.",
    breaks: &["WS-RES-8", "WS-RES-9"],
    conduct: Subject::WsService(|| Arc::new(ErrorCodeUnlisted)),
};

struct ErrorCodeUnlisted;

impl Conduct for ErrorCodeUnlisted {
    fn amend(&self, _session: &Session, _call: Option<&Call>, outcome: &Outcome, reply: &mut Node) {
        if let (Outcome::Failure(ErrorCode::Restricted), Some(result)) = (outcome, reply.at(&["result"])) {
            result.set("errorCode", Node::number(-7000));
        }
    }
}
