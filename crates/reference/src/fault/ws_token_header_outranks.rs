//! The documented priority `get > header`, read the wrong way round.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::ws_service::{Conduct, Credentials};

pub const FAULT: Fault = Fault {
    name: "ws/token-header-outranks",
    suite: "ws-service",
    text: "The token in the header outranks the one in the query.",
    breaks: &["WS-TOKEN-6", "WS-TOKEN-7", "WS-TOKEN-8"],
    conduct: Subject::WsService(|| Arc::new(TokenHeaderOutranks)),
};

struct TokenHeaderOutranks;

impl Conduct for TokenHeaderOutranks {
    fn token(&self, credentials: Credentials) -> Option<String> {
        credentials.header.or(credentials.query)
    }
}
