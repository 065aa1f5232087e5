//! One variable for the current mark of the whole process: a slow call finds somebody else's in it.

use std::sync::{Arc, Mutex, PoisonError};

use super::{Fault, Subject};
use crate::reference::{
    json::Node,
    ws_service::{Call, Conduct, Honest, Outcome, Session},
};

pub const FAULT: Fault = Fault {
    name: "ws/mark-crossed",
    suite: "ws-service",
    text: "A reply carries the mark of a call on another connection.",
    breaks: &["WS-MARK-12"],
    conduct: Subject::WsService(|| Arc::new(MarkCrossed::default())),
};

#[derive(Default)]
struct MarkCrossed {
    /// The connection and the mark of the call that came last.
    latest: Mutex<Option<(u64, String)>>,
}

impl Conduct for MarkCrossed {
    fn note(&self, session: &Session, call: &Call) {
        let latest = call.mark().map(|raw| (session.number, raw.to_owned()));
        *self.latest.lock().unwrap_or_else(PoisonError::into_inner) = latest;
    }

    fn mark(&self, session: &Session, call: &Call, outcome: &Outcome) -> Option<Node> {
        let latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        match &*latest {
            Some((number, raw)) if *number != session.number => Some(Node::raw(raw.as_str())),
            _ => Honest.mark(session, call, outcome),
        }
    }
}
