//! A greeting left over from a demonstration.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::reference::{
    websocket::Out,
    ws_service::{Conduct, Session},
};

pub const FAULT: Fault = Fault {
    name: "ws/greeting",
    suite: "ws-service",
    text: "A connection begins with a message that is no JSON.",
    breaks: &["WS-RES-11"],
    conduct: Subject::WsService(|| Arc::new(Greeting)),
};

struct Greeting;

impl Conduct for Greeting {
    fn greet(&self, _session: &Arc<Session>) -> Vec<Out> {
        vec![Out::text("welcome")]
    }
}
