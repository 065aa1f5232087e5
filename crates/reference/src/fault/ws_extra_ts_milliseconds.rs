//! The clock of JavaScript, which counts milliseconds.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::{
    json::Node,
    ws_service::{Call, Conduct, Session},
};

pub const FAULT: Fault = Fault {
    name: "ws/extra-ts-milliseconds",
    suite: "ws-service",
    text: "The ts in a reply is in milliseconds.",
    breaks: &["WS-RES-5"],
    conduct: Subject::WsService(|| Arc::new(ExtraTsMilliseconds)),
};

struct ExtraTsMilliseconds;

impl Conduct for ExtraTsMilliseconds {
    fn ts(&self, _session: &Session, _call: &Call, now: i64) -> Option<Node> {
        Some(Node::number(now.saturating_mul(1000)))
    }
}
