//! A zero value taken for an absent one.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::{
    json::Node,
    ws_service::{Call, Conduct, Outcome, Session},
};

pub const FAULT: Fault = Fault {
    name: "ws/mark-zero-null",
    suite: "ws-service",
    text: "A mark of 0 comes back as null.",
    breaks: &["WS-MARK-3"],
    conduct: Subject::WsService(|| Arc::new(MarkZeroNull)),
};

struct MarkZeroNull;

impl Conduct for MarkZeroNull {
    fn mark(&self, _session: &Session, call: &Call, _outcome: &Outcome) -> Option<Node> {
        call.mark().map(|raw| Node::raw(if raw == "0" { "null" } else { raw }))
    }
}
