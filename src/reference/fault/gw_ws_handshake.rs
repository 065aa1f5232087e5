//! A handshake (B:49) that is not the one of RFC 6455.

use std::sync::Arc;

use hyper::{HeaderMap, header::CONNECTION};

use super::{Fault, Subject};
use crate::{reference::gateway::Conduct, wire::handshake::accept_key};

pub const LIST: Fault = Fault {
    name: "gw/ws-connection-list-refused",
    suite: "gateway",
    text: "A handshake is refused if its Connection names anything beside upgrade.",
    breaks: &["GW-WS-1"],
    conduct: Subject::Gateway(|| Arc::new(ListRefused)),
};

pub const CANNED: Fault = Fault {
    name: "gw/ws-accept-canned",
    suite: "gateway",
    text: "The Sec-WebSocket-Accept is always the one of the RFC's example.",
    breaks: &["GW-WS-1"],
    conduct: Subject::Gateway(|| Arc::new(Canned)),
};

struct ListRefused;

impl Conduct for ListRefused {
    fn upgrades(&self, asked: &HeaderMap) -> bool {
        let connection = asked.get(CONNECTION).map(|value| value.as_bytes());
        connection.is_some_and(|value| value.eq_ignore_ascii_case(b"upgrade"))
    }
}

struct Canned;

impl Conduct for Canned {
    fn accept(&self, _key: &str) -> String {
        accept_key("dGhlIHNhbXBsZSBub25jZQ==")
    }
}
