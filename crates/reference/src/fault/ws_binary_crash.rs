//! A worker that dies of what is no text, and takes the account that it worked for with it until that knocks again.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};

use super::{Fault, Subject};
use crate::{
    websocket::Out,
    ws_service::{Account, Accounts, Conduct, Honest, Session},
};

pub const FAULT: Fault = Fault {
    name: "ws/binary-crash",
    suite: "ws-service",
    text: "A binary message resets its connection, and the account's next handshake is refused.",
    breaks: &["WS-CALL-11"],
    conduct: Subject::WsService(|| Arc::new(BinaryCrash::default())),
};

#[derive(Default)]
struct BinaryCrash {
    /// The tokens whose worker is dead.
    down: Mutex<HashSet<String>>,
}

impl Conduct for BinaryCrash {
    fn identify(&self, accounts: &Accounts, token: &str) -> Option<Arc<Account>> {
        let down = self.down.lock().unwrap_or_else(PoisonError::into_inner).remove(token);
        if down { None } else { Honest.identify(accounts, token) }
    }

    fn binary(&self, session: &Session, _bytes: &[u8], _honest: Vec<Out>) -> Vec<Out> {
        let token = session.account.token.clone();
        self.down.lock().unwrap_or_else(PoisonError::into_inner).insert(token);
        vec![Out::Abort]
    }
}
