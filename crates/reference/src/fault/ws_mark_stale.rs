//! A mark kept on the connection instead of the call: it turns up in replies to other calls.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::{Fault, Subject};
use crate::{
    json::Node,
    ws_service::{Call, Conduct, Honest, Outcome, Session},
};

pub const ERROR_EXTRA: Fault = Fault {
    name: "ws/mark-stale-in-error-extra",
    suite: "ws-service",
    text: "A 1400 carries the mark of the call before in result.errorExtra.",
    breaks: &["WS-MARK-15"],
    conduct: Subject::WsService(|| Stale::conduct(&["result"], Some("errorExtra"))),
};

pub const EXTRA: Fault = Fault {
    name: "ws/mark-stale-in-extra",
    suite: "ws-service",
    text: "A 1400 carries the mark of the call before in result.extra.",
    breaks: &["WS-MARK-15"],
    conduct: Subject::WsService(|| Stale::conduct(&["result"], Some("extra"))),
};

pub const RESULT: Fault = Fault {
    name: "ws/mark-stale-in-result",
    suite: "ws-service",
    text: "A 1400 carries the mark of the call before in result.",
    breaks: &["WS-MARK-15"],
    conduct: Subject::WsService(|| Stale::conduct(&["result"], None)),
};

pub const TOP: Fault = Fault {
    name: "ws/mark-stale-at-top",
    suite: "ws-service",
    text: "A 1400 carries the mark of the call before beside its code.",
    breaks: &["WS-MARK-15"],
    conduct: Subject::WsService(|| Stale::conduct(&[], None)),
};

pub const LEFT: Fault = Fault {
    name: "ws/mark-left-by-failure",
    suite: "ws-service",
    text: "A call that failed leaves its mark behind, and the next call without a mark gets it.",
    breaks: &["WS-MARK-6"],
    conduct: Subject::WsService(|| Arc::new(Left::default())),
};

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
    fn conduct(path: &'static [&'static str], inner: Option<&'static str>) -> Arc<dyn Conduct> {
        let latest = Marks::default();
        Arc::new(Self { path, inner, latest })
    }
}

impl Conduct for Stale {
    fn note(&self, session: &Session, call: &Call) {
        if let Some(mark) = call.mark() {
            held(&self.latest).insert(session.number, mark.to_owned());
        }
    }

    fn amend(&self, session: &Session, call: Option<&Call>, _outcome: &Outcome, reply: &mut Node) {
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

impl Conduct for Left {
    fn mark(&self, session: &Session, call: &Call, outcome: &Outcome) -> Option<Node> {
        let mut failed = held(&self.failed);
        match (call.mark(), outcome) {
            (Some(mark), Outcome::Failure(_)) => {
                failed.insert(session.number, mark.to_owned());
            }
            (None, _) => return failed.remove(&session.number).map(Node::raw),
            _ => {}
        }
        Honest.mark(session, call, outcome)
    }
}
