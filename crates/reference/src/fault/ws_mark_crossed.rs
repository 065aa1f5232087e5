//! One table of marks for the whole process, whose column of keys is too narrow: a slow call
//! finds somebody else's mark.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use super::{Fault, Subject};
use crate::{
    json::Node,
    ws_service::{Call, Conduct, Honest, Outcome, Session},
};

pub const FAULT: Fault = Fault {
    name: "ws/mark-crossed",
    suite: "ws-service",
    text: "A late reply carries the latest mark that begins alike, even if it came on another connection.",
    breaks: &["WS-MARK-12"],
    conduct: Subject::WsService(|| Arc::new(MarkCrossed::default())),
};

const KEY: usize = 16;

#[derive(Default)]
struct MarkCrossed {
    /// The connection and the mark of the call that came last, by the beginning of its mark.
    latest: Mutex<HashMap<String, (u64, String)>>,
}

fn key(call: &Call) -> Option<String> {
    let mark: String = call.text_param("mark")?.chars().take(KEY).collect();
    (mark.chars().count() == KEY).then_some(mark)
}

impl Conduct for MarkCrossed {
    fn note(&self, session: &Session, call: &Call) {
        if let (Some(key), Some(raw)) = (key(call), call.mark()) {
            let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
            latest.insert(key, (session.number, raw.to_owned()));
        }
    }

    fn mark(&self, session: &Session, call: &Call, outcome: &Outcome) -> Option<Node> {
        let latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        match key(call).and_then(|key| latest.get(&key)) {
            Some((number, raw)) if *number != session.number => Some(Node::raw(raw.as_str())),
            _ => Honest.mark(session, call, outcome),
        }
    }
}
