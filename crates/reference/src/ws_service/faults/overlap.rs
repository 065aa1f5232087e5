//! Calls under way at once that get into each other's way (WS-CALL, WS-MARK). No fault here may touch a call that is
//! alone.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crate::{
    Fault,
    json::Node,
    variant::Subject,
    websocket::Out,
    ws_service::{HonestWs, Session, WsBehaviour, WsCall, WsOutcome},
};

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        name: "ws/marks-swapped",
        text: "Calls of two connections whose marks begin alike swap their marks when they are under way at once.",
        breaks: &["WS-MARK-12"],
        behaviour: Subject::WsService(|| Arc::new(Swapped::default())),
    },
    Fault {
        name: "ws/result-of-another-call",
        text: "While a slow call is under way, quick ones on its connection get its result.",
        breaks: &["WS-CALL-7"],
        behaviour: Subject::WsService(|| Arc::new(Result::default())),
    },
    Fault {
        name: "ws/replies-merged",
        text: "Replies that are due at the same time go out in one message, a line each.",
        breaks: &["WS-CALL-6", "WS-CALL-7", "WS-MARK-8", "WS-PUSH-5", "WS-RES-11"],
        behaviour: Subject::WsService(|| Arc::new(Merged::default())),
    },
    Fault {
        name: "ws/slow-answered-once",
        text: "A second slow call of a connection is taken for the first one, and never answered.",
        breaks: &["WS-CALL-6", "WS-PUSH-5"],
        behaviour: Subject::WsService(|| Arc::new(Slow::default())),
    },
    Fault {
        name: "ws/reply-late-by-one",
        text: "A reply stays in the buffer until the next one is written.",
        breaks: &["WS-CALL-6", "WS-CALL-11", "WS-HB-6", "WS-TOKEN-5", "WS-UPGRADE-2"],
        behaviour: Subject::WsService(|| Arc::new(Late::default())),
    },
    Fault {
        name: "ws/marks-of-one-key",
        text: "Calls under way are kept in a table in which the keys 1 and \"1\" are one: of two at once the later is answered.",
        breaks: &["WS-CALL-7"],
        behaviour: Subject::WsService(|| Arc::new(Alike::default())),
    },
];

/// How much of a mark is compared, and how long a mark may be to get into the table at all.
const KEY: usize = 16;
const LONGEST: usize = 64;
/// Long enough for two calls that are sent at once to be under way at once, on a machine that does much besides.
const OVERLAP: Duration = Duration::from_millis(100);
/// The same for the few calls that may have one key.
const LOOKUP: Duration = Duration::from_millis(200);

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[derive(Default)]
struct Swapped {
    /// The latest mark of each connection, by the beginning of the mark.
    latest: Mutex<HashMap<String, HashMap<u64, String>>>,
}

fn key(call: &WsCall) -> Option<String> {
    let whole = call.text_param("mark").filter(|mark| mark.len() <= LONGEST)?;
    let mark: String = whole.chars().take(KEY).collect();
    (mark.chars().count() == KEY).then_some(mark)
}

impl WsBehaviour for Swapped {
    fn note(&self, session: &Session, call: &WsCall) {
        if let (Some(key), Some(mark)) = (key(call), call.mark()) {
            let mut latest = held(&self.latest);
            latest.entry(key).or_default().insert(session.number, mark.to_owned());
        }
    }

    fn delay(&self, _session: &Session, call: &WsCall, honest: Duration) -> Duration {
        if key(call).is_some() {
            OVERLAP.max(honest)
        } else {
            honest
        }
    }

    fn mark(&self, session: &Session, call: &WsCall, outcome: &WsOutcome) -> Option<Node> {
        let latest = held(&self.latest);
        let alike = key(call).and_then(|key| latest.get(&key));
        let other = alike.and_then(|alike| alike.iter().find(|(number, _)| **number != session.number));
        match other {
            Some((_, mark)) => Some(Node::raw(mark.as_str())),
            None => HonestWs.mark(session, call, outcome),
        }
    }
}

#[derive(Default)]
struct Result {
    /// What the slow call of each connection will get.
    slow: Mutex<HashMap<u64, WsOutcome>>,
}

impl WsBehaviour for Result {
    fn decide(&self, session: &Session, call: &WsCall, honest: WsOutcome) -> WsOutcome {
        let mut slow = held(&self.slow);
        match (&honest, call.action.as_deref()) {
            (WsOutcome::Success(_), Some("slow")) => {
                slow.insert(session.number, honest.clone());
                honest
            }
            (WsOutcome::Success(_), _) => slow.get(&session.number).cloned().unwrap_or(honest),
            _ => honest,
        }
    }

    fn reply(&self, session: &Session, call: Option<&WsCall>, outcome: &WsOutcome, text: String) -> Vec<Out> {
        if call.and_then(|call| call.action.as_deref()) == Some("slow") {
            held(&self.slow).remove(&session.number);
        }
        HonestWs.reply(session, call, outcome, text)
    }
}

#[derive(Default)]
struct Merged {
    /// How many calls of a connection are under way, and the replies that wait for the last of them.
    pending: Mutex<HashMap<u64, (u64, Vec<String>)>>,
}

impl WsBehaviour for Merged {
    fn note(&self, session: &Session, _call: &WsCall) {
        held(&self.pending).entry(session.number).or_default().0 += 1;
    }

    fn delay(&self, _session: &Session, call: &WsCall, honest: Duration) -> Duration {
        match call.mark() {
            Some(_) => OVERLAP.max(honest),
            None => honest,
        }
    }

    fn reply(&self, session: &Session, call: Option<&WsCall>, outcome: &WsOutcome, text: String) -> Vec<Out> {
        if call.is_none() {
            return HonestWs.reply(session, call, outcome, text);
        }
        let mut pending = held(&self.pending);
        let (under_way, texts) = pending.entry(session.number).or_default();
        texts.push(text);
        *under_way = under_way.saturating_sub(1);
        if *under_way > 0 {
            return Vec::new();
        }
        vec![Out::text(std::mem::take(texts).join("\n"))]
    }
}

#[derive(Default)]
struct Late {
    /// The reply of each connection that is still to be sent.
    kept: Mutex<HashMap<u64, Vec<Out>>>,
}

impl WsBehaviour for Late {
    fn reply(&self, session: &Session, call: Option<&WsCall>, outcome: &WsOutcome, text: String) -> Vec<Out> {
        let next = HonestWs.reply(session, call, outcome, text);
        held(&self.kept).insert(session.number, next).unwrap_or_default()
    }
}

#[derive(Default)]
struct Alike {
    /// The latest spelling of each key on each connection.
    latest: Mutex<HashMap<(u64, String), String>>,
}

fn array_key(call: &WsCall) -> Option<(&str, String)> {
    let mark = call.mark()?;
    let key = mark.trim_matches('"');
    // Longer numbers are looked up at once: a hundred calls one after the other need not wait.
    (key == "true" || (key.len() == 1 && key.parse::<u8>().is_ok())).then(|| (mark, key.to_owned()))
}

impl WsBehaviour for Alike {
    fn note(&self, session: &Session, call: &WsCall) {
        if let Some((mark, key)) = array_key(call) {
            held(&self.latest).insert((session.number, key), mark.to_owned());
        }
    }

    fn delay(&self, _session: &Session, call: &WsCall, honest: Duration) -> Duration {
        match array_key(call) {
            Some(_) => LOOKUP.max(honest),
            None => honest,
        }
    }

    fn reply(&self, session: &Session, call: Option<&WsCall>, outcome: &WsOutcome, text: String) -> Vec<Out> {
        let lost = call.and_then(array_key).is_some_and(|(mark, key)| {
            let latest = held(&self.latest);
            latest.get(&(session.number, key)).is_some_and(|latest| latest != mark)
        });
        if lost {
            return Vec::new();
        }
        HonestWs.reply(session, call, outcome, text)
    }
}

#[derive(Default)]
struct Slow {
    /// The connections whose slow call was answered.
    answered: Mutex<HashSet<u64>>,
}

impl WsBehaviour for Slow {
    fn reply(&self, session: &Session, call: Option<&WsCall>, outcome: &WsOutcome, text: String) -> Vec<Out> {
        let slow = call.and_then(|call| call.action.as_deref()) == Some("slow");
        if slow && !held(&self.answered).insert(session.number) {
            return Vec::new();
        }
        HonestWs.reply(session, call, outcome, text)
    }
}
