//! A handshake (B:49) that is not the one of RFC 6455.

use std::sync::Arc;

use hyper::{
    HeaderMap,
    header::{CONNECTION, HeaderValue, SEC_WEBSOCKET_EXTENSIONS},
};

use super::{Fault, Subject};
use crate::{
    reference::{gateway::Conduct, websocket::upgrade},
    wire::handshake::accept_key,
};

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

pub const VERSION: Fault = Fault {
    name: "gw/ws-upgrade-version-any",
    suite: "gateway",
    text: "A client that speaks another version of the protocol is upgraded as if it spoke version 13.",
    breaks: &["GW-WS-15"],
    conduct: Subject::Gateway(|| Arc::new(AnyVersion)),
};

pub const EXTENSION: Fault = Fault {
    name: "gw/ws-extension-unasked",
    suite: "gateway",
    text: "The 101 agrees to compression that the client did not offer.",
    breaks: &["GW-WS-16"],
    conduct: Subject::Gateway(|| Arc::new(ExtensionUnasked)),
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

struct AnyVersion;

impl Conduct for AnyVersion {
    fn forgives(&self, breach: upgrade::Breach) -> bool {
        breach == upgrade::Breach::Version
    }
}

struct ExtensionUnasked;

impl Conduct for ExtensionUnasked {
    fn agree(&self, asked: &HeaderMap, answer: &mut HeaderMap) {
        if !asked.contains_key(SEC_WEBSOCKET_EXTENSIONS) {
            answer.insert(SEC_WEBSOCKET_EXTENSIONS, HeaderValue::from_static("permessage-deflate"));
        }
    }
}
