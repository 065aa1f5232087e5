//! A page for "not found" that looks like any other reply.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::{
    json::Node,
    ws_service::{Call, Conduct, Outcome, Rejection, Session},
};

pub const FAULT: Fault = Fault {
    name: "ws/rejection-with-data",
    suite: "ws-service",
    text: "A 1404 carries data.",
    breaks: &["WS-RES-4", "WS-RES-10"],
    conduct: Subject::WsService(|| Arc::new(RejectionWithData)),
};

struct RejectionWithData;

impl Conduct for RejectionWithData {
    fn amend(&self, _session: &Session, _call: Option<&Call>, outcome: &Outcome, reply: &mut Node) {
        let missing = *outcome == Outcome::Rejection(Rejection::NoSuchInterface);
        if let Some(result) = reply.at(&["result"]).filter(|_| missing) {
            result.set("data", Node::raw("[]"));
        }
    }
}
