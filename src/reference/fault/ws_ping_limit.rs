//! A limit on messages that also counts heartbeats: clients that keep their connection alive lose it.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::{
    reference::{
        websocket::Out,
        ws_service::{Conduct, Honest, Session},
    },
    wire::frame::Frame,
};

pub const FAULT: Fault = Fault {
    name: "ws/ping-limit",
    suite: "ws-service",
    text: "The fifth text ping of a connection closes it.",
    breaks: &["WS-HB-7"],
    conduct: Subject::WsService(|| Arc::new(PingLimit)),
};

const LIMIT: u64 = 5;

struct PingLimit;

impl Conduct for PingLimit {
    fn text_ping(&self, session: &Session, nth: u64) -> Vec<Out> {
        let mut outs = Honest.text_ping(session, nth);
        if nth == LIMIT {
            outs.extend([Out::Frame(Frame::close(1008, "")), Out::End]);
        }
        outs
    }
}
