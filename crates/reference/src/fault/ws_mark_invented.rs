//! A default value for a member that is optional.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::{
    json::Node,
    ws_service::{Call, Conduct, Outcome, Session},
};

pub const FAULT: Fault = Fault {
    name: "ws/mark-invented",
    suite: "ws-service",
    text: "A call without a mark gets one in its reply.",
    breaks: &["WS-MARK-6"],
    conduct: Subject::WsService(|| Arc::new(MarkInvented)),
};

struct MarkInvented;

impl Conduct for MarkInvented {
    fn mark(&self, _session: &Session, call: &Call, _outcome: &Outcome) -> Option<Node> {
        Some(Node::raw(call.mark().unwrap_or("0")))
    }
}
