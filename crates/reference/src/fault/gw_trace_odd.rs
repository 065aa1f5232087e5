//! A trace that is longer than a column, or of other characters than a UUID has, kills the worker before it has answered.

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::Response;

use super::{Fault, Subject};
use crate::{
    gateway::{Call, Conduct, Connection, Honest, Outcome, Ping, TRACE},
    websocket::Out,
};

pub const HTTP: Fault = Fault {
    name: "gw/trace-odd-dropped",
    suite: "gateway",
    text: "In HTTP a trace that is no UUID or the like ends the connection without a response.",
    breaks: &["GW-RSP-7"],
    conduct: Subject::Gateway(|| Arc::new(Drops)),
};

pub const SOCKET: Fault = Fault {
    name: "gw/ws-trace-odd-lost",
    suite: "gateway",
    text: "Over the WebSocket a call whose trace is no UUID or the like is never answered.",
    breaks: &["GW-WS-6"],
    conduct: Subject::Gateway(|| Arc::new(Loses)),
};

pub const PING: Fault = Fault {
    name: "gw/ping-trace-odd-lost",
    suite: "gateway",
    text: "A ping whose trace is no UUID or the like gets no pong.",
    breaks: &["GW-HB-3"],
    conduct: Subject::Gateway(|| Arc::new(LosesPongs)),
};

/// The longest trace that is stored.
const COLUMN: usize = 40;

fn is_odd(trace: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    trace.len() > COLUMN || !trace.bytes().all(plain)
}

fn has_odd_trace(call: &Call) -> bool {
    call.header.text(TRACE).is_some_and(is_odd)
}

struct Drops;

impl Conduct for Drops {
    fn respond(
        &self,
        call: &Call,
        _outcome: &Outcome,
        response: Response<Full<Bytes>>,
    ) -> Option<Response<Full<Bytes>>> {
        (!has_odd_trace(call)).then_some(response)
    }
}

struct Loses;

impl Conduct for Loses {
    fn reply(&self, connection: &Connection, call: &Call, outcome: &Outcome, text: String) -> Vec<Out> {
        if has_odd_trace(call) {
            Vec::new()
        } else {
            Honest.reply(connection, call, outcome, text)
        }
    }
}

struct LosesPongs;

impl Conduct for LosesPongs {
    fn answer_ping(&self, connection: &Connection, ping: &Ping, text: String) -> Vec<Out> {
        let trace = ping.raw(TRACE).and_then(|raw| serde_json::from_str::<String>(raw).ok());
        if trace.is_some_and(|trace| is_odd(&trace)) {
            Vec::new()
        } else {
            Honest.answer_ping(connection, ping, text)
        }
    }
}
