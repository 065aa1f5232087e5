//! One function that sends everything, with one code.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::{
    json::Node,
    ws_service::{Call, Conduct, Honest, Session},
};

pub const FAULT: Fault = Fault {
    name: "ws/push-code-200",
    suite: "ws-service",
    text: "A push has the code of a reply.",
    breaks: &["WS-PUSH-1"],
    conduct: Subject::WsService(|| Arc::new(PushCode200)),
};

struct PushCode200;

impl Conduct for PushCode200 {
    fn push(&self, receiver: &Session, call: &Call, event: &str, data: &str) -> Node {
        let mut push = Honest.push(receiver, call, event, data);
        push.set("code", Node::number(200));
        push
    }
}
