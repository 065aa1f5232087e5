//! Requests and responses as plain data. Header names keep the spelling they had on the wire.

use serde::{Deserialize, Serialize};

/// A header field: name and value, in the order and spelling of the wire.
pub type Field = (String, String);

/// An HTTP request as it is to be sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    pub method: String,
    /// Absolute URL; its query is sent as it stands.
    pub url: String,
    pub headers: Vec<Field>,
    #[serde(with = "super::data")]
    pub body: Vec<u8>,
    /// Send the body in chunks (RFC 9112 §7.1) instead of with a length.
    pub chunked: bool,
}

/// The head of a response, and as much of its body as was read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Response {
    pub status: u16,
    pub reason: String,
    pub headers: Vec<Field>,
    #[serde(with = "super::data")]
    pub body: Vec<u8>,
}

impl Response {
    /// The values of a header, its name compared without regard to case (RFC 9110 §5.1).
    pub fn header<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        values(&self.headers, name)
    }
}

/// The values of every field called `name`, compared without regard to case.
pub fn values<'a>(fields: &'a [Field], name: &'a str) -> impl Iterator<Item = &'a str> {
    fields
        .iter()
        .filter(move |(field, _)| field.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_str())
}

/// Whether a comma-separated list header holds `token`, compared without regard to case (RFC 9110 §5.6.1).
pub fn has_token<'a>(values: impl Iterator<Item = &'a str>, token: &str) -> bool {
    values
        .flat_map(|value| value.split(','))
        .any(|item| item.trim().eq_ignore_ascii_case(token))
}
