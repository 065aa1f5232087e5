//! One variable for the current trace, of the whole process or of a connection: a slow call finds another's in it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use super::{Fault, Subject};
use crate::{
    gateway::{Call, Conduct, Honest, Outcome, TRACE, Transport},
    json::Node,
};

pub const HTTP: Fault = Fault {
    name: "gw/trace-crossed",
    suite: "gateway",
    text: "In HTTP a slow reply carries the trace of a later request.",
    breaks: &["GW-RSP-7"],
    conduct: Subject::Gateway(|| Arc::new(Crossed::of(Transport::Http))),
};

pub const SOCKET: Fault = Fault {
    name: "gw/ws-trace-crossed",
    suite: "gateway",
    text: "Over the WebSocket a slow reply carries the trace of a later call of its connection.",
    breaks: &["GW-WS-7"],
    conduct: Subject::Gateway(|| Arc::new(Crossed::of(Transport::Socket))),
};

struct Crossed {
    transport: Transport,
    /// The latest trace of each connection; HTTP has one for all.
    latest: Mutex<HashMap<u64, Option<String>>>,
}

impl Crossed {
    fn of(transport: Transport) -> Self {
        Self {
            transport,
            latest: Mutex::default(),
        }
    }

    fn place(call: &Call) -> u64 {
        match call.transport {
            Transport::Http => 0,
            Transport::Socket => call.connection,
        }
    }
}

impl Conduct for Crossed {
    fn receive(&self, call: &mut Call) {
        if call.transport == self.transport {
            let trace = call.header.field(TRACE).map(|field| field.raw.clone());
            let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
            latest.insert(Self::place(call), trace);
        }
    }

    fn trace(&self, call: &Call, outcome: &Outcome) -> Node {
        let latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        match latest.get(&Self::place(call)) {
            Some(Some(raw)) if call.transport == self.transport && call.header.has(TRACE) => Node::raw(&**raw),
            _ => Honest.trace(call, outcome),
        }
    }
}
