//! A correlation id whose type is text in the server.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::{
    json::Node,
    ws_service::{Call, Conduct, Outcome, Session},
};

pub const FAULT: Fault = Fault {
    name: "ws/mark-stringified",
    suite: "ws-service",
    text: "A mark that is a number comes back as a string.",
    breaks: &["WS-MARK-1", "WS-MARK-2", "WS-MARK-3", "WS-MARK-4"],
    conduct: Subject::WsService(|| Arc::new(MarkStringified)),
};

struct MarkStringified;

impl Conduct for MarkStringified {
    fn mark(&self, _session: &Session, call: &Call, _outcome: &Outcome) -> Option<Node> {
        call.mark().map(|raw| {
            if raw.starts_with(|first: char| first == '-' || first.is_ascii_digit()) {
                Node::text(raw)
            } else {
                Node::raw(raw)
            }
        })
    }
}
