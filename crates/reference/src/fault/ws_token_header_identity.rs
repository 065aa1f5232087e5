//! A gate and a service behind it that look for the token in different places.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::ws_service::{Account, Accounts, Conduct, Credentials, Honest, Refusal};

pub const FAULT: Fault = Fault {
    name: "ws/token-header-identity",
    suite: "ws-service",
    text: "The query opens the door, but the header says whose account it is.",
    breaks: &["WS-TOKEN-6"],
    conduct: Subject::WsService(|| Arc::new(TokenHeaderIdentity)),
};

struct TokenHeaderIdentity;

impl Conduct for TokenHeaderIdentity {
    fn enter(&self, accounts: &Accounts, credentials: Credentials) -> Result<Arc<Account>, Refusal> {
        let header = credentials.header.clone();
        let account = Honest.enter(accounts, credentials)?;
        let other = header.and_then(|token| self.identify(accounts, &token));
        Ok(other.unwrap_or(account))
    }
}
