//! A pong sent by hand, without the application data (RFC 6455 §5.5.3).

use std::sync::Arc;

use super::{Fault, Subject};
use crate::{
    websocket::Out,
    ws_service::{Conduct, Session},
};
use wire::frame::{Frame, Opcode};

pub const FAULT: Fault = Fault {
    name: "ws/pong-empty",
    suite: "ws-service",
    text: "An opcode pong does not carry the payload of its ping.",
    breaks: &["WS-HB-3"],
    conduct: Subject::WsService(|| Arc::new(PongEmpty)),
};

struct PongEmpty;

impl Conduct for PongEmpty {
    fn opcode_ping(&self, _session: &Session, _payload: Vec<u8>, _amid: bool) -> Vec<Out> {
        vec![Out::Frame(Frame::new(Opcode::Pong, []))]
    }
}
