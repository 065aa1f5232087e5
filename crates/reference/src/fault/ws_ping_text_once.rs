//! A listener registered for one event instead of for all.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::{
    websocket::Out,
    ws_service::{Conduct, Honest, Session},
};

pub const FAULT: Fault = Fault {
    name: "ws/ping-text-once",
    suite: "ws-service",
    text: "Only the first text ping of a connection is answered.",
    breaks: &["WS-HB-1"],
    conduct: Subject::WsService(|| Arc::new(PingTextOnce)),
};

struct PingTextOnce;

impl Conduct for PingTextOnce {
    fn text_ping(&self, session: &Session, nth: u64) -> Vec<Out> {
        match nth {
            1 => Honest.text_ping(session, nth),
            _ => Vec::new(),
        }
    }
}
