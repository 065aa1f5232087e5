//! Replies over the WebSocket that are lost or repeated (GW-WS-7).

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use super::{Fault, Subject};
use crate::{
    gateway::{Call, Conduct, Connection, Honest, Outcome, Transport},
    websocket::Out,
};

pub const LOST: Fault = Fault {
    name: "gw/ws-reply-overtaken-lost",
    suite: "gateway",
    text: "A call that is overtaken by a later one on its connection is never answered.",
    breaks: &["GW-WS-7"],
    conduct: Subject::Gateway(|| Arc::new(OvertakenLost::default())),
};

pub const DOUBLED: Fault = Fault {
    name: "gw/ws-reply-doubled",
    suite: "gateway",
    text: "Each reply is sent twice.",
    breaks: &["GW-WS-7"],
    conduct: Subject::Gateway(|| Arc::new(Doubled)),
};

#[derive(Default)]
struct OvertakenLost {
    /// The latest call of each connection.
    latest: Mutex<HashMap<u64, u64>>,
}

impl Conduct for OvertakenLost {
    fn receive(&self, call: &mut Call) {
        if call.transport == Transport::Socket {
            let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
            latest.insert(call.connection, call.nth);
        }
    }

    fn reply(&self, connection: &Connection, call: &Call, outcome: &Outcome, text: String) -> Vec<Out> {
        let latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        match latest.get(&connection.number) {
            Some(latest) if (1..*latest).contains(&call.nth) => Vec::new(),
            _ => Honest.reply(connection, call, outcome, text),
        }
    }
}

struct Doubled;

impl Conduct for Doubled {
    fn reply(&self, _connection: &Connection, _call: &Call, _outcome: &Outcome, text: String) -> Vec<Out> {
        vec![Out::text(text.clone()), Out::text(text)]
    }
}
