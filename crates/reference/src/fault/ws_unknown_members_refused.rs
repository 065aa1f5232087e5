//! A strict schema around the call. A call that fails anyway fails as it should.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::ws_service::{Call, Conduct, ErrorCode, Outcome, Session};

pub const FAULT: Fault = Fault {
    name: "ws/unknown-members-refused",
    suite: "ws-service",
    text: "A call with a member that is not documented is refused.",
    breaks: &["WS-CALL-8"],
    conduct: Subject::WsService(|| Arc::new(UnknownMembersRefused)),
};

struct UnknownMembersRefused;

impl Conduct for UnknownMembersRefused {
    fn decide(&self, _session: &Session, call: &Call, honest: Outcome) -> Outcome {
        let documented = |name: &String| matches!(name.as_str(), "controller" | "action" | "params");
        match honest {
            Outcome::Success(_) if !call.members.keys().all(documented) => Outcome::Failure(ErrorCode::Illegal3),
            other => other,
        }
    }
}
