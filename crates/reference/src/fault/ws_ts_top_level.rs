//! Parameters merged with the rest of the call.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::ws_service::{Call, Conduct, Honest};

pub const FAULT: Fault = Fault {
    name: "ws/ts-top-level",
    suite: "ws-service",
    text: "A ts beside params counts as well as one inside.",
    breaks: &["WS-TS-9"],
    conduct: Subject::WsService(|| Arc::new(TsTopLevel)),
};

struct TsTopLevel;

impl Conduct for TsTopLevel {
    fn stated_time(&self, call: &Call, now: i64) -> Option<i64> {
        let beside = || call.members.get("ts").and_then(|raw| raw.get().parse().ok());
        Honest.stated_time(call, now).or_else(beside)
    }
}
