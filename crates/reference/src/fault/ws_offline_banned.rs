//! A reconnection that is taken for the old connection. Only clients with a heartbeat are remembered that well.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::{Fault, Subject};
use crate::{
    websocket::Out,
    ws_service::{Account, Accounts, Call, Conduct, Honest, Parting, Session},
};

pub const FAULT: Fault = Fault {
    name: "ws/offline-banned",
    suite: "ws-service",
    text: "A client with a heartbeat that was forced offline is refused at its next attempt.",
    breaks: &["WS-OFF-5"],
    conduct: Subject::WsService(|| Arc::new(OfflineBanned::default())),
};

#[derive(Default)]
struct OfflineBanned {
    /// The connections that have pinged.
    alive: Mutex<HashSet<u64>>,
    /// The tokens that were forced offline.
    banned: Mutex<HashSet<String>>,
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Conduct for OfflineBanned {
    fn identify(&self, accounts: &Accounts, token: &str) -> Option<Arc<Account>> {
        let banned = held(&self.banned).remove(token);
        if banned { None } else { Honest.identify(accounts, token) }
    }

    fn text_ping(&self, session: &Session, nth: u64) -> Vec<Out> {
        held(&self.alive).insert(session.number);
        Honest.text_ping(session, nth)
    }

    fn part(&self, session: &Session, call: &Call, parting: Parting, text: String) -> Vec<Out> {
        if held(&self.alive).contains(&session.number) {
            held(&self.banned).insert(session.account.token.clone());
        }
        Honest.part(session, call, parting, text)
    }
}
