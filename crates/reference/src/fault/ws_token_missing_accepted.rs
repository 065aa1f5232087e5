//! A check that only runs when there is something to check. A token that is there, even an empty one, is still judged.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::ws_service::{Account, Accounts, Conduct, Credentials, Honest, Refusal, Standing};

pub const FAULT: Fault = Fault {
    name: "ws/token-missing-accepted",
    suite: "ws-service",
    text: "A client without any token is let in as a guest.",
    breaks: &["WS-TOKEN-1"],
    conduct: Subject::WsService(|| Arc::new(TokenMissingAccepted)),
};

struct TokenMissingAccepted;

impl Conduct for TokenMissingAccepted {
    fn enter(&self, accounts: &Accounts, credentials: Credentials) -> Result<Arc<Account>, Refusal> {
        if credentials.query.is_none() && credentials.header.is_none() {
            return Ok(Arc::new(Account {
                token: "guest".to_owned(),
                standing: Standing::Good,
            }));
        }
        Honest.enter(accounts, credentials)
    }
}
