//! Sessions kept under a shortened token: whoever is refused with a token much like another's takes that one's place.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::{Fault, Subject};
use crate::{
    websocket::Out,
    ws_service::{Account, Accounts, Conduct, Credentials, Honest, Refusal, Session},
};

pub const FAULT: Fault = Fault {
    name: "ws/refusal-resets-another",
    suite: "ws-service",
    text: "Refusing a client resets the connections whose token begins like the refused one.",
    breaks: &["WS-TOKEN-12"],
    conduct: Subject::WsService(|| Arc::new(RefusalResetsAnother::default())),
};

/// How much of a token is compared.
const ALIKE: usize = 31;

#[derive(Default)]
struct RefusalResetsAnother {
    live: Mutex<Vec<Weak<Session>>>,
}

impl Conduct for RefusalResetsAnother {
    fn enter(&self, accounts: &Accounts, credentials: Credentials) -> Result<Arc<Account>, Refusal> {
        let token = self.token(credentials.clone());
        let entered = Honest.enter(accounts, credentials);
        if let (Err(_), Some(start)) = (&entered, token.as_deref().and_then(|token| token.get(..ALIKE))) {
            let live = self.live.lock().unwrap_or_else(PoisonError::into_inner);
            let sessions = live.iter().filter_map(Weak::upgrade);
            for session in sessions.filter(|session| session.account.token.starts_with(start)) {
                session.tell(vec![Out::Abort]);
            }
        }
        entered
    }

    fn greet(&self, session: &Arc<Session>) -> Vec<Out> {
        let mut live = self.live.lock().unwrap_or_else(PoisonError::into_inner);
        live.retain(|session| session.strong_count() > 0);
        live.push(Arc::downgrade(session));
        Vec::new()
    }
}
