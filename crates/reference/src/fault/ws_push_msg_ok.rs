//! One function that sends everything, with one text.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::{
    json::Node,
    ws_service::{Call, Conduct, Honest, Session},
};

pub const FAULT: Fault = Fault {
    name: "ws/push-msg-ok",
    suite: "ws-service",
    text: "The msg of a push is \"ok\" instead of the name of its event.",
    breaks: &["WS-PUSH-2"],
    conduct: Subject::WsService(|| Arc::new(PushMsgOk)),
};

struct PushMsgOk;

impl Conduct for PushMsgOk {
    fn push(&self, receiver: &Session, call: &Call, event: &str, data: &str) -> Node {
        let mut push = Honest.push(receiver, call, event, data);
        push.set("msg", Node::text("ok"));
        push
    }
}
