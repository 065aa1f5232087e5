//! What comes back where no mark was sent, or null (A:66, AMB-A8, AMB-A9).

use std::sync::Arc;

use super::{Reading, Subject};
use crate::{
    json::Node,
    ws_service::{Call, Conduct, Honest, Outcome, Session},
};

pub const NULL: Reading = Reading {
    name: "ws/mark-null-for-absent",
    suite: "ws-service",
    text: "A reply to a call without mark has a mark all the same: null.",
    shows: &[("WS-MARK-6", "null")],
    conduct: Subject::WsService(|| Arc::new(Null)),
};

pub const OMITTED: Reading = Reading {
    name: "ws/mark-omitted-for-null",
    suite: "ws-service",
    text: "A mark of null counts as none.",
    shows: &[("WS-MARK-7", "omitted")],
    conduct: Subject::WsService(|| Arc::new(Omitted)),
};

pub const NULL_EVERYWHERE: Reading = Reading {
    name: "ws/mark-null-in-pushes",
    suite: "ws-service",
    text: "Pushes and disconnecting errors have a mark that is null.",
    shows: &[("WS-MARK-10", "null")],
    conduct: Subject::WsService(|| Arc::new(Everywhere)),
};

struct Null;

impl Conduct for Null {
    fn mark(&self, session: &Session, call: &Call, outcome: &Outcome) -> Option<Node> {
        Honest.mark(session, call, outcome).or_else(|| Some(Node::raw("null")))
    }
}

struct Omitted;

impl Conduct for Omitted {
    fn mark(&self, _session: &Session, call: &Call, _outcome: &Outcome) -> Option<Node> {
        call.mark().filter(|raw| *raw != "null").map(Node::raw)
    }
}

struct Everywhere;

impl Conduct for Everywhere {
    fn amend(&self, _session: &Session, _call: Option<&Call>, outcome: &Outcome, reply: &mut Node) {
        if matches!(outcome, Outcome::Parting(_)) {
            reply.set("mark", Node::raw("null"));
        }
    }

    fn push(&self, receiver: &Session, call: &Call, event: &str, data: &str) -> Node {
        let mut push = Honest.push(receiver, call, event, data);
        push.set("mark", Node::raw("null"));
        push
    }
}
