//! A worker that dies of what is no text, and is started again by the next to knock.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use bytes::Bytes;
use http_body_util::Full;
use hyper::Response;

use super::{Fault, Subject};
use crate::reference::{
    listener::Opening,
    websocket::Out,
    ws_service::{Account, Accounts, Conduct, Credentials, Honest, Refusal, Session},
};

pub const FAULT: Fault = Fault {
    name: "ws/binary-crash",
    suite: "ws-service",
    text: "A binary message resets its connection, and the next handshake is not answered.",
    breaks: &["WS-CALL-11"],
    conduct: Subject::WsService(|| Arc::new(BinaryCrash::default())),
};

#[derive(Default)]
struct BinaryCrash {
    down: AtomicBool,
}

impl Conduct for BinaryCrash {
    fn binary(&self, _session: &Session, _bytes: &[u8], _honest: Vec<Out>) -> Vec<Out> {
        self.down.store(true, Ordering::Relaxed);
        vec![Out::Abort]
    }

    fn enter(&self, accounts: &Accounts, credentials: Credentials) -> Result<Arc<Account>, Refusal> {
        if self.down.load(Ordering::Relaxed) {
            return Err(Refusal::Unknown);
        }
        Honest.enter(accounts, credentials)
    }

    fn refuse(&self, refusal: Refusal, response: Response<Full<Bytes>>) -> Opening {
        if self.down.swap(false, Ordering::Relaxed) {
            return Opening::Drop;
        }
        Honest.refuse(refusal, response)
    }
}
