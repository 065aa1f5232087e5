//! Input that a framework trims unasked.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::ws_service::{Account, Accounts, Conduct};

pub const FAULT: Fault = Fault {
    name: "ws/token-trimmed",
    suite: "ws-service",
    text: "Blanks around a token are cut off before it is compared.",
    breaks: &["WS-TOKEN-5"],
    conduct: Subject::WsService(|| Arc::new(TokenTrimmed)),
};

struct TokenTrimmed;

impl Conduct for TokenTrimmed {
    fn identify(&self, accounts: &Accounts, token: &str) -> Option<Arc<Account>> {
        accounts.find(token.trim()).cloned()
    }
}
