//! A library call named pong, taken for the answer to both kinds of heartbeat.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::{
    websocket::Out,
    ws_service::{Conduct, Session},
};
use wire::frame::{Frame, Opcode};

pub const FAULT: Fault = Fault {
    name: "ws/ping-text-as-opcode",
    suite: "ws-service",
    text: "A text ping is answered with an opcode pong.",
    breaks: &["WS-HB-1", "WS-HB-4"],
    conduct: Subject::WsService(|| Arc::new(PingTextAsOpcode)),
};

struct PingTextAsOpcode;

impl Conduct for PingTextAsOpcode {
    fn text_ping(&self, _session: &Session, _nth: u64) -> Vec<Out> {
        vec![Out::Frame(Frame::new(Opcode::Pong, []))]
    }
}
