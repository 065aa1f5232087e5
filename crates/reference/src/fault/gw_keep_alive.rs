//! State of a connection that outlives its request: a buffer that is not cleared, a variable of the thread.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use super::{Fault, Subject};
use crate::{
    gateway::{Body, Call, Conduct, Honest, Outcome, TRACE, Transport},
    json::Node,
};

pub const BODY: Fault = Fault {
    name: "gw/keep-alive-body",
    suite: "gateway",
    text: "A later request on a connection is executed with the body of the one before.",
    breaks: &["GW-HTTP-11"],
    conduct: Subject::Gateway(|| Arc::new(KeepsBody::default())),
};

pub const TRACE_OF: Fault = Fault {
    name: "gw/keep-alive-trace",
    suite: "gateway",
    text: "A later reply on a connection carries the trace of the first request.",
    breaks: &["GW-HTTP-11"],
    conduct: Subject::Gateway(|| Arc::new(KeepsTrace::default())),
};

#[derive(Default)]
struct KeepsBody {
    /// The last body of each connection.
    bodies: Mutex<HashMap<u64, Body>>,
}

impl Conduct for KeepsBody {
    fn receive(&self, call: &mut Call) {
        if call.transport == Transport::Http {
            let mut bodies = self.bodies.lock().unwrap_or_else(PoisonError::into_inner);
            let own = call.body.clone();
            call.body = bodies.insert(call.connection, own.clone()).unwrap_or(own);
        }
    }
}

#[derive(Default)]
struct KeepsTrace {
    /// The first trace of each connection.
    traces: Mutex<HashMap<u64, String>>,
}

impl Conduct for KeepsTrace {
    fn trace(&self, call: &Call, outcome: &Outcome) -> Node {
        let Some(own) = call.header.field(TRACE).filter(|_| call.transport == Transport::Http) else {
            return Honest.trace(call, outcome);
        };
        let mut traces = self.traces.lock().unwrap_or_else(PoisonError::into_inner);
        Node::raw(&**traces.entry(call.connection).or_insert_with(|| own.raw.clone()))
    }
}
