//! A framework that looks at the token only once the connection is open. No call is ever served.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::{
    websocket::Out,
    ws_service::{Account, Accounts, Conduct, Credentials, Honest, Refusal, Session, Standing},
};

pub const FAULT: Fault = Fault {
    name: "ws/token-refused-late",
    suite: "ws-service",
    text: "A bad token is upgraded and then hung up on, instead of being refused.",
    breaks: &["WS-TOKEN-11"],
    conduct: Subject::WsService(|| Arc::new(TokenRefusedLate)),
};

struct TokenRefusedLate;

impl Conduct for TokenRefusedLate {
    fn enter(&self, accounts: &Accounts, credentials: Credentials) -> Result<Arc<Account>, Refusal> {
        Honest.enter(accounts, credentials).or_else(|_| {
            Ok(Arc::new(Account {
                token: "refused".to_owned(),
                standing: Standing::Unpermitted,
            }))
        })
    }

    fn greet(&self, session: &Arc<Session>) -> Vec<Out> {
        match session.account.standing {
            Standing::Unpermitted => vec![Out::End],
            _ => Vec::new(),
        }
    }
}
