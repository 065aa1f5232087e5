//! Accounts of one more standing are let in, because one of the checks at the door was forgotten.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::ws_service::{Conduct, Honest, Refusal, Standing};

pub const EXPIRED: Fault = Fault {
    name: "ws/token-expired-accepted",
    suite: "ws-service",
    text: "An expired token still opens a connection.",
    breaks: &["WS-TOKEN-2"],
    conduct: Subject::WsService(|| Arc::new(Admits(Standing::Expired))),
};

pub const REVIEW: Fault = Fault {
    name: "ws/token-review-accepted",
    suite: "ws-service",
    text: "An account under review may connect.",
    breaks: &["WS-TOKEN-3"],
    conduct: Subject::WsService(|| Arc::new(Admits(Standing::UnderReview))),
};

pub const NOPERMISSION: Fault = Fault {
    name: "ws/token-nopermission-accepted",
    suite: "ws-service",
    text: "An account without permission may connect.",
    breaks: &["WS-TOKEN-4"],
    conduct: Subject::WsService(|| Arc::new(Admits(Standing::Unpermitted))),
};

struct Admits(Standing);

impl Conduct for Admits {
    fn admit(&self, standing: Standing) -> Result<(), Refusal> {
        if standing == self.0 {
            Ok(())
        } else {
            Honest.admit(standing)
        }
    }
}
