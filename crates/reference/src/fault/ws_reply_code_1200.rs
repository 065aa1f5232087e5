//! The codes of a later revision of the document, in which 1200 is success.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::{
    json::Node,
    ws_service::{Call, Conduct, Outcome, Session},
};

pub const FAULT: Fault = Fault {
    name: "ws/reply-code-1200",
    suite: "ws-service",
    text: "The reply to a subscription has the code of a push.",
    breaks: &["WS-PUSH-3"],
    conduct: Subject::WsService(|| Arc::new(ReplyCode1200)),
};

struct ReplyCode1200;

impl Conduct for ReplyCode1200 {
    fn amend(&self, _session: &Session, call: Option<&Call>, outcome: &Outcome, reply: &mut Node) {
        let subscribes = call.and_then(|call| call.action.as_deref()) == Some("push_subscribe");
        if subscribes && matches!(outcome, Outcome::Success(_)) {
            reply.set("code", Node::number(1200));
        }
    }
}
