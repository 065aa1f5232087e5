//! Mistakes of gateways, one file an area of clauses. A fault must never be named here: it is a row of its area.

mod body;
mod envelope;
mod exceptions;
mod framing;
mod headers;
mod heartbeat;
mod http_replies;
mod http_surface;
mod kept;
mod links;
mod session;
mod trace;
mod upgrade;
mod websocket;
mod websocket_links;
mod websocket_replies;

use crate::Fault;
use crate::{
    gateway::{GatewayBehaviour, GatewayCall, GatewayOutcome},
    json::Node,
};

/// The areas, in the order of the document.
pub const AREAS: &[&[Fault]] = &[
    http_surface::FAULTS,
    http_replies::FAULTS,
    exceptions::FAULTS,
    headers::FAULTS,
    session::FAULTS,
    kept::FAULTS,
    body::FAULTS,
    envelope::FAULTS,
    trace::FAULTS,
    upgrade::FAULTS,
    websocket::FAULTS,
    websocket_replies::FAULTS,
    framing::FAULTS,
    heartbeat::FAULTS,
    links::FAULTS,
    websocket_links::FAULTS,
];

/// What faults of several areas share: a behaviour that changes a whole reply, and nothing else.
struct ChangesReply(fn(&GatewayCall, &GatewayOutcome, &mut Node));

impl GatewayBehaviour for ChangesReply {
    fn change_reply(&self, call: &GatewayCall, outcome: &GatewayOutcome, reply: &mut Node) {
        self.0(call, outcome, reply);
    }
}
