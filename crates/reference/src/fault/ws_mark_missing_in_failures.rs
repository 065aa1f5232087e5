//! An error path that builds its own reply and forgets the mark.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::{
    json::Node,
    ws_service::{Call, Conduct, Honest, Outcome, Session},
};

pub const FAULT: Fault = Fault {
    name: "ws/mark-missing-in-failures",
    suite: "ws-service",
    text: "A call that fails gets no mark back.",
    breaks: &["WS-MARK-2"],
    conduct: Subject::WsService(|| Arc::new(MarkMissingInFailures)),
};

struct MarkMissingInFailures;

impl Conduct for MarkMissingInFailures {
    fn mark(&self, session: &Session, call: &Call, outcome: &Outcome) -> Option<Node> {
        match outcome {
            Outcome::Failure(_) => None,
            _ => Honest.mark(session, call, outcome),
        }
    }
}
