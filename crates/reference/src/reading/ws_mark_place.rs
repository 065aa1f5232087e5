//! Where a 1402 or 1404 keeps the mark: no example shows one (AMB-A10).

use std::sync::Arc;

use super::{Reading, Subject};
use crate::{
    json::Node,
    ws_service::{Call, Conduct, Outcome, Rejection, Session},
};

pub const EXTRA: Reading = Reading {
    name: "ws/mark-in-extra",
    suite: "ws-service",
    text: "A refused call gets its mark back in result.extra.",
    shows: &[("WS-MARK-11", "in-extra")],
    conduct: Subject::WsService(|| {
        Arc::new(Place(|mark| {
            [("result", Node::object([("extra", Node::object([("mark", mark)]))]))].into()
        }))
    }),
};

pub const RESULT: Reading = Reading {
    name: "ws/mark-in-result",
    suite: "ws-service",
    text: "A refused call gets its mark back in result.",
    shows: &[("WS-MARK-11", "in-result")],
    conduct: Subject::WsService(|| Arc::new(Place(|mark| [("result", Node::object([("mark", mark)]))].into()))),
};

pub const TOP: Reading = Reading {
    name: "ws/mark-at-top",
    suite: "ws-service",
    text: "A refused call gets its mark back beside the code, and the result is null.",
    shows: &[("WS-MARK-11", "at-top")],
    conduct: Subject::WsService(|| Arc::new(Place(|mark| vec![("mark", mark), ("result", Node::raw("null"))]))),
};

pub const ABSENT: Reading = Reading {
    name: "ws/mark-absent-in-rejections",
    suite: "ws-service",
    text: "A refused call gets a code and a text back, and nothing else.",
    shows: &[("WS-MARK-11", "absent")],
    conduct: Subject::WsService(|| Arc::new(Place(|_| Vec::new()))),
};

/// The members of the refusal that hold the mark.
struct Place(fn(Node) -> Vec<(&'static str, Node)>);

impl Conduct for Place {
    fn amend(&self, _session: &Session, call: Option<&Call>, outcome: &Outcome, reply: &mut Node) {
        let (Some(call), Outcome::Rejection(Rejection::Unpaid | Rejection::NoSuchInterface)) = (call, outcome) else {
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
