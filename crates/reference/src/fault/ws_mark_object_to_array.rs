//! PHP, where both are an empty array once decoded.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::{
    json::Node,
    ws_service::{Call, Conduct, Outcome, Session},
};

pub const FAULT: Fault = Fault {
    name: "ws/mark-object-to-array",
    suite: "ws-service",
    text: "An empty object comes back as an empty array.",
    breaks: &["WS-MARK-3"],
    conduct: Subject::WsService(|| Arc::new(MarkObjectToArray)),
};

struct MarkObjectToArray;

impl Conduct for MarkObjectToArray {
    fn mark(&self, _session: &Session, call: &Call, _outcome: &Outcome) -> Option<Node> {
        call.mark().map(|raw| Node::raw(if raw == "{}" { "[]" } else { raw }))
    }
}
