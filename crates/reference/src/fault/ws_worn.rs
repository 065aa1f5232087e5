//! A connection that wears out: what is right at first is wrong after many calls.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::{
    json::Node,
    websocket::Out,
    ws_service::{Call, Conduct, Honest, Outcome, Session},
};

pub const REPLIES: Fault = Fault {
    name: "ws/reply-lost-after-500",
    suite: "ws-service",
    text: "A connection answers five hundred calls: a table of replies is full and never emptied.",
    breaks: &["WS-CALL-6"],
    conduct: Subject::WsService(|| Arc::new(Replies(500))),
};

pub const MARKS: Fault = Fault {
    name: "ws/mark-lost-after-100",
    suite: "ws-service",
    text: "After a hundred calls a connection's replies have no mark: a ring of marks was overwritten.",
    breaks: &["WS-MARK-1", "WS-CALL-7"],
    conduct: Subject::WsService(|| Arc::new(Marks(100))),
};

/// Answers so many calls.
struct Replies(u64);

impl Conduct for Replies {
    fn reply(&self, session: &Session, call: Option<&Call>, outcome: &Outcome, text: String) -> Vec<Out> {
        match call {
            Some(call) if call.nth > self.0 => Vec::new(),
            _ => Honest.reply(session, call, outcome, text),
        }
    }
}

/// Knows the marks of so many calls.
struct Marks(u64);

impl Conduct for Marks {
    fn mark(&self, session: &Session, call: &Call, outcome: &Outcome) -> Option<Node> {
        if call.nth > self.0 {
            return None;
        }
        Honest.mark(session, call, outcome)
    }
}
