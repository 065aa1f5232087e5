//! One structure for successes and failures, all of whose members are always there.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::{
    json::Node,
    ws_service::{Call, Conduct, Outcome, Session},
};

pub const FAULT: Fault = Fault {
    name: "ws/failure-with-data",
    suite: "ws-service",
    text: "A failure also carries data.",
    breaks: &["WS-RES-4"],
    conduct: Subject::WsService(|| Arc::new(FailureWithData)),
};

struct FailureWithData;

impl Conduct for FailureWithData {
    fn amend(&self, _session: &Session, _call: Option<&Call>, outcome: &Outcome, reply: &mut Node) {
        if let (Outcome::Failure(_), Some(result)) = (outcome, reply.at(&["result"])) {
            result.set("data", Node::object([]));
        }
    }
}
