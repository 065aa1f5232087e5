//! One handler for both kinds of heartbeat, which knows only text.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::{
    websocket::Out,
    ws_service::{Conduct, Session},
};

pub const FAULT: Fault = Fault {
    name: "ws/ping-opcode-as-text",
    suite: "ws-service",
    text: "An opcode ping is answered with a text pong.",
    breaks: &["WS-HB-2", "WS-HB-4"],
    conduct: Subject::WsService(|| Arc::new(PingOpcodeAsText)),
};

struct PingOpcodeAsText;

impl Conduct for PingOpcodeAsText {
    fn opcode_ping(&self, _session: &Session, _payload: Vec<u8>, _amid: bool) -> Vec<Out> {
        vec![Out::text("pong")]
    }
}
