//! Disconnections that go wrong, each in one way.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};

use super::{Fault, Subject};
use crate::{
    json::Node,
    websocket::Out,
    ws_service::{Call, Conduct, Honest, Outcome, Parting, Session},
};

pub const STAYS: Fault = Fault {
    name: "ws/other-error-stays",
    suite: "ws-service",
    text: "The other error is told, and the connection stays open.",
    breaks: &["WS-OFF-2", "WS-OFF-4"],
    conduct: Subject::WsService(|| Arc::new(Stays)),
};

pub const MARK: Fault = Fault {
    name: "ws/other-error-mark",
    suite: "ws-service",
    text: "The message of the other error carries the call's mark.",
    breaks: &["WS-MARK-10"],
    conduct: Subject::WsService(|| Arc::new(Mark)),
};

pub const CODE: Fault = Fault {
    name: "ws/parting-code-500",
    suite: "ws-service",
    text: "The message before a disconnection has code 500.",
    breaks: &["WS-OFF-3"],
    conduct: Subject::WsService(|| Arc::new(Member("code", || Node::number(500)))),
};

pub const MSG: Fault = Fault {
    name: "ws/parting-msg-null",
    suite: "ws-service",
    text: "The message before a disconnection has no text.",
    breaks: &["WS-OFF-3"],
    conduct: Subject::WsService(|| Arc::new(Member("msg", || Node::raw("null")))),
};

pub const DEAF: Fault = Fault {
    name: "ws/offline-deaf",
    suite: "ws-service",
    text: "Who comes back after a disconnection by the server is let in and never answered.",
    breaks: &["WS-OFF-5"],
    conduct: Subject::WsService(|| Arc::new(Deaf::default())),
};

struct Stays;

impl Conduct for Stays {
    fn part(&self, session: &Session, call: &Call, parting: Parting, text: String) -> Vec<Out> {
        match parting {
            Parting::OtherError => vec![Out::text(text)],
            Parting::ForcedOffline => Honest.part(session, call, parting, text),
        }
    }
}

struct Mark;

impl Conduct for Mark {
    fn amend(&self, _session: &Session, call: Option<&Call>, outcome: &Outcome, reply: &mut Node) {
        let mark = call.and_then(Call::mark);
        let other = *outcome == Outcome::Parting(Parting::OtherError);
        if let (Some(mark), Some(result)) = (mark, reply.at(&["result"]).filter(|_| other)) {
            result.set("errorExtra", Node::object([("mark", Node::raw(mark))]));
        }
    }
}

/// A member of the message, and its value.
struct Member(&'static str, fn() -> Node);

impl Conduct for Member {
    fn amend(&self, _session: &Session, _call: Option<&Call>, outcome: &Outcome, reply: &mut Node) {
        if matches!(outcome, Outcome::Parting(_)) {
            reply.set(self.0, self.1());
        }
    }
}

#[derive(Default)]
struct Deaf {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Connections that have pinged: only clients with a heartbeat are remembered so well.
    alive: HashSet<u64>,
    /// Accounts that were disconnected.
    parted: HashSet<String>,
    /// Connections that are never answered.
    deaf: HashSet<u64>,
}

impl Conduct for Deaf {
    fn greet(&self, session: &Arc<Session>) -> Vec<Out> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.parted.remove(&session.account.token) {
            state.deaf.insert(session.number);
        }
        Vec::new()
    }

    fn text_ping(&self, session: &Session, nth: u64) -> Vec<Out> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.alive.insert(session.number);
        Honest.text_ping(session, nth)
    }

    fn part(&self, session: &Session, call: &Call, parting: Parting, text: String) -> Vec<Out> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.alive.contains(&session.number) {
            state.parted.insert(session.account.token.clone());
        }
        Honest.part(session, call, parting, text)
    }

    fn reply(&self, session: &Session, call: Option<&Call>, outcome: &Outcome, text: String) -> Vec<Out> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.deaf.contains(&session.number) {
            return Vec::new();
        }
        Honest.reply(session, call, outcome, text)
    }
}
