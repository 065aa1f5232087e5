//! A variable for "the current connection" that a refused client never gets to set: the last one let in is closed.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use bytes::Bytes;
use http_body_util::Full;
use hyper::Response;

use super::{Fault, Subject};
use crate::reference::{
    listener::Opening,
    websocket::Out,
    ws_service::{Conduct, Refusal, Session},
};

pub const FAULT: Fault = Fault {
    name: "ws/refusal-resets-another",
    suite: "ws-service",
    text: "Refusing one client resets the connection of another.",
    breaks: &["WS-TOKEN-12"],
    conduct: Subject::WsService(|| Arc::new(RefusalResetsAnother::default())),
};

#[derive(Default)]
struct RefusalResetsAnother {
    latest: Mutex<Weak<Session>>,
}

impl Conduct for RefusalResetsAnother {
    fn greet(&self, session: &Arc<Session>) -> Vec<Out> {
        *self.latest.lock().unwrap_or_else(PoisonError::into_inner) = Arc::downgrade(session);
        Vec::new()
    }

    fn refuse(&self, _refusal: Refusal, response: Response<Full<Bytes>>) -> Opening {
        let latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner).upgrade();
        if let Some(session) = latest {
            session.tell(vec![Out::Abort]);
        }
        Opening::Respond(response)
    }
}
