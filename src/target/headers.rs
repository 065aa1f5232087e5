//! Headers that every request and handshake carries: what a gate before the server demands.

use std::collections::BTreeMap;

use super::secret::Credential;
use crate::{syntax::diagnostic::Diagnostic, syntax::json::Node, syntax::source::Source};

/// What a handshake or a message is made of (RFC 6455 §4.1, RFC 9112 §6): whoever sends these sets them.
const ITS_OWN: [&str; 10] = [
    "connection",
    "content-length",
    "content-type",
    "expect",
    "host",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Reads the `[headers]` of a profile.
pub fn read(source: &Source, node: Option<&Node>, found: &mut Vec<Diagnostic>) -> BTreeMap<String, Credential> {
    let mut headers: BTreeMap<String, Credential> = BTreeMap::new();
    for member in node.map(Node::members).unwrap_or_default() {
        let name = member.key.as_str();
        let lower = name.to_ascii_lowercase();
        let place = || source.place(member.key_span.clone());
        if name.is_empty() || !name.bytes().all(is_token) {
            found.push(Diagnostic::at(
                place(),
                "not the name of a header",
                "expected letters, digits and `-` (RFC 9110 §5.1)",
            ));
        } else if ITS_OWN.contains(&lower.as_str()) || lower.starts_with("sec-websocket-") {
            found.push(Diagnostic::at(
                place(),
                "this header is the harness's own",
                "it says how a message or a handshake is made, and cases change it",
            ));
        } else if headers.keys().any(|known| known.eq_ignore_ascii_case(name)) {
            found.push(Diagnostic::at(
                place(),
                "this header is there already",
                "in other letters",
            ));
        } else if let Some(credential) = Credential::read(source, &member.value, false, found) {
            headers.insert(name.to_owned(), credential);
        }
    }
    headers
}

/// A character of a token (RFC 9110 §5.6.2).
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}
