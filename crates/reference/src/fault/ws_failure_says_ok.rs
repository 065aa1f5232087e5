//! A default that nobody overrides.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::{
    json::Node,
    ws_service::{Call, Conduct, Outcome, Session},
};

pub const FAULT: Fault = Fault {
    name: "ws/failure-says-ok",
    suite: "ws-service",
    text: "The msg of a failure is \"ok\".",
    breaks: &["WS-RES-7"],
    conduct: Subject::WsService(|| Arc::new(FailureSaysOk)),
};

struct FailureSaysOk;

impl Conduct for FailureSaysOk {
    fn amend(&self, _session: &Session, _call: Option<&Call>, outcome: &Outcome, reply: &mut Node) {
        if matches!(outcome, Outcome::Failure(_)) {
            reply.set("msg", Node::text("ok"));
        }
    }
}
