//! Replies are routed by a key that is too narrow: of two connections whose marks begin alike, the one that called last gets
//! the replies of both.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use super::{Fault, Subject};
use crate::{
    websocket::Out,
    ws_service::{Call, Conduct, Outcome, Session},
};

pub const FAULT: Fault = Fault {
    name: "ws/reply-strayed",
    suite: "ws-service",
    text: "A late reply goes to the connection that last sent a mark that begins alike.",
    breaks: &["WS-CALL-6"],
    conduct: Subject::WsService(|| Arc::new(Strayed::default())),
};

const KEY: usize = 16;

#[derive(Default)]
struct Strayed {
    sessions: Mutex<HashMap<u64, Weak<Session>>>,
    /// The connection whose call came last, by the beginning of its mark.
    latest: Mutex<HashMap<String, u64>>,
}

fn key(call: &Call) -> Option<String> {
    let mark: String = call.text_param("mark")?.chars().take(KEY).collect();
    (mark.chars().count() == KEY).then_some(mark)
}

impl Strayed {
    /// Another connection than the caller's, if that is where the reply would go.
    fn elsewhere(&self, session: &Session, call: Option<&Call>) -> Option<Arc<Session>> {
        let key = key(call?)?;
        let latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        let number = *latest.get(&key).filter(|number| **number != session.number)?;
        let sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.get(&number)?.upgrade()
    }
}

impl Conduct for Strayed {
    fn greet(&self, session: &Arc<Session>) -> Vec<Out> {
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.insert(session.number, Arc::downgrade(session));
        Vec::new()
    }

    fn note(&self, session: &Session, call: &Call) {
        if let Some(key) = key(call) {
            let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
            latest.insert(key, session.number);
        }
    }

    fn reply(&self, session: &Session, call: Option<&Call>, _outcome: &Outcome, text: String) -> Vec<Out> {
        match self.elsewhere(session, call) {
            Some(other) if other.tell(vec![Out::text(text.as_str())]) => Vec::new(),
            _ => vec![Out::text(text)],
        }
    }
}
