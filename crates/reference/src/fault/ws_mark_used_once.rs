//! The mark used as a key against repeated requests, which the document does not make it.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};

use super::{Fault, Subject};
use crate::{
    websocket::Out,
    ws_service::{Call, Conduct, Honest, Outcome, Session},
};

pub const FAULT: Fault = Fault {
    name: "ws/mark-used-once",
    suite: "ws-service",
    text: "A second call with the same mark is taken for a repetition and not answered.",
    breaks: &["WS-MARK-8"],
    conduct: Subject::WsService(|| Arc::new(MarkUsedOnce::default())),
};

#[derive(Default)]
struct MarkUsedOnce {
    /// The connections and marks that were answered.
    seen: Mutex<HashSet<(u64, String)>>,
}

impl Conduct for MarkUsedOnce {
    fn reply(&self, session: &Session, call: Option<&Call>, outcome: &Outcome, text: String) -> Vec<Out> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        match call.and_then(Call::mark) {
            Some(raw) if !seen.insert((session.number, raw.to_owned())) => Vec::new(),
            _ => Honest.reply(session, call, outcome, text),
        }
    }
}
