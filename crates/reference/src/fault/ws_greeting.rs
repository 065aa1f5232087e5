//! A reminder to debtors, written for people.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::{
    websocket::Out,
    ws_service::{Conduct, Session, Standing},
};

pub const FAULT: Fault = Fault {
    name: "ws/greeting",
    suite: "ws-service",
    text: "The connection of an account that has yet to pay begins with a message that is no JSON.",
    breaks: &["WS-CALL-6", "WS-RES-11"],
    conduct: Subject::WsService(|| Arc::new(Greeting)),
};

struct Greeting;

impl Conduct for Greeting {
    fn greet(&self, session: &Arc<Session>) -> Vec<Out> {
        match session.account.standing {
            Standing::Unpaid => vec![Out::text("please pay")],
            _ => Vec::new(),
        }
    }
}
