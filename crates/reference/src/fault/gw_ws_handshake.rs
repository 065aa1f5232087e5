//! A handshake (B:49) that is not the one of RFC 6455.

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    HeaderMap, Method, Response, StatusCode,
    header::{CONNECTION, HeaderName, HeaderValue, SEC_WEBSOCKET_EXTENSIONS, SEC_WEBSOCKET_PROTOCOL, UPGRADE},
};

use super::{Fault, Subject};
use crate::{
    gateway::{Call, Conduct, Outcome},
    websocket::upgrade,
};
use wire::handshake::accept_key;

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

pub const REFUSED: Fault = Fault {
    name: "gw/ws-handshake-refused",
    suite: "gateway",
    text: "Every handshake is refused: the proxy does not pass Upgrade on.",
    breaks: &["GW-WS-1"],
    conduct: Subject::Gateway(|| Arc::new(Refuses)),
};

pub const PROTOCOL: Fault = Fault {
    name: "gw/ws-protocol-unasked",
    suite: "gateway",
    text: "The 101 agrees to a subprotocol that the client did not offer.",
    breaks: &["GW-WS-16"],
    conduct: Subject::Gateway(|| Arc::new(ProtocolUnasked)),
};

pub const NO_UPGRADE: Fault = Fault {
    name: "gw/ws-upgrade-header-missing",
    suite: "gateway",
    text: "The 101 has no Upgrade header.",
    breaks: &["GW-WS-1"],
    conduct: Subject::Gateway(|| Arc::new(Lacks(UPGRADE))),
};

pub const NO_CONNECTION: Fault = Fault {
    name: "gw/ws-connection-header-missing",
    suite: "gateway",
    text: "The 101 has no Connection header.",
    breaks: &["GW-WS-1"],
    conduct: Subject::Gateway(|| Arc::new(Lacks(CONNECTION))),
};

pub const STATUS: Fault = Fault {
    name: "gw/ws-handshake-200",
    suite: "gateway",
    text: "A handshake is answered with status 200: the framework wraps every response.",
    breaks: &["GW-WS-1"],
    conduct: Subject::Gateway(|| Arc::new(WrappedRefusal)),
};

pub const POST: Fault = Fault {
    name: "gw/ws-upgrade-post",
    suite: "gateway",
    text: "A handshake by POST is upgraded as if it were one by GET.",
    breaks: &["GW-WS-15"],
    conduct: Subject::Gateway(|| Arc::new(AnyMethod)),
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

struct Refuses;

impl Conduct for Refuses {
    fn upgrades(&self, _asked: &HeaderMap) -> bool {
        false
    }
}

struct ProtocolUnasked;

impl Conduct for ProtocolUnasked {
    fn agree(&self, asked: &HeaderMap, answer: &mut HeaderMap) {
        if !asked.contains_key(SEC_WEBSOCKET_PROTOCOL) {
            answer.insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static("gateway"));
        }
    }
}

struct Lacks(HeaderName);

impl Conduct for Lacks {
    fn agree(&self, _asked: &HeaderMap, answer: &mut HeaderMap) {
        answer.remove(&self.0);
    }
}

struct WrappedRefusal;

impl Conduct for WrappedRefusal {
    fn upgrades(&self, _asked: &HeaderMap) -> bool {
        false
    }

    fn respond(
        &self,
        _call: &Call,
        _outcome: &Outcome,
        mut response: Response<Full<Bytes>>,
    ) -> Option<Response<Full<Bytes>>> {
        *response.status_mut() = StatusCode::OK;
        Some(response)
    }
}

struct AnyMethod;

impl Conduct for AnyMethod {
    fn shakes(&self, _method: &Method) -> bool {
        true
    }
}
