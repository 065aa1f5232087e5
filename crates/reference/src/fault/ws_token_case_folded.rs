//! A database column whose collation ignores case.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::ws_service::{Account, Accounts, Conduct};

pub const FAULT: Fault = Fault {
    name: "ws/token-case-folded",
    suite: "ws-service",
    text: "Tokens are compared without regard to case.",
    breaks: &["WS-TOKEN-5"],
    conduct: Subject::WsService(|| Arc::new(TokenCaseFolded)),
};

struct TokenCaseFolded;

impl Conduct for TokenCaseFolded {
    fn identify(&self, accounts: &Accounts, token: &str) -> Option<Arc<Account>> {
        accounts.find(&token.to_lowercase()).cloned()
    }
}
