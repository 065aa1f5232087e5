//! A handshake (B:49, GW-WS) that is not the one of RFC 6455. No fault here may touch what is said once a WebSocket is
//! open.

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    HeaderMap, Method, Response, StatusCode,
    header::{CONNECTION, HeaderName, HeaderValue, SEC_WEBSOCKET_EXTENSIONS, SEC_WEBSOCKET_PROTOCOL, UPGRADE},
};

use crate::{
    Fault,
    gateway::{GatewayBehaviour, GatewayCall, GatewayOutcome},
    variant::Subject,
    websocket::upgrade,
};
use wire::handshake::accept_key;

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        name: "gw/ws-connection-list-refused",
        text: "A handshake is refused if its Connection names anything beside upgrade.",
        breaks: &["GW-WS-1"],
        behaviour: Subject::Gateway(|| Arc::new(ListRefused)),
    },
    Fault {
        name: "gw/ws-accept-canned",
        text: "The Sec-WebSocket-Accept is always the one of the RFC's example.",
        breaks: &["GW-WS-1"],
        behaviour: Subject::Gateway(|| Arc::new(Canned)),
    },
    Fault {
        name: "gw/ws-upgrade-version-any",
        text: "A client that speaks another version of the protocol is upgraded as if it spoke version 13.",
        breaks: &["GW-WS-15"],
        behaviour: Subject::Gateway(|| Arc::new(AnyVersion)),
    },
    Fault {
        name: "gw/ws-extension-unasked",
        text: "The 101 agrees to compression that the client did not offer.",
        breaks: &["GW-WS-16"],
        behaviour: Subject::Gateway(|| Arc::new(ExtensionUnasked)),
    },
    Fault {
        name: "gw/ws-handshake-refused",
        text: "Every handshake is refused: the proxy does not pass Upgrade on.",
        breaks: &["GW-WS-1"],
        behaviour: Subject::Gateway(|| Arc::new(Refuses)),
    },
    Fault {
        name: "gw/ws-protocol-unasked",
        text: "The 101 agrees to a subprotocol that the client did not offer.",
        breaks: &["GW-WS-16"],
        behaviour: Subject::Gateway(|| Arc::new(ProtocolUnasked)),
    },
    Fault {
        name: "gw/ws-upgrade-header-missing",
        text: "The 101 has no Upgrade header.",
        breaks: &["GW-WS-1"],
        behaviour: Subject::Gateway(|| Arc::new(Lacks(UPGRADE))),
    },
    Fault {
        name: "gw/ws-connection-header-missing",
        text: "The 101 has no Connection header.",
        breaks: &["GW-WS-1"],
        behaviour: Subject::Gateway(|| Arc::new(Lacks(CONNECTION))),
    },
    Fault {
        name: "gw/ws-handshake-200",
        text: "A handshake is answered with status 200: the framework wraps every response.",
        breaks: &["GW-WS-1"],
        behaviour: Subject::Gateway(|| Arc::new(WrappedRefusal)),
    },
    Fault {
        name: "gw/ws-upgrade-post",
        text: "A handshake by POST is upgraded as if it were one by GET.",
        breaks: &["GW-WS-15"],
        behaviour: Subject::Gateway(|| Arc::new(AnyMethod)),
    },
];

struct ListRefused;

impl GatewayBehaviour for ListRefused {
    fn upgrades(&self, asked: &HeaderMap) -> bool {
        let connection = asked.get(CONNECTION).map(|value| value.as_bytes());
        connection.is_some_and(|value| value.eq_ignore_ascii_case(b"upgrade"))
    }
}

struct Canned;

impl GatewayBehaviour for Canned {
    fn accept(&self, _key: &str) -> String {
        accept_key("dGhlIHNhbXBsZSBub25jZQ==")
    }
}

struct AnyVersion;

impl GatewayBehaviour for AnyVersion {
    fn forgives(&self, error: upgrade::HandshakeError) -> bool {
        error == upgrade::HandshakeError::Version
    }
}

struct ExtensionUnasked;

impl GatewayBehaviour for ExtensionUnasked {
    fn agree(&self, asked: &HeaderMap, answer: &mut HeaderMap) {
        if !asked.contains_key(SEC_WEBSOCKET_EXTENSIONS) {
            answer.insert(SEC_WEBSOCKET_EXTENSIONS, HeaderValue::from_static("permessage-deflate"));
        }
    }
}

struct Refuses;

impl GatewayBehaviour for Refuses {
    fn upgrades(&self, _asked: &HeaderMap) -> bool {
        false
    }
}

struct ProtocolUnasked;

impl GatewayBehaviour for ProtocolUnasked {
    fn agree(&self, asked: &HeaderMap, answer: &mut HeaderMap) {
        if !asked.contains_key(SEC_WEBSOCKET_PROTOCOL) {
            answer.insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static("gateway"));
        }
    }
}

struct Lacks(HeaderName);

impl GatewayBehaviour for Lacks {
    fn agree(&self, _asked: &HeaderMap, answer: &mut HeaderMap) {
        answer.remove(&self.0);
    }
}

struct WrappedRefusal;

impl GatewayBehaviour for WrappedRefusal {
    fn upgrades(&self, _asked: &HeaderMap) -> bool {
        false
    }

    fn respond(
        &self,
        _call: &GatewayCall,
        _outcome: &GatewayOutcome,
        mut response: Response<Full<Bytes>>,
    ) -> Option<Response<Full<Bytes>>> {
        *response.status_mut() = StatusCode::OK;
        Some(response)
    }
}

struct AnyMethod;

impl GatewayBehaviour for AnyMethod {
    fn shakes(&self, _method: &Method) -> bool {
        true
    }
}
