//! Ping and pong handled by the same branch.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::{
    websocket::Out,
    ws_service::{Conduct, Session},
};
use wire::frame::{Frame, Opcode};

pub const FAULT: Fault = Fault {
    name: "ws/pong-answered",
    suite: "ws-service",
    text: "An unsolicited pong is answered with another.",
    breaks: &["WS-HB-8"],
    conduct: Subject::WsService(|| Arc::new(PongAnswered)),
};

struct PongAnswered;

impl Conduct for PongAnswered {
    fn pong(&self, _session: &Session, payload: Vec<u8>) -> Vec<Out> {
        vec![Out::Frame(Frame::new(Opcode::Pong, payload))]
    }
}
