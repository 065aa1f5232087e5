//! PHP, where an empty array and an empty object are one, and nothing is looked for in either.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::ws_service::{Call, Conduct, Honest};

pub const FAULT: Fault = Fault {
    name: "ws/params-list-accepted",
    suite: "ws-service",
    text: "A call whose params are an empty array is accepted.",
    breaks: &["WS-CALL-12"],
    conduct: Subject::WsService(|| Arc::new(ParamsListAccepted)),
};

struct ParamsListAccepted;

impl Conduct for ParamsListAccepted {
    fn is_recent(&self, call: &Call, now: i64) -> bool {
        call.members.get("params").is_some_and(|raw| raw.get() == "[]") || Honest.is_recent(call, now)
    }
}
