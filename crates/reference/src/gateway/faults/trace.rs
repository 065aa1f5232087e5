//! The trace (GW-RSP, GW-WS): what comes back, whose it is, and which one kills. No fault here may touch another member
//! of a reply.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use http_body_util::Full;
use hyper::Response;
use sha1::{Digest as _, Sha1};

use crate::{
    Fault,
    gateway::{Connection, GatewayBehaviour, GatewayCall, GatewayOutcome, HonestGateway, Ping, TRACE, Transport},
    json::Node,
    variant::Subject,
    websocket::Out,
};

pub(super) const FAULTS: &[Fault] = &[
    // A trace (B:33, B:121) that does not come back as it was sent.
    Fault {
        name: "gw/trace-regenerated",
        text: "In HTTP every reply has a trace of the server's own.",
        breaks: &["GW-RSP-7"],
        behaviour: Subject::Gateway(|| Arc::new(Changes(Transport::Http, own))),
    },
    Fault {
        name: "gw/ws-trace-regenerated",
        text: "Over the WebSocket every reply has a trace of the server's own.",
        breaks: &["GW-WS-6"],
        behaviour: Subject::Gateway(|| Arc::new(Changes(Transport::Socket, own))),
    },
    Fault {
        name: "gw/trace-cut-off",
        text: "In HTTP a trace is cut off after 32 characters, the width of its column.",
        breaks: &["GW-RSP-7"],
        behaviour: Subject::Gateway(|| Arc::new(Changes(Transport::Http, cut_off))),
    },
    Fault {
        name: "gw/trace-number",
        text: "In HTTP a trace of digits comes back as a number.",
        breaks: &["GW-RSP-7"],
        behaviour: Subject::Gateway(|| Arc::new(Changes(Transport::Http, number))),
    },
    Fault {
        name: "gw/trace-lower-case",
        text: "In HTTP a trace comes back in lower case.",
        breaks: &["GW-RSP-7"],
        behaviour: Subject::Gateway(|| Arc::new(Changes(Transport::Http, lower))),
    },
    Fault {
        name: "gw/ws-trace-ascii",
        text: "Over the WebSocket a trace loses what is not ASCII.",
        breaks: &["GW-WS-6"],
        behaviour: Subject::Gateway(|| Arc::new(Changes(Transport::Socket, ascii))),
    },
    Fault {
        name: "gw/trace-null",
        text: "In HTTP the reply of a success has no trace.",
        breaks: &["GW-RSP-7"],
        behaviour: Subject::Gateway(|| Arc::new(Missing)),
    },
    Fault {
        name: "gw/trace-latin-1",
        text: "In HTTP the bytes of a trace are read as Latin-1.",
        breaks: &["GW-RSP-7"],
        behaviour: Subject::Gateway(|| Arc::new(Latin1)),
    },
    // One variable for the current trace, of the whole process or of a connection: a slow call finds another's in it.
    Fault {
        name: "gw/trace-crossed",
        text: "In HTTP a slow reply carries the trace of a later request.",
        breaks: &["GW-RSP-7"],
        behaviour: Subject::Gateway(|| Arc::new(Crossed::of(Transport::Http))),
    },
    Fault {
        name: "gw/ws-trace-crossed",
        text: "Over the WebSocket a slow reply carries the trace of a later call of its connection.",
        breaks: &["GW-WS-7"],
        behaviour: Subject::Gateway(|| Arc::new(Crossed::of(Transport::Socket))),
    },
    // A trace that is longer than a column, or of other characters than a UUID has, kills the worker before it has
    // answered.
    Fault {
        name: "gw/trace-odd-dropped",
        text: "In HTTP a trace that is no UUID or the like ends the connection without a response.",
        breaks: &["GW-RSP-7"],
        behaviour: Subject::Gateway(|| Arc::new(Drops)),
    },
    Fault {
        name: "gw/ws-trace-odd-lost",
        text: "Over the WebSocket a call whose trace is no UUID or the like is never answered.",
        breaks: &["GW-WS-6"],
        behaviour: Subject::Gateway(|| Arc::new(Loses)),
    },
    Fault {
        name: "gw/ping-trace-odd-lost",
        text: "A ping whose trace is no UUID or the like gets no pong.",
        breaks: &["GW-HB-3"],
        behaviour: Subject::Gateway(|| Arc::new(LosesPongs)),
    },
];

/// The transport, and what comes back instead of the text of a trace.
struct Changes(Transport, fn(&str) -> Node);

impl GatewayBehaviour for Changes {
    fn trace(&self, call: &GatewayCall, outcome: &GatewayOutcome) -> Node {
        match call.header.text(TRACE) {
            Some(text) if call.transport == self.0 => self.1(text),
            _ => HonestGateway.trace(call, outcome),
        }
    }
}

fn own(text: &str) -> Node {
    let digest = Sha1::digest(text);
    let digits: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    Node::text(&digits)
}

fn cut_off(text: &str) -> Node {
    Node::text(&text.chars().take(32).collect::<String>())
}

fn number(text: &str) -> Node {
    match text.parse() {
        Ok(number) => Node::number(number),
        Err(_) => Node::text(text),
    }
}

fn lower(text: &str) -> Node {
    Node::text(&text.to_lowercase())
}

fn ascii(text: &str) -> Node {
    Node::text(&text.replace(|character: char| !character.is_ascii(), "?"))
}

struct Missing;

impl GatewayBehaviour for Missing {
    fn trace(&self, call: &GatewayCall, outcome: &GatewayOutcome) -> Node {
        if call.transport == Transport::Http && outcome.is_success() {
            return Node::raw("null");
        }
        HonestGateway.trace(call, outcome)
    }
}

struct Latin1;

impl GatewayBehaviour for Latin1 {
    fn header_text(&self, bytes: &[u8]) -> String {
        bytes.iter().copied().map(char::from).collect()
    }
}

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

    fn place(call: &GatewayCall) -> u64 {
        match call.transport {
            Transport::Http => 0,
            Transport::Socket => call.connection,
        }
    }
}

impl GatewayBehaviour for Crossed {
    fn receive(&self, call: &mut GatewayCall) {
        if call.transport == self.transport {
            let trace = call.header.field(TRACE).map(|field| field.raw.clone());
            let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
            latest.insert(Self::place(call), trace);
        }
    }

    fn trace(&self, call: &GatewayCall, outcome: &GatewayOutcome) -> Node {
        let latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        match latest.get(&Self::place(call)) {
            Some(Some(raw)) if call.transport == self.transport && call.header.has(TRACE) => Node::raw(&**raw),
            _ => HonestGateway.trace(call, outcome),
        }
    }
}

/// The longest trace that is stored.
const COLUMN: usize = 40;

fn is_odd(trace: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    trace.len() > COLUMN || !trace.bytes().all(plain)
}

fn has_odd_trace(call: &GatewayCall) -> bool {
    call.header.text(TRACE).is_some_and(is_odd)
}

struct Drops;

impl GatewayBehaviour for Drops {
    fn respond(
        &self,
        call: &GatewayCall,
        _outcome: &GatewayOutcome,
        response: Response<Full<Bytes>>,
    ) -> Option<Response<Full<Bytes>>> {
        (!has_odd_trace(call)).then_some(response)
    }
}

struct Loses;

impl GatewayBehaviour for Loses {
    fn reply(&self, connection: &Connection, call: &GatewayCall, outcome: &GatewayOutcome, text: String) -> Vec<Out> {
        if has_odd_trace(call) {
            Vec::new()
        } else {
            HonestGateway.reply(connection, call, outcome, text)
        }
    }
}

struct LosesPongs;

impl GatewayBehaviour for LosesPongs {
    fn answer_ping(&self, connection: &Connection, ping: &Ping, text: String) -> Vec<Out> {
        let trace = ping.raw(TRACE).and_then(|raw| serde_json::from_str::<String>(raw).ok());
        if trace.is_some_and(|trace| is_odd(&trace)) {
            Vec::new()
        } else {
            HonestGateway.answer_ping(connection, ping, text)
        }
    }
}
