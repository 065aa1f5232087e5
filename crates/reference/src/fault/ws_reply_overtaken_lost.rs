//! Room for one pending call on each connection: the next one takes its place.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use super::{Fault, Subject};
use crate::{
    websocket::Out,
    ws_service::{Call, Conduct, Honest, Outcome, Session},
};

pub const FAULT: Fault = Fault {
    name: "ws/reply-overtaken-lost",
    suite: "ws-service",
    text: "A call that is overtaken by a later one on its connection is never answered.",
    breaks: &["WS-CALL-7"],
    conduct: Subject::WsService(|| Arc::new(ReplyOvertakenLost::default())),
};

#[derive(Default)]
struct ReplyOvertakenLost {
    /// The latest call of each connection.
    latest: Mutex<HashMap<u64, u64>>,
}

impl Conduct for ReplyOvertakenLost {
    fn note(&self, session: &Session, call: &Call) {
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        latest.insert(session.number, call.nth);
    }

    fn reply(&self, session: &Session, call: Option<&Call>, outcome: &Outcome, text: String) -> Vec<Out> {
        let latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        match (call, latest.get(&session.number)) {
            (Some(call), Some(latest)) if call.nth < *latest => Vec::new(),
            _ => Honest.reply(session, call, outcome, text),
        }
    }
}
