//! PHP, where a list with a hole is encoded as an object.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::{
    json::Node,
    ws_service::{Call, Conduct, Outcome, Session},
};

pub const FAULT: Fault = Fault {
    name: "ws/index-object",
    suite: "ws-service",
    text: "The interface member of the index is an object instead of an array.",
    breaks: &["WS-RES-6"],
    conduct: Subject::WsService(|| Arc::new(IndexObject)),
};

struct IndexObject;

impl Conduct for IndexObject {
    fn amend(&self, _session: &Session, _call: Option<&Call>, _outcome: &Outcome, reply: &mut Node) {
        if let Some(interface) = reply.at(&["result", "data", "interface"]) {
            *interface = Node::object([("0", Node::text("index"))]);
        }
    }
}
