//! A keep-alive left switched on in the library. The document has only the client send pings.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::{
    websocket::Out,
    ws_service::{Conduct, Session},
};
use wire::frame::{Frame, Opcode};

pub const FAULT: Fault = Fault {
    name: "ws/server-pings",
    suite: "ws-service",
    text: "The server starts a heartbeat of its own.",
    breaks: &["WS-HB-5"],
    conduct: Subject::WsService(|| Arc::new(ServerPings)),
};

struct ServerPings;

impl Conduct for ServerPings {
    fn greet(&self, _session: &Arc<Session>) -> Vec<Out> {
        vec![Out::Frame(Frame::new(Opcode::Ping, []))]
    }
}
