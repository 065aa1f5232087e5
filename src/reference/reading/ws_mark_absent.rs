//! What comes back where no mark was sent (A:66, AMB-A9).

use std::sync::Arc;

use super::{Reading, Subject};
use crate::reference::{
    json::Node,
    ws_service::{Call, Conduct, Honest, Outcome, Session},
};

pub const NULL: Reading = Reading {
    name: "ws/mark-null-for-absent",
    suite: "ws-service",
    text: "A reply to a call without mark has a mark all the same: null.",
    shows: &[("WS-MARK-6", "null")],
    conduct: Subject::WsService(|| Arc::new(Null)),
};

struct Null;

impl Conduct for Null {
    fn mark(&self, session: &Session, call: &Call, outcome: &Outcome) -> Option<Node> {
        Honest.mark(session, call, outcome).or_else(|| Some(Node::raw("null")))
    }
}
