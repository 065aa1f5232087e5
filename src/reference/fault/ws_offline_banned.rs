//! A token withdrawn together with its connection.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};

use super::{Fault, Subject};
use crate::reference::{
    websocket::Out,
    ws_service::{Account, Accounts, Call, Conduct, Honest, Parting, Session},
};

pub const FAULT: Fault = Fault {
    name: "ws/offline-banned",
    suite: "ws-service",
    text: "Whoever was forced offline can never connect again.",
    breaks: &["WS-OFF-5"],
    conduct: Subject::WsService(|| Arc::new(OfflineBanned::default())),
};

#[derive(Default)]
struct OfflineBanned {
    /// The tokens that were forced offline.
    banned: Mutex<HashSet<String>>,
}

impl Conduct for OfflineBanned {
    fn identify(&self, accounts: &Accounts, token: &str) -> Option<Arc<Account>> {
        let banned = self
            .banned
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .contains(token);
        if banned { None } else { Honest.identify(accounts, token) }
    }

    fn part(&self, session: &Session, call: &Call, parting: Parting, text: String) -> Vec<Out> {
        let token = session.account.token.clone();
        self.banned.lock().unwrap_or_else(PoisonError::into_inner).insert(token);
        Honest.part(session, call, parting, text)
    }
}
