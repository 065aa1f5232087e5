//! A catch-all around the dispatcher that turns everything into "unknown error".

use std::sync::Arc;

use super::{Fault, Subject};
use crate::ws_service::{Call, Conduct, ErrorCode, Outcome, Rejection, Session};

pub const FAULT: Fault = Fault {
    name: "ws/unknown-action-failure",
    suite: "ws-service",
    text: "A call of an interface that does not exist fails with -10000 instead of 1404.",
    breaks: &["WS-CALL-3"],
    conduct: Subject::WsService(|| Arc::new(UnknownActionFailure)),
};

struct UnknownActionFailure;

impl Conduct for UnknownActionFailure {
    fn decide(&self, _session: &Session, call: &Call, honest: Outcome) -> Outcome {
        let named = [&call.controller, &call.action].map(|name| name.as_deref().is_some_and(|name| !name.is_empty()));
        match honest {
            Outcome::Rejection(Rejection::NoSuchInterface) if named == [true; 2] => {
                Outcome::Failure(ErrorCode::Unknown)
            }
            other => other,
        }
    }
}
