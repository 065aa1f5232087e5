//! The right answer in capitals: clients compare exactly.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::{
    websocket::Out,
    ws_service::{Conduct, Session},
};

pub const FAULT: Fault = Fault {
    name: "ws/pong-shouted",
    suite: "ws-service",
    text: "The text pong is not spelt as documented.",
    breaks: &["WS-HB-1", "WS-RES-11"],
    conduct: Subject::WsService(|| Arc::new(PongShouted)),
};

struct PongShouted;

impl Conduct for PongShouted {
    fn text_ping(&self, _session: &Session, _nth: u64) -> Vec<Out> {
        vec![Out::text("PONG")]
    }
}
