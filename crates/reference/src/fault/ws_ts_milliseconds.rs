//! A server that guesses the unit of a time by its size.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::ws_service::{Call, Conduct, Honest};

pub const FAULT: Fault = Fault {
    name: "ws/ts-milliseconds",
    suite: "ws-service",
    text: "A ts in milliseconds is accepted.",
    breaks: &["WS-TS-6"],
    conduct: Subject::WsService(|| Arc::new(TsMilliseconds)),
};

/// More seconds than there will be for three thousand years.
const SURELY_MILLISECONDS: i64 = 100_000_000_000;

struct TsMilliseconds;

impl Conduct for TsMilliseconds {
    fn stated_time(&self, call: &Call, now: i64) -> Option<i64> {
        let stated = Honest.stated_time(call, now)?;
        Some(if stated > SURELY_MILLISECONDS {
            stated / 1000
        } else {
            stated
        })
    }
}
