//! Frames (RFC 6455) that are not understood (GW-WS-12). No fault here may touch a message that comes whole, in one
//! lawful frame.

use std::sync::Arc;

use crate::{
    Fault,
    gateway::{Connection, GatewayBehaviour},
    variant::Subject,
    websocket::{Out, ProtocolError},
};
use wire::frame::{Frame, Opcode};

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        name: "gw/ws-fragments-apart",
        text: "Each fragment of a message is taken for a message.",
        breaks: &["GW-WS-12", "GW-WS-13"],
        behaviour: Subject::Gateway(|| Arc::new(Apart)),
    },
    Fault {
        name: "gw/ws-opcode-ping-ignored",
        text: "An opcode ping is not answered.",
        breaks: &["GW-WS-12"],
        behaviour: Subject::Gateway(|| Arc::new(Ignores)),
    },
    Fault {
        name: "gw/ws-opcode-pong-empty",
        text: "An opcode pong has lost the data of its ping.",
        breaks: &["GW-WS-12"],
        behaviour: Subject::Gateway(|| Arc::new(Empties)),
    },
    Fault {
        name: "gw/ws-close-unanswered",
        text: "A close is answered by the end of the connection alone.",
        breaks: &["GW-WS-12"],
        behaviour: Subject::Gateway(|| Arc::new(HangsUp)),
    },
    Fault {
        name: "gw/ws-close-unheard",
        text: "A close frame is passed over: the connection stays up.",
        breaks: &["GW-WS-12"],
        behaviour: Subject::Gateway(|| Arc::new(StaysUp)),
    },
    Fault {
        name: "gw/ws-forbidden-frames-passed-over",
        text: "A frame that the protocol forbids is read as far as possible or passed over.",
        breaks: &["GW-WS-13"],
        behaviour: Subject::Gateway(|| Arc::new(Tolerant)),
    },
];

struct Apart;

impl GatewayBehaviour for Apart {
    fn joins(&self) -> bool {
        false
    }
}

struct Ignores;

impl GatewayBehaviour for Ignores {
    fn opcode_ping(&self, _connection: &Connection, _payload: Vec<u8>) -> Vec<Out> {
        Vec::new()
    }
}

struct Empties;

impl GatewayBehaviour for Empties {
    fn opcode_ping(&self, _connection: &Connection, _payload: Vec<u8>) -> Vec<Out> {
        vec![Out::Frame(Frame::new(Opcode::Pong, []))]
    }
}

struct HangsUp;

impl GatewayBehaviour for HangsUp {
    fn close(&self, _connection: &Connection, _payload: &[u8]) -> Vec<Out> {
        vec![Out::End]
    }
}

struct StaysUp;

impl GatewayBehaviour for StaysUp {
    fn close(&self, _connection: &Connection, _payload: &[u8]) -> Vec<Out> {
        Vec::new()
    }
}

struct Tolerant;

impl GatewayBehaviour for Tolerant {
    fn tolerates(&self, _error: ProtocolError) -> bool {
        true
    }
}
