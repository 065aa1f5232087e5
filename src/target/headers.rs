//! Headers that every request and handshake carries: what a gate before the server demands.

use std::collections::BTreeMap;

use super::{interface::SuiteInterface, secret::Credential};
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

/// Reads the `[headers]` of a profile that speaks of these suites.
pub fn read<'s>(
    source: &Source,
    node: Option<&Node>,
    suites: impl Iterator<Item = &'s SuiteInterface>,
    found: &mut Vec<Diagnostic>,
) -> BTreeMap<String, Credential> {
    let spoken: Vec<(&str, &str)> = suites
        .flat_map(|suite| {
            suite
                .headers
                .iter()
                .map(|header| (header.as_str(), suite.suite.as_str()))
        })
        .collect();
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
        } else if let Some((_, suite)) = spoken.iter().find(|(header, _)| header.eq_ignore_ascii_case(name)) {
            found.push(
                Diagnostic::at(
                    place(),
                    format!("this header is the protocol's own in {suite}"),
                    "cases send it, change it and leave it out",
                )
                .help(format!("what it should hold is a credential or a value of [{suite}]")),
            );
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
