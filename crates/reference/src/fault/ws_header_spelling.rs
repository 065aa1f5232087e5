//! A table of headers with exact keys.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::ws_service::{Conduct, TOKEN};

pub const FAULT: Fault = Fault {
    name: "ws/token-header-spelling",
    suite: "ws-service",
    text: "The header of the token is found only as the document spells it.",
    breaks: &["WS-UPGRADE-4"],
    conduct: Subject::WsService(|| Arc::new(Exact)),
};

struct Exact;

impl Conduct for Exact {
    fn hears(&self, spelled: &str) -> bool {
        spelled == TOKEN
    }

    fn minds_spelling(&self) -> bool {
        true
    }
}
