//! A script that asks whether there is a mark by its truth. A null is left to another fault.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::{
    json::Node,
    ws_service::{Call, Conduct, Outcome, Session},
};

pub const FAULT: Fault = Fault {
    name: "ws/mark-falsy-dropped",
    suite: "ws-service",
    text: "A mark of 0, false or \"\" is dropped.",
    breaks: &["WS-MARK-3"],
    conduct: Subject::WsService(|| Arc::new(MarkFalsyDropped)),
};

struct MarkFalsyDropped;

impl Conduct for MarkFalsyDropped {
    fn mark(&self, _session: &Session, call: &Call, _outcome: &Outcome) -> Option<Node> {
        call.mark()
            .filter(|raw| !matches!(*raw, "0" | "false" | r#""""#))
            .map(Node::raw)
    }
}
