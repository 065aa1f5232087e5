//! A check of the time that only runs when there is one.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::ws_service::{Call, Conduct, Honest};

pub const FAULT: Fault = Fault {
    name: "ws/ts-optional",
    suite: "ws-service",
    text: "A call without ts is accepted.",
    breaks: &["WS-TS-1"],
    conduct: Subject::WsService(|| Arc::new(TsOptional)),
};

struct TsOptional;

impl Conduct for TsOptional {
    fn is_recent(&self, call: &Call, now: i64) -> bool {
        call.param("ts").is_none() || Honest.is_recent(call, now)
    }
}
