//! Two checks in a row, one a place, instead of one check of the token that counts.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::ws_service::{Account, Accounts, Conduct, Credentials, Honest, Refusal};

pub const FAULT: Fault = Fault {
    name: "ws/token-header-vetoes",
    suite: "ws-service",
    text: "A bad token in the header is refused although the one in the query is good.",
    breaks: &["WS-TOKEN-7"],
    conduct: Subject::WsService(|| Arc::new(TokenHeaderVetoes)),
};

struct TokenHeaderVetoes;

impl Conduct for TokenHeaderVetoes {
    fn enter(&self, accounts: &Accounts, credentials: Credentials) -> Result<Arc<Account>, Refusal> {
        let header = credentials.header.clone();
        let account = Honest.enter(accounts, credentials)?;
        match header {
            Some(token) if self.identify(accounts, &token).is_none() => Err(Refusal::Unknown),
            _ => Ok(account),
        }
    }
}
