//! Half of the document: the header is never read.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::ws_service::{Conduct, Credentials};

pub const FAULT: Fault = Fault {
    name: "ws/header-ignored",
    suite: "ws-service",
    text: "Only the token in the query is looked at.",
    breaks: &["WS-UPGRADE-2"],
    conduct: Subject::WsService(|| Arc::new(HeaderIgnored)),
};

struct HeaderIgnored;

impl Conduct for HeaderIgnored {
    fn token(&self, credentials: Credentials) -> Option<String> {
        credentials.query
    }
}
