//! The time is looked at once for a connection, and kept beside it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use super::{Fault, Subject};
use crate::ws_service::{Conduct, Session};

pub const FAULT: Fault = Fault {
    name: "ws/ts-judged-by-the-first-call",
    suite: "ws-service",
    text: "Every ts of a connection is judged by the time of its first call.",
    breaks: &["WS-TS-4"],
    conduct: Subject::WsService(|| Arc::new(FirstCall::default())),
};

#[derive(Default)]
struct FirstCall {
    /// The time by connection.
    times: Mutex<HashMap<u64, i64>>,
}

impl Conduct for FirstCall {
    fn judged_at(&self, session: &Session, now: i64) -> i64 {
        let mut times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
        *times.entry(session.number).or_insert(now)
    }
}
