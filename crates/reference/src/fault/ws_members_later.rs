//! A first reply that is built by hand, and later ones by something else that lacks a member.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::{
    json::Node,
    ws_service::{Call, Conduct, Outcome, Session},
};

pub const DATA: Fault = Fault {
    name: "ws/data-renamed-later",
    suite: "ws-service",
    text: "From its second call on a connection gets data under another name.",
    breaks: &[
        "WS-CALL-6",
        "WS-CALL-7",
        "WS-CALL-9",
        "WS-CALL-10",
        "WS-FRAME-8",
        "WS-HB-6",
        "WS-HB-8",
        "WS-MARK-8",
        "WS-OFF-6",
        "WS-PUSH-5",
        "WS-RES-6",
        "WS-TOKEN-12",
        "WS-TS-5",
        "WS-TS-10",
    ],
    conduct: Subject::WsService(|| Arc::new(Later { success: true })),
};

pub const ERROR_CODE: Fault = Fault {
    name: "ws/error-code-renamed-later",
    suite: "ws-service",
    text: "From its second call on a connection gets errorCode under another name.",
    breaks: &["WS-CALL-6", "WS-CALL-7", "WS-TS-5"],
    conduct: Subject::WsService(|| Arc::new(Later { success: false })),
};

struct Later {
    success: bool,
}

impl Conduct for Later {
    fn amend(&self, _session: &Session, call: Option<&Call>, outcome: &Outcome, reply: &mut Node) {
        let Some(result) = reply.at(&["result"]).filter(|_| call.is_some_and(|call| call.nth > 1)) else {
            return;
        };
        match outcome {
            Outcome::Success(data) if self.success => {
                result.remove("data");
                result.set("content", data.clone());
            }
            Outcome::Failure(code) if !self.success => {
                result.remove("errorCode");
                result.set("error", Node::number(code.number()));
            }
            _ => {}
        }
    }
}
