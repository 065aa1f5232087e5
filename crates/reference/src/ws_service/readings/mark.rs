//! How a mark comes back (A:66): where none was sent, where a rejection keeps it, and in which spelling. No suite may
//! find a violation under any of these readings.

use std::sync::Arc;

use serde_json::Value;

use crate::{
    Reading,
    json::Node,
    variant::Subject,
    ws_service::{ErrorCode, HonestWs, Rejection, Session, WsBehaviour, WsCall, WsOutcome, is_integer},
};

pub(super) const READINGS: &[Reading] = &[
    // What comes back where no mark was sent, or null (A:66, AMB-A8, AMB-A9).
    Reading {
        name: "ws/mark-null-for-absent",
        text: "A reply to a call without mark has a mark all the same: null.",
        shows: &[("WS-MARK-6", "null")],
        behaviour: Subject::WsService(|| Arc::new(Null)),
    },
    Reading {
        name: "ws/mark-omitted-for-null",
        text: "A mark of null counts as none.",
        shows: &[("WS-MARK-7", "omitted")],
        behaviour: Subject::WsService(|| Arc::new(Omitted)),
    },
    Reading {
        name: "ws/mark-null-in-pushes",
        text: "Pushes and disconnecting errors have a mark that is null.",
        shows: &[("WS-MARK-10", "null")],
        behaviour: Subject::WsService(|| Arc::new(Everywhere)),
    },
    // Where a 1402 or 1404 keeps the mark: no example shows one (AMB-A10).
    Reading {
        name: "ws/mark-in-extra",
        text: "A refused call gets its mark back in result.extra.",
        shows: &[("WS-MARK-11", "in-extra")],
        behaviour: Subject::WsService(|| {
            Arc::new(Place(|mark| {
                [("result", Node::object([("extra", Node::object([("mark", mark)]))]))].into()
            }))
        }),
    },
    Reading {
        name: "ws/mark-in-result",
        text: "A refused call gets its mark back in result.",
        shows: &[("WS-MARK-11", "in-result")],
        behaviour: Subject::WsService(|| Arc::new(Place(|mark| [("result", Node::object([("mark", mark)]))].into()))),
    },
    Reading {
        name: "ws/mark-at-top",
        text: "A refused call gets its mark back beside the code, and the result is null.",
        shows: &[("WS-MARK-11", "at-top")],
        behaviour: Subject::WsService(|| Arc::new(Place(|mark| vec![("mark", mark), ("result", Node::raw("null"))]))),
    },
    Reading {
        name: "ws/mark-absent-in-rejections",
        text: "A refused call gets a code and a text back, and nothing else.",
        shows: &[("WS-MARK-11", "absent")],
        behaviour: Subject::WsService(|| Arc::new(Place(|_| Vec::new()))),
    },
    // How a mark is kept between call and reply: its value must come back, its spelling need not (AMB-A8).
    Reading {
        name: "ws/mark-rounded-beyond-64-bit",
        text: "An integer mark beyond 64 bits is kept in a double.",
        shows: &[("WS-MARK-4", "rounded-beyond-64-bit")],
        behaviour: Subject::WsService(|| Arc::new(Kept(rounded))),
    },
    Reading {
        name: "ws/mark-respelled",
        text: "A mark is decoded and encoded again: escapes are resolved, a number loses what does not change its value.",
        shows: &[("WS-MARK-5", "number-respelled"), ("WS-MARK-5", "other-spelling")],
        behaviour: Subject::WsService(|| Arc::new(Kept(respelled))),
    },
    Reading {
        name: "ws/mark-one-of-repeated-members",
        text: "Of two members of the same name in a mark the last is kept.",
        shows: &[("WS-MARK-14", "one-kept")],
        behaviour: Subject::WsService(|| Arc::new(Kept(decoded))),
    },
    Reading {
        name: "ws/mark-large-refused",
        text: "A call with a mark of more than 150 bytes is an illegal request.",
        shows: &[("WS-MARK-9", "clean-error")],
        behaviour: Subject::WsService(|| Arc::new(Bounded)),
    },
    Reading {
        name: "ws/mark-beside-params",
        text: "A mark beside params counts where there is none inside.",
        shows: &[("WS-MARK-13", "returned")],
        behaviour: Subject::WsService(|| Arc::new(Beside)),
    },
];

struct Null;

impl WsBehaviour for Null {
    fn mark(&self, session: &Session, call: &WsCall, outcome: &WsOutcome) -> Option<Node> {
        HonestWs
            .mark(session, call, outcome)
            .or_else(|| Some(Node::raw("null")))
    }
}

struct Omitted;

impl WsBehaviour for Omitted {
    fn mark(&self, _session: &Session, call: &WsCall, _outcome: &WsOutcome) -> Option<Node> {
        call.mark().filter(|raw| *raw != "null").map(Node::raw)
    }
}

struct Everywhere;

impl WsBehaviour for Everywhere {
    fn change_reply(&self, _session: &Session, _call: Option<&WsCall>, outcome: &WsOutcome, reply: &mut Node) {
        if matches!(outcome, WsOutcome::Disconnect(_)) {
            reply.set("mark", Node::raw("null"));
        }
    }

    fn push(&self, receiver: &Session, call: &WsCall, event: &str, data: &str) -> Node {
        let mut push = HonestWs.push(receiver, call, event, data);
        push.set("mark", Node::raw("null"));
        push
    }
}

/// The members of the refusal that hold the mark.
struct Place(fn(Node) -> Vec<(&'static str, Node)>);

impl WsBehaviour for Place {
    fn change_reply(&self, _session: &Session, call: Option<&WsCall>, outcome: &WsOutcome, reply: &mut Node) {
        let (Some(call), WsOutcome::Rejection(Rejection::Unpaid | Rejection::NoSuchInterface)) = (call, outcome) else {
            return;
        };
        reply.remove("result");
        if let Some(mark) = call.mark() {
            for (name, node) in self.0(Node::raw(mark)) {
                reply.set(name, node);
            }
        }
    }
}

/// The longest mark that is taken.
const LONGEST: usize = 150;

fn rounded(raw: &str) -> String {
    if is_integer(raw) && raw.parse::<i64>().is_err() {
        return raw
            .parse::<f64>()
            .map_or_else(|_| raw.to_owned(), |double| format!("{double:e}"));
    }
    raw.to_owned()
}

fn respelled(raw: &str) -> String {
    if raw.starts_with('"') {
        return decoded(raw);
    }
    let number = raw.starts_with(|first: char| first == '-' || first.is_ascii_digit());
    match raw.parse::<f64>() {
        Ok(double) if number && raw.contains(['.', 'e', 'E']) && (1e-5..1e15).contains(&double.abs()) => {
            double.to_string()
        }
        _ => raw.to_owned(),
    }
}

fn decoded(raw: &str) -> String {
    serde_json::from_str::<Value>(raw).map_or_else(|_| raw.to_owned(), |value| value.to_string())
}

/// What becomes of a mark's text.
struct Kept(fn(&str) -> String);

impl WsBehaviour for Kept {
    fn mark(&self, _session: &Session, call: &WsCall, _outcome: &WsOutcome) -> Option<Node> {
        call.mark().map(|raw| Node::raw(self.0(raw)))
    }
}

struct Bounded;

fn is_large(call: &WsCall) -> bool {
    call.mark().is_some_and(|raw| raw.len() > LONGEST)
}

impl WsBehaviour for Bounded {
    fn decide(&self, _session: &Session, call: &WsCall, honest: WsOutcome) -> WsOutcome {
        match honest {
            WsOutcome::Success(_) if is_large(call) => WsOutcome::Failure(ErrorCode::Illegal2),
            other => other,
        }
    }

    fn mark(&self, session: &Session, call: &WsCall, outcome: &WsOutcome) -> Option<Node> {
        HonestWs.mark(session, call, outcome).filter(|_| !is_large(call))
    }
}

struct Beside;

impl WsBehaviour for Beside {
    fn mark(&self, session: &Session, call: &WsCall, outcome: &WsOutcome) -> Option<Node> {
        let beside = || call.members.get("mark").map(|raw| Node::raw(raw.get()));
        HonestWs.mark(session, call, outcome).or_else(beside)
    }
}
