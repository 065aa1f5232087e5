//! A heartbeat answered by the framework and by the application.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::{
    websocket::Out,
    ws_service::{Conduct, Session},
};

pub const FAULT: Fault = Fault {
    name: "ws/ping-text-doubled",
    suite: "ws-service",
    text: "Each text ping is answered twice.",
    breaks: &["WS-HB-4"],
    conduct: Subject::WsService(|| Arc::new(PingTextDoubled)),
};

struct PingTextDoubled;

impl Conduct for PingTextDoubled {
    fn text_ping(&self, _session: &Session, _nth: u64) -> Vec<Out> {
        vec![Out::text("pong"), Out::text("pong")]
    }
}
