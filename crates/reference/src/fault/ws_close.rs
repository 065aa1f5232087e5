//! What a client's close frame is answered with (RFC 6455 §5.5.1).

use std::sync::Arc;

use super::{Fault, Subject};
use crate::{
    websocket::Out,
    ws_service::{Conduct, Session},
};

pub const UNANSWERED: Fault = Fault {
    name: "ws/close-unanswered",
    suite: "ws-service",
    text: "A close frame is ignored, and the connection stays open.",
    breaks: &["WS-FRAME-7"],
    conduct: Subject::WsService(|| Arc::new(Answers(Vec::new))),
};

pub const CUT: Fault = Fault {
    name: "ws/close-cut",
    suite: "ws-service",
    text: "A close frame is answered by the end of the TCP connection alone.",
    breaks: &["WS-FRAME-7"],
    conduct: Subject::WsService(|| Arc::new(Answers(|| vec![Out::End]))),
};

/// What is done.
struct Answers(fn() -> Vec<Out>);

impl Conduct for Answers {
    fn close(&self, _session: &Session, _payload: &[u8]) -> Vec<Out> {
        self.0()
    }
}
