//! What a client's opening handshake must have (RFC 6455 §4.2.1), and what agrees to it. It reports; it must never decide
//! what to do about it.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    HeaderMap, Response, StatusCode, Version,
    header::{CONNECTION, HOST, HeaderName, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE},
    http::request::Parts,
};

use crate::response::put;

/// A rule that a handshake breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandshakeError {
    /// The request is not HTTP/1.1 (item 1).
    Http,
    /// There is not exactly one `Host` (item 2).
    Host,
    /// `Upgrade` does not hold `websocket` (item 3).
    Upgrade,
    /// `Connection` does not hold `upgrade` (item 4).
    Connection,
    /// The key is not the base64 of 16 bytes (item 5).
    Key,
    /// There is no version, or more than one (item 6).
    VersionCount,
    /// The version is not 13 (item 6 and §4.4).
    Version,
}

/// Every rule that the request breaks, in the order of the RFC.
pub fn errors(request: &Parts) -> Vec<HandshakeError> {
    let headers = &request.headers;
    let version = only(headers, &SEC_WEBSOCKET_VERSION);
    [
        (HandshakeError::Http, request.version == Version::HTTP_11),
        (HandshakeError::Host, only(headers, &HOST).is_some()),
        (HandshakeError::Upgrade, holds(headers, &UPGRADE, "websocket")),
        (HandshakeError::Connection, holds(headers, &CONNECTION, "upgrade")),
        (HandshakeError::Key, key(headers).is_some_and(is_key)),
        (HandshakeError::VersionCount, version.is_some()),
        (HandshakeError::Version, version.is_none_or(|version| version == "13")),
    ]
    .into_iter()
    .filter_map(|(error, kept)| (!kept).then_some(error))
    .collect()
}

/// The client's key.
pub fn key(headers: &HeaderMap) -> Option<&str> {
    only(headers, &SEC_WEBSOCKET_KEY)
}

/// The 101 that agrees (RFC 6455 §4.2.2, item 5).
pub fn switch(accept: &str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    put(&mut response, UPGRADE, "websocket");
    put(&mut response, CONNECTION, "Upgrade");
    put(&mut response, SEC_WEBSOCKET_ACCEPT, accept);
    response
}

fn is_key(key: &str) -> bool {
    STANDARD.decode(key).is_ok_and(|bytes| bytes.len() == 16)
}

/// The value of a header that occurs exactly once.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        _ => None,
    }
}

/// Whether a list header holds `token` (RFC 9110 §5.6.1).
fn holds(headers: &HeaderMap, name: &HeaderName, token: &str) -> bool {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    wire::http::has_token(values, token)
}
