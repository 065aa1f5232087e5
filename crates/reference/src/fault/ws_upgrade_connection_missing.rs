//! An example that was copied: the response to the document's own key is a text of its own, and a line is missing in it.

use std::sync::Arc;

use hyper::{
    HeaderMap,
    header::{CONNECTION, SEC_WEBSOCKET_KEY},
};

use super::{Fault, Subject};
use crate::ws_service::{Conduct, TOKEN};

pub const FAULT: Fault = Fault {
    name: "ws/upgrade-connection-missing",
    suite: "ws-service",
    text: "The 101 to the document's example with the token in the query has no Connection header.",
    breaks: &["WS-UPGRADE-1"],
    conduct: Subject::WsService(|| Arc::new(ConnectionMissing)),
};

/// The key of the example (A:42).
const KEY: &[u8] = b"dGhlIHNhbXBsZSBub25jZQ==";

struct ConnectionMissing;

impl Conduct for ConnectionMissing {
    fn agree(&self, asked: &HeaderMap, answer: &mut HeaderMap) {
        let key = asked.get(SEC_WEBSOCKET_KEY).map(|value| value.as_bytes());
        if key == Some(KEY) && !asked.contains_key(TOKEN) {
            answer.remove(CONNECTION);
        }
    }
}
