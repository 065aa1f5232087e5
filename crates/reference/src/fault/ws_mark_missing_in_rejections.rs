//! A gate that answers before the call is taken apart. Only pushes and error disconnects carry no mark (A:24).

use std::sync::Arc;

use super::{Fault, Subject};
use crate::{
    json::Node,
    ws_service::{Call, Conduct, Honest, Outcome, Session},
};

pub const FAULT: Fault = Fault {
    name: "ws/mark-missing-in-rejections",
    suite: "ws-service",
    text: "A call that is answered with 1402 or 1404 gets no mark back.",
    breaks: &["WS-MARK-11"],
    conduct: Subject::WsService(|| Arc::new(MarkMissingInRejections)),
};

struct MarkMissingInRejections;

impl Conduct for MarkMissingInRejections {
    fn mark(&self, session: &Session, call: &Call, outcome: &Outcome) -> Option<Node> {
        match outcome {
            Outcome::Rejection(_) => None,
            _ => Honest.mark(session, call, outcome),
        }
    }
}
