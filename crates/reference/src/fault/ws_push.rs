//! Events that don't arrive, arrive in another form or at others.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};

use super::{Fault, Subject};
use crate::{
    json::Node,
    websocket::Out,
    ws_service::{Call, Conduct, Honest, Session},
};
use wire::frame::{Frame, Opcode};

pub const NEVER: Fault = Fault {
    name: "ws/push-never",
    suite: "ws-service",
    text: "No event is ever pushed.",
    breaks: &["WS-PUSH-1"],
    conduct: Subject::WsService(|| Arc::new(Never)),
};

pub const ONCE: Fault = Fault {
    name: "ws/push-once",
    suite: "ws-service",
    text: "A subscription ends with its first event.",
    breaks: &["WS-PUSH-1"],
    conduct: Subject::WsService(|| Arc::new(Once::default())),
};

pub const BINARY: Fault = Fault {
    name: "ws/push-binary",
    suite: "ws-service",
    text: "Events are pushed in binary frames.",
    breaks: &["WS-PUSH-1"],
    conduct: Subject::WsService(|| Arc::new(Binary)),
};

pub const EVERYBODY: Fault = Fault {
    name: "ws/push-everybody",
    suite: "ws-service",
    text: "An event goes to every account that ever asked about it, be it to cancel the subscription.",
    breaks: &["WS-PUSH-4"],
    conduct: Subject::WsService(|| Arc::new(Everybody)),
};

pub const NAMELESS: Fault = Fault {
    name: "ws/push-nameless",
    suite: "ws-service",
    text: "The msg of a push is an object that holds the event's name.",
    breaks: &["WS-PUSH-2"],
    conduct: Subject::WsService(|| Arc::new(Nameless)),
};

struct Never;

impl Conduct for Never {
    fn wants(&self, _session: &Session, _event: &str) -> bool {
        false
    }
}

#[derive(Default)]
struct Once {
    /// The connections that had their event.
    served: Mutex<HashSet<u64>>,
}

impl Conduct for Once {
    fn wants(&self, session: &Session, event: &str) -> bool {
        let mut served = self.served.lock().unwrap_or_else(PoisonError::into_inner);
        Honest.wants(session, event) && served.insert(session.number)
    }
}

struct Binary;

impl Conduct for Binary {
    fn deliver(&self, _receiver: &Session, text: String) -> Vec<Out> {
        vec![Out::Frame(Frame::new(Opcode::Binary, text))]
    }
}

struct Everybody;

impl Conduct for Everybody {
    fn reaches(&self, _caller: &Session, _receiver: &Session) -> bool {
        true
    }

    fn wants(&self, session: &Session, event: &str) -> bool {
        session.ever_subscribed(event)
    }
}

struct Nameless;

impl Conduct for Nameless {
    fn push(&self, receiver: &Session, call: &Call, event: &str, data: &str) -> Node {
        let mut push = Honest.push(receiver, call, event, data);
        push.set("msg", Node::object([("event", Node::text(event))]));
        push
    }
}
