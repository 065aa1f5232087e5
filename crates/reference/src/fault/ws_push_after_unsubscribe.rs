//! A list of receivers from which nobody is ever taken off, beside one that is right.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::ws_service::{Conduct, Session};

pub const FAULT: Fault = Fault {
    name: "ws/push-after-unsubscribe",
    suite: "ws-service",
    text: "An event is still delivered after its subscription has ended.",
    breaks: &["WS-PUSH-4"],
    conduct: Subject::WsService(|| Arc::new(PushAfterUnsubscribe)),
};

struct PushAfterUnsubscribe;

impl Conduct for PushAfterUnsubscribe {
    fn wants(&self, session: &Session, event: &str) -> bool {
        session.ever_subscribed(event)
    }
}
