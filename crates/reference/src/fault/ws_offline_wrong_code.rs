//! Every disconnect goes through the same branch. It is still said and done.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::ws_service::{Call, Conduct, Outcome, Parting, Session};

pub const FAULT: Fault = Fault {
    name: "ws/offline-wrong-code",
    suite: "ws-service",
    text: "Being forced offline is told as \"Other error\".",
    breaks: &["WS-OFF-1"],
    conduct: Subject::WsService(|| Arc::new(OfflineWrongCode)),
};

struct OfflineWrongCode;

impl Conduct for OfflineWrongCode {
    fn decide(&self, _session: &Session, _call: &Call, honest: Outcome) -> Outcome {
        match honest {
            Outcome::Parting(Parting::ForcedOffline) => Outcome::Parting(Parting::OtherError),
            other => other,
        }
    }
}
