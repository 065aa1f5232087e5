//! Replies that are lost, sent twice or sent to somebody else (WS-CALL). No fault here may touch what a reply says.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use crate::{
    Fault,
    json::Node,
    variant::Subject,
    websocket::Out,
    ws_service::{HonestWs, Rejection, Session, WsBehaviour, WsCall, WsOutcome},
};

pub(super) const FAULTS: &[Fault] = &[
    // A router and a handler that both answer for what neither of them has.
    Fault {
        name: "ws/reply-doubled",
        text: "A call of an interface that does not exist is answered twice.",
        breaks: &["WS-CALL-6"],
        behaviour: Subject::WsService(|| Arc::new(ReplyDoubled)),
    },
    // Room for one pending call on each connection: the next one takes its place.
    Fault {
        name: "ws/reply-overtaken-lost",
        text: "A call that is overtaken by a later one on its connection is never answered.",
        breaks: &["WS-CALL-7"],
        behaviour: Subject::WsService(|| Arc::new(ReplyOvertakenLost::default())),
    },
    // Replies are routed by a key that is too narrow: of two connections whose marks start alike, the one that called
    // last gets the replies of both.
    Fault {
        name: "ws/reply-strayed",
        text: "A late reply goes to the connection that last sent a mark that begins alike.",
        breaks: &["WS-CALL-6"],
        behaviour: Subject::WsService(|| Arc::new(Strayed::default())),
    },
    // A connection that wears out: what is right at first is wrong after many calls.
    Fault {
        name: "ws/reply-lost-after-500",
        text: "A connection answers five hundred calls: a table of replies is full and never emptied.",
        breaks: &["WS-CALL-6"],
        behaviour: Subject::WsService(|| Arc::new(Replies(500))),
    },
    Fault {
        name: "ws/mark-lost-after-100",
        text: "After a hundred calls a connection's replies have no mark: a ring of marks was overwritten.",
        breaks: &["WS-MARK-1", "WS-CALL-7"],
        behaviour: Subject::WsService(|| Arc::new(Marks(100))),
    },
];

struct ReplyDoubled;

impl WsBehaviour for ReplyDoubled {
    fn reply(&self, session: &Session, call: Option<&WsCall>, outcome: &WsOutcome, text: String) -> Vec<Out> {
        let mut outs = HonestWs.reply(session, call, outcome, text);
        if *outcome == WsOutcome::Rejection(Rejection::NoSuchInterface) {
            outs.extend(outs.clone());
        }
        outs
    }
}

#[derive(Default)]
struct ReplyOvertakenLost {
    /// The latest call of each connection.
    latest: Mutex<HashMap<u64, u64>>,
}

impl WsBehaviour for ReplyOvertakenLost {
    fn note(&self, session: &Session, call: &WsCall) {
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        latest.insert(session.number, call.nth);
    }

    fn reply(&self, session: &Session, call: Option<&WsCall>, outcome: &WsOutcome, text: String) -> Vec<Out> {
        let latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        match (call, latest.get(&session.number)) {
            (Some(call), Some(latest)) if call.nth < *latest => Vec::new(),
            _ => HonestWs.reply(session, call, outcome, text),
        }
    }
}

const KEY: usize = 16;

#[derive(Default)]
struct Strayed {
    sessions: Mutex<HashMap<u64, Weak<Session>>>,
    /// The connection whose call came last, by the beginning of its mark.
    latest: Mutex<HashMap<String, u64>>,
}

fn key(call: &WsCall) -> Option<String> {
    let mark: String = call.text_param("mark")?.chars().take(KEY).collect();
    (mark.chars().count() == KEY).then_some(mark)
}

impl Strayed {
    /// Another connection than the caller's, if that is where the reply would go.
    fn elsewhere(&self, session: &Session, call: Option<&WsCall>) -> Option<Arc<Session>> {
        let key = key(call?)?;
        let latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        let number = *latest.get(&key).filter(|number| **number != session.number)?;
        let sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.get(&number)?.upgrade()
    }
}

impl WsBehaviour for Strayed {
    fn greet(&self, session: &Arc<Session>) -> Vec<Out> {
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.insert(session.number, Arc::downgrade(session));
        Vec::new()
    }

    fn note(&self, session: &Session, call: &WsCall) {
        if let Some(key) = key(call) {
            let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
            latest.insert(key, session.number);
        }
    }

    fn reply(&self, session: &Session, call: Option<&WsCall>, _outcome: &WsOutcome, text: String) -> Vec<Out> {
        match self.elsewhere(session, call) {
            Some(other) if other.tell(vec![Out::text(text.as_str())]) => Vec::new(),
            _ => vec![Out::text(text)],
        }
    }
}

/// Answers so many calls.
struct Replies(u64);

impl WsBehaviour for Replies {
    fn reply(&self, session: &Session, call: Option<&WsCall>, outcome: &WsOutcome, text: String) -> Vec<Out> {
        match call {
            Some(call) if call.nth > self.0 => Vec::new(),
            _ => HonestWs.reply(session, call, outcome, text),
        }
    }
}

/// Knows the marks of so many calls.
struct Marks(u64);

impl WsBehaviour for Marks {
    fn mark(&self, session: &Session, call: &WsCall, outcome: &WsOutcome) -> Option<Node> {
        if call.nth > self.0 {
            return None;
        }
        HonestWs.mark(session, call, outcome)
    }
}
