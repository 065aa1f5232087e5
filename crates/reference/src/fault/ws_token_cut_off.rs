//! A column of 32 characters that silently cuts off the rest.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::ws_service::{Account, Accounts, Conduct};

pub const FAULT: Fault = Fault {
    name: "ws/token-cut-off",
    suite: "ws-service",
    text: "Only the first 32 characters of a token are compared.",
    breaks: &["WS-TOKEN-5"],
    conduct: Subject::WsService(|| Arc::new(TokenCutOff)),
};

struct TokenCutOff;

impl Conduct for TokenCutOff {
    fn identify(&self, accounts: &Accounts, token: &str) -> Option<Arc<Account>> {
        let token: String = token.chars().take(32).collect();
        accounts.find(&token).cloned()
    }
}
