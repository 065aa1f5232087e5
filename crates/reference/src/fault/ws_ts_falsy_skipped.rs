//! A script that asks whether there is a `ts` by its truth.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::ws_service::{Call, Conduct, Honest};

pub const FAULT: Fault = Fault {
    name: "ws/ts-falsy-skipped",
    suite: "ws-service",
    text: "A ts of 0, null, false or \"\" switches the check off.",
    breaks: &["WS-TS-7"],
    conduct: Subject::WsService(|| Arc::new(TsFalsySkipped)),
};

struct TsFalsySkipped;

impl Conduct for TsFalsySkipped {
    fn is_recent(&self, call: &Call, now: i64) -> bool {
        matches!(call.param("ts"), Some("0" | "null" | "false" | r#""""#)) || Honest.is_recent(call, now)
    }
}
