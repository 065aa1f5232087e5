//! A reader that skips every frame until the message is whole.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::{
    websocket::Out,
    ws_service::{Conduct, Honest, Session},
};

pub const FAULT: Fault = Fault {
    name: "ws/ping-amid-ignored",
    suite: "ws-service",
    text: "A ping between the fragments of a message is not answered.",
    breaks: &["WS-HB-8"],
    conduct: Subject::WsService(|| Arc::new(PingAmidIgnored)),
};

struct PingAmidIgnored;

impl Conduct for PingAmidIgnored {
    fn opcode_ping(&self, session: &Session, payload: Vec<u8>, amid: bool) -> Vec<Out> {
        if amid {
            Vec::new()
        } else {
            Honest.opcode_ping(session, payload, amid)
        }
    }
}
