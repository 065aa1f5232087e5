//! A connection that sends one message for each it receives, and the push was it.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::{
    websocket::Out,
    ws_service::{Call, Conduct, Honest, Outcome, Session},
};

pub const FAULT: Fault = Fault {
    name: "ws/push-takes-reply",
    suite: "ws-service",
    text: "A call that triggers a push to its own connection is not answered.",
    breaks: &["WS-PUSH-5"],
    conduct: Subject::WsService(|| Arc::new(PushTakesReply)),
};

struct PushTakesReply;

impl Conduct for PushTakesReply {
    fn reply(&self, session: &Session, call: Option<&Call>, outcome: &Outcome, text: String) -> Vec<Out> {
        let delivered = call
            .filter(|call| call.action.as_deref() == Some("push"))
            .and_then(|call| call.text_param("event"))
            .is_some_and(|event| session.subscribed(&event));
        if delivered {
            Vec::new()
        } else {
            Honest.reply(session, call, outcome, text)
        }
    }
}
