//! A context that follows the event out of the call. Clients tell replies from pushes by the mark.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::{
    json::Node,
    ws_service::{Call, Conduct, Honest, Session},
};

pub const FAULT: Fault = Fault {
    name: "ws/push-mark",
    suite: "ws-service",
    text: "A push carries the mark of the call that triggered it.",
    breaks: &["WS-MARK-10"],
    conduct: Subject::WsService(|| Arc::new(PushMark)),
};

struct PushMark;

impl Conduct for PushMark {
    fn push(&self, receiver: &Session, call: &Call, event: &str, data: &str) -> Node {
        let mut push = Honest.push(receiver, call, event, data);
        if let (Some(raw), Some(result)) = (call.mark(), push.at(&["result"])) {
            result.set("extra", Node::object([("mark", Node::raw(raw))]));
        }
        push
    }
}
