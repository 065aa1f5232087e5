//! A handler that does not return after the heartbeat.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::{
    websocket::Out,
    ws_service::{Conduct, Honest, Outcome, Rejection, Session},
};

pub const FAULT: Fault = Fault {
    name: "ws/ping-as-call",
    suite: "ws-service",
    text: "The first text ping of a connection is answered, and then also taken for a malformed call.",
    breaks: &["WS-HB-6", "WS-CALL-6"],
    conduct: Subject::WsService(|| Arc::new(PingAsCall)),
};

struct PingAsCall;

impl Conduct for PingAsCall {
    fn text_ping(&self, session: &Session, nth: u64) -> Vec<Out> {
        let malformed = Outcome::Rejection(Rejection::Malformed).envelope(None, None);
        let mut outs = Honest.text_ping(session, nth);
        if nth == 1 {
            outs.push(Out::text(malformed.to_string()));
        }
        outs
    }
}
