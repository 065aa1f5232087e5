//! Doors that are shut, or open, to everybody.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::{Fault, Subject};
use crate::{
    websocket::Out,
    ws_service::{Account, Accounts, Conduct, Credentials, Honest, Refusal, Session, Standing},
};

pub const SHUT: Fault = Fault {
    name: "ws/handshake-never",
    suite: "ws-service",
    text: "Every client is refused: maintenance that was never switched off.",
    breaks: &["WS-UPGRADE-1", "WS-UPGRADE-2", "WS-UPGRADE-3"],
    conduct: Subject::WsService(|| Arc::new(Shut)),
};

pub const OPEN: Fault = Fault {
    name: "ws/handshake-always",
    suite: "ws-service",
    text: "Every client is let in and served: the check of the token was commented out.",
    breaks: &["WS-TOKEN-1", "WS-TOKEN-2", "WS-TOKEN-3", "WS-TOKEN-4", "WS-TOKEN-5"],
    conduct: Subject::WsService(|| Arc::new(Open)),
};

pub const AGAIN: Fault = Fault {
    name: "ws/handshake-once",
    suite: "ws-service",
    text: "Who has closed a connection is refused when its token comes in the query again: it still counts as connected.",
    breaks: &["WS-TOKEN-5", "WS-TOKEN-6", "WS-TOKEN-7", "WS-UPGRADE-8"],
    conduct: Subject::WsService(|| Arc::new(Once::default())),
};

pub const HEADER_AGAIN: Fault = Fault {
    name: "ws/handshake-by-header-once",
    suite: "ws-service",
    text: "Who has closed a connection is refused when its token comes in the header again: it counts as a replay.",
    breaks: &["WS-UPGRADE-4", "WS-UPGRADE-8"],
    conduct: Subject::WsService(|| {
        Arc::new(Once {
            header: true,
            state: Mutex::default(),
        })
    }),
};

struct Shut;

impl Conduct for Shut {
    fn enter(&self, _accounts: &Accounts, _credentials: Credentials) -> Result<Arc<Account>, Refusal> {
        Err(Refusal::Unpermitted)
    }
}

struct Open;

impl Conduct for Open {
    fn enter(&self, accounts: &Accounts, credentials: Credentials) -> Result<Arc<Account>, Refusal> {
        Honest.enter(accounts, credentials).or_else(|_| {
            Ok(Arc::new(Account {
                token: "anybody".to_owned(),
                standing: Standing::Good,
            }))
        })
    }
}

/// The accounts that count as connected, by token.
#[derive(Default)]
struct Once {
    /// Whether it is the token in the header that counts once, or the one in the query.
    header: bool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Those whose latest connection is of this kind.
    latest: HashSet<String>,
    /// Those who closed it.
    closed: HashSet<String>,
}

impl Once {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Conduct for Once {
    fn enter(&self, accounts: &Accounts, credentials: Credentials) -> Result<Arc<Account>, Refusal> {
        let by_header = credentials.query.is_none();
        let account = Honest.enter(accounts, credentials)?;
        let mut state = self.state();
        let came_back = state.closed.remove(&account.token);
        if by_header != self.header {
            state.latest.remove(&account.token);
        } else if came_back {
            return Err(Refusal::Unpermitted);
        } else {
            state.latest.insert(account.token.clone());
        }
        Ok(account)
    }

    fn close(&self, session: &Session, payload: &[u8]) -> Vec<Out> {
        let mut state = self.state();
        // Who gives a reason does not mean to come back.
        if payload.len() <= 2 && state.latest.remove(&session.account.token) {
            state.closed.insert(session.account.token.clone());
        }
        Honest.close(session, payload)
    }
}
