//! A trace (B:33, B:121) that does not come back as it was sent.

use std::sync::Arc;

use sha1::{Digest as _, Sha1};

use super::{Fault, Subject};
use crate::{
    gateway::{Call, Conduct, Honest, Outcome, TRACE, Transport},
    json::Node,
};

pub const HTTP: Fault = Fault {
    name: "gw/trace-regenerated",
    suite: "gateway",
    text: "In HTTP every reply has a trace of the server's own.",
    breaks: &["GW-RSP-7"],
    conduct: Subject::Gateway(|| Arc::new(Changes(Transport::Http, own))),
};

pub const SOCKET: Fault = Fault {
    name: "gw/ws-trace-regenerated",
    suite: "gateway",
    text: "Over the WebSocket every reply has a trace of the server's own.",
    breaks: &["GW-WS-6"],
    conduct: Subject::Gateway(|| Arc::new(Changes(Transport::Socket, own))),
};

pub const CUT_OFF: Fault = Fault {
    name: "gw/trace-cut-off",
    suite: "gateway",
    text: "In HTTP a trace is cut off after 32 characters, the width of its column.",
    breaks: &["GW-RSP-7"],
    conduct: Subject::Gateway(|| Arc::new(Changes(Transport::Http, cut_off))),
};

pub const NUMBER: Fault = Fault {
    name: "gw/trace-number",
    suite: "gateway",
    text: "In HTTP a trace of digits comes back as a number.",
    breaks: &["GW-RSP-7"],
    conduct: Subject::Gateway(|| Arc::new(Changes(Transport::Http, number))),
};

pub const LOWER: Fault = Fault {
    name: "gw/trace-lower-case",
    suite: "gateway",
    text: "In HTTP a trace comes back in lower case.",
    breaks: &["GW-RSP-7"],
    conduct: Subject::Gateway(|| Arc::new(Changes(Transport::Http, lower))),
};

pub const ASCII: Fault = Fault {
    name: "gw/ws-trace-ascii",
    suite: "gateway",
    text: "Over the WebSocket a trace loses what is not ASCII.",
    breaks: &["GW-WS-6"],
    conduct: Subject::Gateway(|| Arc::new(Changes(Transport::Socket, ascii))),
};

pub const MISSING: Fault = Fault {
    name: "gw/trace-null",
    suite: "gateway",
    text: "In HTTP the reply of a success has no trace.",
    breaks: &["GW-RSP-7"],
    conduct: Subject::Gateway(|| Arc::new(Missing)),
};

pub const LATIN_1: Fault = Fault {
    name: "gw/trace-latin-1",
    suite: "gateway",
    text: "In HTTP the bytes of a trace are read as Latin-1.",
    breaks: &["GW-RSP-7"],
    conduct: Subject::Gateway(|| Arc::new(Latin1)),
};

/// The transport, and what comes back instead of the text of a trace.
struct Changes(Transport, fn(&str) -> Node);

impl Conduct for Changes {
    fn trace(&self, call: &Call, outcome: &Outcome) -> Node {
        match call.header.text(TRACE) {
            Some(text) if call.transport == self.0 => self.1(text),
            _ => Honest.trace(call, outcome),
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

impl Conduct for Missing {
    fn trace(&self, call: &Call, outcome: &Outcome) -> Node {
        if call.transport == Transport::Http && outcome.is_success() {
            return Node::raw("null");
        }
        Honest.trace(call, outcome)
    }
}

struct Latin1;

impl Conduct for Latin1 {
    fn header_text(&self, bytes: &[u8]) -> String {
        bytes.iter().copied().map(char::from).collect()
    }
}
