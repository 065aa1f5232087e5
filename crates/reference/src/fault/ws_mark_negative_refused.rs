//! A mark that is read as an unsigned number: the one of the document's example (A:75) is none.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::ws_service::{Call, Conduct, Outcome, Session, is_integer};

pub const FAULT: Fault = Fault {
    name: "ws/mark-negative-refused",
    suite: "ws-service",
    text: "A call whose mark is a negative number is an illegal request.",
    breaks: &["WS-CALL-2", "WS-MARK-1", "WS-MARK-3", "WS-MARK-4"],
    conduct: Subject::WsService(|| Arc::new(NegativeRefused)),
};

struct NegativeRefused;

impl Conduct for NegativeRefused {
    fn decide(&self, _session: &Session, call: &Call, honest: Outcome) -> Outcome {
        let negative = call.mark().is_some_and(|raw| raw.starts_with('-') && is_integer(raw));
        match honest {
            Outcome::Success(_) if negative => self.stale(),
            other => other,
        }
    }
}
