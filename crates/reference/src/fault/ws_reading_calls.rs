//! Calls that are read in a way of the server's own.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::{
    websocket::Out,
    ws_service::{Call, Conduct, Honest, Outcome, Rejection, Session},
};

pub const ESCAPES: Fault = Fault {
    name: "ws/escapes-unread",
    suite: "ws-service",
    text: "Names with escapes in them are not decoded, so they are other names.",
    breaks: &["WS-CALL-8"],
    conduct: Subject::WsService(|| Arc::new(Escapes)),
};

pub const CONTROLLER: Fault = Fault {
    name: "ws/controller-optional",
    suite: "ws-service",
    text: "A call without a controller that is a text goes to the default controller.",
    breaks: &["WS-CALL-12"],
    conduct: Subject::WsService(|| Arc::new(Controller)),
};

pub const UNPAID_LATER: Fault = Fault {
    name: "ws/unpaid-served-later",
    suite: "ws-service",
    text: "Payment is asked for at the first call of a connection only.",
    breaks: &["WS-CALL-5"],
    conduct: Subject::WsService(|| Arc::new(UnpaidLater)),
};

pub const UNPAID_SILENT: Fault = Fault {
    name: "ws/unpaid-silent",
    suite: "ws-service",
    text: "Calls of an account that has yet to pay are not answered at all.",
    breaks: &["WS-CALL-6"],
    conduct: Subject::WsService(|| Arc::new(UnpaidSilent)),
};

struct Escapes;

impl Conduct for Escapes {
    fn read(&self, session: &Session, text: &str, nth: u64) -> Option<Call> {
        let mut call = Honest.read(session, text, nth)?;
        if text.contains("\\u0063ontroller") || text.contains("\\u0061ction") {
            call.controller = None;
        }
        Some(call)
    }
}

struct Controller;

impl Conduct for Controller {
    fn read(&self, session: &Session, text: &str, nth: u64) -> Option<Call> {
        let mut call = Honest.read(session, text, nth)?;
        call.controller.get_or_insert_with(|| "api".to_owned());
        Some(call)
    }
}

struct UnpaidLater;

impl Conduct for UnpaidLater {
    fn is_unpaid(&self, session: &Session) -> bool {
        session.calls() == 1 && Honest.is_unpaid(session)
    }
}

struct UnpaidSilent;

impl Conduct for UnpaidSilent {
    fn reply(&self, session: &Session, call: Option<&Call>, outcome: &Outcome, text: String) -> Vec<Out> {
        match outcome {
            Outcome::Rejection(Rejection::Unpaid) => Vec::new(),
            _ => Honest.reply(session, call, outcome, text),
        }
    }
}
