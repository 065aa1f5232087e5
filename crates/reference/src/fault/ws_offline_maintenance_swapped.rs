//! The codes of a later revision of the document, in which the two have changed places.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::ws_service::{Call, Conduct, ErrorCode, Outcome, Session};

pub const FAULT: Fault = Fault {
    name: "ws/offline-maintenance-swapped",
    suite: "ws-service",
    text: "-10004 and -10005 stand for each other.",
    breaks: &["WS-RES-9"],
    conduct: Subject::WsService(|| Arc::new(OfflineMaintenanceSwapped)),
};

struct OfflineMaintenanceSwapped;

impl Conduct for OfflineMaintenanceSwapped {
    fn decide(&self, _session: &Session, _call: &Call, honest: Outcome) -> Outcome {
        match honest {
            Outcome::Failure(ErrorCode::Offline) => Outcome::Failure(ErrorCode::Maintenance),
            Outcome::Failure(ErrorCode::Maintenance) => Outcome::Failure(ErrorCode::Offline),
            other => other,
        }
    }
}
