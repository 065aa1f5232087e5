//! PHP, where an array whose keys count up from zero is encoded as a list.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::{
    json::Node,
    ws_service::{Call, Conduct, Outcome, Session},
};

pub const FAULT: Fault = Fault {
    name: "ws/mark-object-to-list",
    suite: "ws-service",
    text: "An object with the keys 0, 1, ... comes back as an array.",
    breaks: &["WS-MARK-3"],
    conduct: Subject::WsService(|| Arc::new(MarkObjectToList)),
};

struct MarkObjectToList;

impl Conduct for MarkObjectToList {
    fn mark(&self, _session: &Session, call: &Call, _outcome: &Outcome) -> Option<Node> {
        let raw = call.mark()?;
        Some(Node::raw(list(raw).unwrap_or_else(|| raw.to_owned())))
    }
}

fn list(raw: &str) -> Option<String> {
    let members: serde_json::Map<String, serde_json::Value> = serde_json::from_str(raw).ok()?;
    let counts_up = members.keys().enumerate().all(|(index, key)| *key == index.to_string());
    (counts_up && !members.is_empty()).then(|| members.into_values().collect::<serde_json::Value>().to_string())
}
