//! Frames (RFC 6455) that are not understood (GW-WS-12).

use std::sync::Arc;

use super::{Fault, Subject};
use crate::{
    gateway::{Conduct, Connection},
    websocket::{Breach, Out},
};
use wire::frame::{Frame, Opcode};

pub const FRAGMENTS: Fault = Fault {
    name: "gw/ws-fragments-apart",
    suite: "gateway",
    text: "Each fragment of a message is taken for a message.",
    breaks: &["GW-WS-12", "GW-WS-13"],
    conduct: Subject::Gateway(|| Arc::new(Apart)),
};

pub const PING: Fault = Fault {
    name: "gw/ws-opcode-ping-ignored",
    suite: "gateway",
    text: "An opcode ping is not answered.",
    breaks: &["GW-WS-12"],
    conduct: Subject::Gateway(|| Arc::new(Ignores)),
};

pub const PONG: Fault = Fault {
    name: "gw/ws-opcode-pong-empty",
    suite: "gateway",
    text: "An opcode pong has lost the data of its ping.",
    breaks: &["GW-WS-12"],
    conduct: Subject::Gateway(|| Arc::new(Empties)),
};

pub const CLOSE: Fault = Fault {
    name: "gw/ws-close-unanswered",
    suite: "gateway",
    text: "A close is answered by the end of the connection alone.",
    breaks: &["GW-WS-12"],
    conduct: Subject::Gateway(|| Arc::new(HangsUp)),
};

pub const CLOSE_UNHEARD: Fault = Fault {
    name: "gw/ws-close-unheard",
    suite: "gateway",
    text: "A close frame is passed over: the connection stays up.",
    breaks: &["GW-WS-12"],
    conduct: Subject::Gateway(|| Arc::new(StaysUp)),
};

pub const FORBIDDEN: Fault = Fault {
    name: "gw/ws-forbidden-frames-passed-over",
    suite: "gateway",
    text: "A frame that the protocol forbids is read as far as possible or passed over.",
    breaks: &["GW-WS-13"],
    conduct: Subject::Gateway(|| Arc::new(Tolerant)),
};

struct Apart;

impl Conduct for Apart {
    fn joins(&self) -> bool {
        false
    }
}

struct Ignores;

impl Conduct for Ignores {
    fn opcode_ping(&self, _connection: &Connection, _payload: Vec<u8>) -> Vec<Out> {
        Vec::new()
    }
}

struct Empties;

impl Conduct for Empties {
    fn opcode_ping(&self, _connection: &Connection, _payload: Vec<u8>) -> Vec<Out> {
        vec![Out::Frame(Frame::new(Opcode::Pong, []))]
    }
}

struct HangsUp;

impl Conduct for HangsUp {
    fn close(&self, _connection: &Connection, _payload: &[u8]) -> Vec<Out> {
        vec![Out::End]
    }
}

struct StaysUp;

impl Conduct for StaysUp {
    fn close(&self, _connection: &Connection, _payload: &[u8]) -> Vec<Out> {
        Vec::new()
    }
}

struct Tolerant;

impl Conduct for Tolerant {
    fn tolerates(&self, _breach: Breach) -> bool {
        true
    }
}
