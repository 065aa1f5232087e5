//! A call, from whichever transport: the same header, bizType and body mean the same in both (B:62-63). It must never
//! decide whether any of it is right.

use std::collections::HashMap;

use serde_json::value::RawValue;

use super::{BIZ_TYPE, Body, Route};
use crate::json::{Node, RawMembers};

/// How a call came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    Http,
    Socket,
}

/// One call.
#[derive(Clone, Debug)]
pub struct GatewayCall {
    pub transport: Transport,
    /// The route that it took; over the WebSocket there is none (AMB-B16).
    pub route: Option<Route>,
    /// Which connection of its transport it came on, from 1.
    pub connection: u64,
    /// Which call of its connection it is, from 1.
    pub nth: u64,
    /// When it is executed, in milliseconds since 1970 by the server's clock.
    pub at_ms: i64,
    pub header: Header,
    pub biz_type: Option<String>,
    pub body: Body,
}

impl GatewayCall {
    /// A call over the WebSocket, of which `header` could be read.
    pub fn of_message(connection: u64, nth: u64, header: Header, body: Body) -> Self {
        let biz_type = header.text(BIZ_TYPE).map(str::to_owned);
        Self {
            transport: Transport::Socket,
            route: None,
            connection,
            nth,
            at_ms: 0,
            header,
            biz_type,
            body,
        }
    }
}

/// The header of a call.
#[derive(Clone, Debug, Default)]
pub struct Header {
    fields: HashMap<String, Field>,
}

/// A value in a header.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its JSON text, as it was sent.
    pub raw: String,
    /// What it says: the characters of a string, the spelling of a number (AMB-B13), nothing of anything else.
    pub text: Option<String>,
}

impl Field {
    /// A value that is text, as every HTTP header is.
    pub fn of_text(text: impl Into<String>) -> Self {
        let text = text.into();
        Self {
            raw: Node::text(&text).to_string(),
            text: Some(text),
        }
    }

    fn of_json(raw: &RawValue) -> Self {
        let raw = raw.get();
        let text = match raw.bytes().next() {
            Some(b'"') => serde_json::from_str(raw).ok(),
            Some(b'-' | b'0'..=b'9') => Some(raw.to_owned()),
            _ => None,
        };
        Self {
            raw: raw.to_owned(),
            text,
        }
    }
}

impl Header {
    /// The members of a message's header. A null is no value.
    pub fn of_members(members: &RawMembers) -> Self {
        members
            .iter()
            .filter(|(_, raw)| raw.get() != "null")
            .map(|(name, raw)| (name.clone(), Field::of_json(raw)))
            .collect()
    }

    /// The field called `name`, unless it is empty: an empty value is as good as none.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.get(name).filter(|field| field.text.as_deref() != Some(""))
    }

    /// Whether there is a field called `name`, though it may be empty.
    pub fn has(&self, name: &str) -> bool {
        self.fields.contains_key(name)
    }

    /// What the field called `name` says.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.field(name)?.text.as_deref()
    }
}

impl FromIterator<(String, Field)> for Header {
    fn from_iter<I: IntoIterator<Item = (String, Field)>>(fields: I) -> Self {
        Self {
            fields: fields.into_iter().collect(),
        }
    }
}

/// Whether text is a long (B:32, B:34): digits, with a sign at most.
pub fn is_long(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<i64>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_reads_strings_and_numbers_and_keeps_their_spelling() {
        let members: RawMembers =
            serde_json::from_str(r#"{"a":"x","b":5,"c":1.0,"d":null,"e":"","f":[1],"g":"\u0041"}"#).unwrap();
        let header = Header::of_members(&members);
        let texts = ["a", "b", "c", "d", "e", "f", "g"].map(|name| header.text(name));
        assert_eq!(texts, [Some("x"), Some("5"), Some("1.0"), None, None, None, Some("A")]);
        assert_eq!(header.field("g").map(|field| &*field.raw), Some(r#""\u0041""#));
        assert!(header.field("f").is_some());
    }

    #[test]
    fn longs_are_integers_that_fit() {
        for (text, is) in [
            ("11", true),
            ("-1", true),
            ("9223372036854775807", true),
            ("9223372036854775808", false),
            ("+11", false),
            ("1.5", false),
            ("", false),
            ("-", false),
            ("0x0b", false),
        ] {
            assert_eq!(is_long(text), is, "{text}");
        }
    }
}
