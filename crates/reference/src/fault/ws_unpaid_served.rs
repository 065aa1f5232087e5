//! A check of the payment that was never written.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::ws_service::{Conduct, Session};

pub const FAULT: Fault = Fault {
    name: "ws/unpaid-served",
    suite: "ws-service",
    text: "An account that has yet to pay is served.",
    breaks: &["WS-CALL-5"],
    conduct: Subject::WsService(|| Arc::new(UnpaidServed)),
};

struct UnpaidServed;

impl Conduct for UnpaidServed {
    fn is_unpaid(&self, _session: &Session) -> bool {
        false
    }
}
