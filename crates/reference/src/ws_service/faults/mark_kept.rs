//! Marks of one call that get into another (WS-MARK). No fault here may touch the first reply of a connection that is
//! alone.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::{
    Fault,
    json::Node,
    variant::Subject,
    websocket::Out,
    ws_service::{HonestWs, Session, WsBehaviour, WsCall, WsOutcome},
};

pub(super) const FAULTS: &[Fault] = &[
    // One table of marks for the whole process, whose column of keys is too narrow: a slow call finds somebody else's
    // mark.
    Fault {
        name: "ws/mark-crossed",
        text: "A late reply carries the latest mark that begins alike, even if it came on another connection.",
        breaks: &["WS-MARK-12"],
        behaviour: Subject::WsService(|| Arc::new(MarkCrossed::default())),
    },
    // The mark used as a key against repeated requests, which the document does not make it.
    Fault {
        name: "ws/mark-used-once",
        text: "A second call with the same mark is taken for a repetition and not answered.",
        breaks: &["WS-MARK-8"],
        behaviour: Subject::WsService(|| Arc::new(MarkUsedOnce::default())),
    },
    // A mark kept on the connection instead of the call: it turns up in replies to other calls.
    Fault {
        name: "ws/mark-stale-in-error-extra",
        text: "A 1400 carries the mark of the call before in result.errorExtra.",
        breaks: &["WS-MARK-15"],
        behaviour: Subject::WsService(|| Stale::behaviour(&["result"], Some("errorExtra"))),
    },
    Fault {
        name: "ws/mark-stale-in-extra",
        text: "A 1400 carries the mark of the call before in result.extra.",
        breaks: &["WS-MARK-15"],
        behaviour: Subject::WsService(|| Stale::behaviour(&["result"], Some("extra"))),
    },
    Fault {
        name: "ws/mark-stale-in-result",
        text: "A 1400 carries the mark of the call before in result.",
        breaks: &["WS-MARK-15"],
        behaviour: Subject::WsService(|| Stale::behaviour(&["result"], None)),
    },
    Fault {
        name: "ws/mark-stale-at-top",
        text: "A 1400 carries the mark of the call before beside its code.",
        breaks: &["WS-MARK-15"],
        behaviour: Subject::WsService(|| Stale::behaviour(&[], None)),
    },
    Fault {
        name: "ws/mark-left-by-failure",
        text: "A call that failed leaves its mark behind, and the next call without a mark gets it.",
        breaks: &["WS-MARK-6"],
        behaviour: Subject::WsService(|| Arc::new(Left::default())),
    },
];

const KEY: usize = 16;

#[derive(Default)]
struct MarkCrossed {
    /// The connection and the mark of the call that came last, by the beginning of its mark.
    latest: Mutex<HashMap<String, (u64, String)>>,
}

fn key(call: &WsCall) -> Option<String> {
    let mark: String = call.text_param("mark")?.chars().take(KEY).collect();
    (mark.chars().count() == KEY).then_some(mark)
}

impl WsBehaviour for MarkCrossed {
    fn note(&self, session: &Session, call: &WsCall) {
        if let (Some(key), Some(raw)) = (key(call), call.mark()) {
            let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
            latest.insert(key, (session.number, raw.to_owned()));
        }
    }

    fn mark(&self, session: &Session, call: &WsCall, outcome: &WsOutcome) -> Option<Node> {
        let latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        match key(call).and_then(|key| latest.get(&key)) {
            Some((number, raw)) if *number != session.number => Some(Node::raw(raw.as_str())),
            _ => HonestWs.mark(session, call, outcome),
        }
    }
}

#[derive(Default)]
struct MarkUsedOnce {
    /// The connections and marks that were answered.
    seen: Mutex<HashSet<(u64, String)>>,
}

impl WsBehaviour for MarkUsedOnce {
    fn reply(&self, session: &Session, call: Option<&WsCall>, outcome: &WsOutcome, text: String) -> Vec<Out> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        match call.and_then(WsCall::mark) {
            Some(raw) if !seen.insert((session.number, raw.to_owned())) => Vec::new(),
            _ => HonestWs.reply(session, call, outcome, text),
        }
    }
}

/// The latest mark of each connection.
type Marks = Mutex<HashMap<u64, String>>;

fn held(marks: &Marks) -> MutexGuard<'_, HashMap<u64, String>> {
    marks.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Stale {
    /// The object of the reply that holds the mark, or the one in it that does.
    path: &'static [&'static str],
    inner: Option<&'static str>,
    latest: Marks,
}

impl Stale {
    fn behaviour(path: &'static [&'static str], inner: Option<&'static str>) -> Arc<dyn WsBehaviour> {
        let latest = Marks::default();
        Arc::new(Self { path, inner, latest })
    }
}

impl WsBehaviour for Stale {
    fn note(&self, session: &Session, call: &WsCall) {
        if let Some(mark) = call.mark() {
            held(&self.latest).insert(session.number, mark.to_owned());
        }
    }

    fn change_reply(&self, session: &Session, call: Option<&WsCall>, _outcome: &WsOutcome, reply: &mut Node) {
        let latest = held(&self.latest);
        let (None, Some(mark), Some(object)) = (call, latest.get(&session.number), reply.at(self.path)) else {
            return;
        };
        match self.inner {
            Some(inner) => object.set(inner, Node::object([("mark", Node::raw(mark.as_str()))])),
            None => object.set("mark", Node::raw(mark.as_str())),
        }
    }
}

#[derive(Default)]
struct Left {
    failed: Marks,
}

impl WsBehaviour for Left {
    fn mark(&self, session: &Session, call: &WsCall, outcome: &WsOutcome) -> Option<Node> {
        let mut failed = held(&self.failed);
        match (call.mark(), outcome) {
            (Some(mark), WsOutcome::Failure(_)) => {
                failed.insert(session.number, mark.to_owned());
            }
            (None, _) => return failed.remove(&session.number).map(Node::raw),
            _ => {}
        }
        HonestWs.mark(session, call, outcome)
    }
}
