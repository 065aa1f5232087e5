//! A table of connections by link, so that a reply finds its way: it finds the connection on which the link began, too.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use super::{Fault, Subject};
use crate::{
    gateway::{Call, Conduct, Connection, Honest, Outcome, Ping, TOKEN, TRACE},
    websocket::Out,
};

pub const REPLY: Fault = Fault {
    name: "gw/ws-reply-strays",
    suite: "gateway",
    text: "A reply to a guest is sent to the connection on which its link began, too.",
    breaks: &["GW-WS-7"],
    conduct: Subject::Gateway(|| Arc::new(Strays::new(true))),
};

pub const PONG: Fault = Fault {
    name: "gw/pong-strays",
    suite: "gateway",
    text: "A pong is sent to the connection on which its link began, too.",
    breaks: &["GW-HB-10"],
    conduct: Subject::Gateway(|| Arc::new(Strays::new(false))),
};

struct Strays {
    replies: bool,
    connections: Mutex<Connections>,
}

#[derive(Default)]
struct Connections {
    all: HashMap<u64, Arc<Connection>>,
    /// The connection on which each link began. A link is what a trace says before its first dash.
    of_link: HashMap<String, u64>,
}

impl Strays {
    fn new(replies: bool) -> Self {
        Self {
            replies,
            connections: Mutex::default(),
        }
    }

    fn tell(&self, connection: &Connection, trace: Option<&str>, text: &str) {
        let Some((link, _)) = trace.and_then(|trace| trace.split_once('-')) else {
            return;
        };
        let mut connections = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
        let first = *connections.of_link.entry(link.to_owned()).or_insert(connection.number);
        if let Some(other) = connections.all.get(&first).filter(|_| first != connection.number) {
            other.tell(Out::text(text));
        }
    }
}

impl Conduct for Strays {
    fn greet(&self, connection: &Arc<Connection>) -> Vec<Out> {
        let mut connections = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
        connections.all.insert(connection.number, Arc::clone(connection));
        Vec::new()
    }

    fn answer_ping(&self, connection: &Connection, ping: &Ping, text: String) -> Vec<Out> {
        let trace = ping.raw(TRACE).and_then(|raw| serde_json::from_str::<String>(raw).ok());
        if !self.replies {
            self.tell(connection, trace.as_deref(), &text);
        }
        Honest.answer_ping(connection, ping, text)
    }

    fn reply(&self, connection: &Connection, call: &Call, outcome: &Outcome, text: String) -> Vec<Out> {
        // Whoever is logged in is found by their session.
        if self.replies && !call.header.has(TOKEN) {
            self.tell(connection, call.header.text(TRACE), &text);
        }
        Honest.reply(connection, call, outcome, text)
    }
}
