//! JSON as it was written: every token's spelling, every repeated key, the place of every value.
//!
//! `serde_json` keeps the last of two equal keys, respells numbers and has no places, so what authors wrote and what peers
//! sent are both read here. This room knows no case and no check.

mod number;
mod read;

use std::{fmt, ops::Range};

use self::number::{is_integer, same_number};
pub use self::read::{parse, skim};

/// Deeper texts are refused: reading and dropping a tree recurses.
pub const MAX_DEPTH: usize = 192;
/// Texts of more values are refused: a value takes many times the bytes that wrote it.
pub const MAX_VALUES: usize = 250_000;

/// A value and the bytes of the text that it was read from (`0..0` for a value that was made).
#[derive(Clone, Debug)]
pub struct Node {
    pub value: Value,
    pub span: Range<usize>,
}

/// A JSON value; numbers keep their token, objects their order and repeated members.
#[derive(Clone, Debug)]
pub enum Value {
    Null,
    Bool(bool),
    Number(String),
    String(String),
    Array(Vec<Node>),
    Object(Vec<Member>),
}

/// One member of an object.
#[derive(Clone, Debug)]
pub struct Member {
    pub key: String,
    pub key_span: Range<usize>,
    pub value: Node,
}

/// Why a text is not JSON, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonError {
    pub at: usize,
    pub what: &'static str,
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.what, self.at)
    }
}

impl From<Value> for Node {
    fn from(value: Value) -> Self {
        Self { value, span: 0..0 }
    }
}

impl Node {
    /// A string value.
    pub fn text(text: impl Into<String>) -> Self {
        Value::String(text.into()).into()
    }

    /// An integer value.
    pub fn integer(value: impl Into<i128>) -> Self {
        Value::Number(value.into().to_string()).into()
    }

    /// The string, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The truth value, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self.value {
            Value::Bool(flag) => Some(flag),
            _ => None,
        }
    }

    /// The integer, if the number is written as one and fits.
    pub fn as_integer(&self) -> Option<i64> {
        match &self.value {
            Value::Number(token) => token.parse().ok(),
            _ => None,
        }
    }

    /// The number as a double, if it is one.
    pub fn as_f64(&self) -> Option<f64> {
        match &self.value {
            Value::Number(token) => token.parse().ok(),
            _ => None,
        }
    }

    /// The items, if it is an array.
    pub fn items(&self) -> &[Node] {
        match &self.value {
            Value::Array(items) => items,
            _ => &[],
        }
    }

    /// The members, if it is an object.
    pub fn members(&self) -> &[Member] {
        match &self.value {
            Value::Object(members) => members,
            _ => &[],
        }
    }

    /// The first member called `key`.
    pub fn member(&self, key: &str) -> Option<&Node> {
        self.members().iter().find(|m| m.key == key).map(|m| &m.value)
    }

    /// The value at a JSON Pointer (RFC 6901).
    pub fn pointer(&self, pointer: &str) -> Option<&Node> {
        if pointer.is_empty() {
            return Some(self);
        }
        pointer.strip_prefix('/')?.split('/').try_fold(self, |node, part| {
            let key = part.replace("~1", "/").replace("~0", "~");
            match &node.value {
                Value::Object(_) => node.member(&key),
                Value::Array(items) => {
                    let plain = key == "0" || !key.starts_with('0');
                    key.parse::<usize>().ok().filter(|_| plain).and_then(|i| items.get(i))
                }
                _ => None,
            }
        })
    }

    /// The JSON type's name; a number without a fractional value is an `integer`.
    pub fn type_name(&self) -> &'static str {
        match &self.value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(token) if is_integer(token) => "integer",
            Value::Number(_) => "number",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        }
    }

    /// Equal as JSON: numbers by value, objects without regard to order. An integer must have every digit; a fraction is
    /// equal if it reads as the same double (RFC 8259 §6).
    pub fn same(&self, other: &Node) -> bool {
        match (&self.value, &other.value) {
            (Value::Null, Value::Null) => true,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::String(a), Value::String(b)) => a == b,
            (Value::Number(a), Value::Number(b)) => same_number(a, b),
            (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.same(b)),
            (Value::Object(a), Value::Object(b)) => {
                a.len() == b.len()
                    && a.iter()
                        .all(|m| b.iter().any(|other| other.key == m.key && m.value.same(&other.value)))
            }
            _ => false,
        }
    }

    /// Equal token by token: numbers by spelling, objects in order.
    pub fn same_exactly(&self, other: &Node) -> bool {
        match (&self.value, &other.value) {
            (Value::Number(a), Value::Number(b)) => a == b,
            (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.same_exactly(b)),
            (Value::Object(a), Value::Object(b)) => {
                a.len() == b.len()
                    && a.iter()
                        .zip(b)
                        .all(|(a, b)| a.key == b.key && a.value.same_exactly(&b.value))
            }
            _ => self.same(other),
        }
    }

    /// Whether an object somewhere in the value has the member `key`.
    pub fn has_key_anywhere(&self, key: &str) -> bool {
        match &self.value {
            Value::Array(items) => items.iter().any(|item| item.has_key_anywhere(key)),
            Value::Object(members) => members.iter().any(|m| m.key == key || m.value.has_key_anywhere(key)),
            _ => false,
        }
    }

    /// The value for libraries that take `serde_json`'s. Of repeated members the last counts, as there.
    pub fn to_serde(&self) -> serde_json::Value {
        use serde_json::Value as Out;
        match &self.value {
            Value::Null => Out::Null,
            Value::Bool(flag) => Out::Bool(*flag),
            // A token that was read by the grammar is always a number for serde_json too.
            Value::Number(token) => token.parse().map_or(Out::Null, Out::Number),
            Value::String(text) => Out::String(text.clone()),
            Value::Array(items) => Out::Array(items.iter().map(Node::to_serde).collect()),
            Value::Object(members) => {
                Out::Object(members.iter().map(|m| (m.key.clone(), m.value.to_serde())).collect())
            }
        }
    }
}

/// Compact JSON text.
impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            Value::Null => f.write_str("null"),
            Value::Bool(flag) => write!(f, "{flag}"),
            Value::Number(token) => f.write_str(token),
            Value::String(text) => write_string(f, text),
            Value::Array(items) => {
                f.write_str("[")?;
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        f.write_str(",")?;
                    }
                    item.fmt(f)?;
                }
                f.write_str("]")
            }
            Value::Object(members) => {
                f.write_str("{")?;
                for (i, member) in members.iter().enumerate() {
                    if i > 0 {
                        f.write_str(",")?;
                    }
                    write_string(f, &member.key)?;
                    f.write_str(":")?;
                    member.value.fmt(f)?;
                }
                f.write_str("}")
            }
        }
    }
}

fn write_string(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_str("\"")?;
    let mut plain = 0;
    for (at, byte) in text.bytes().enumerate() {
        // What must be escaped is ASCII (RFC 8259 §7), so a cut beside it is at the border of a character.
        if byte >= 0x20 && byte != b'"' && byte != b'\\' {
            continue;
        }
        f.write_str(&text[plain..at])?;
        match byte {
            b'"' => f.write_str("\\\"")?,
            b'\\' => f.write_str("\\\\")?,
            b'\n' => f.write_str("\\n")?,
            b'\r' => f.write_str("\\r")?,
            b'\t' => f.write_str("\\t")?,
            _ => write!(f, "\\u{byte:04x}")?,
        }
        plain = at + 1;
    }
    f.write_str(&text[plain..])?;
    f.write_str("\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Node {
        parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn tokens_order_and_repeated_keys_survive() {
        for text in [
            "1e2",
            "-0",
            "1.0",
            "9007199254740993",
            r#"{"a":1,"a":2}"#,
            r#"{"b":[],"a":{}}"#,
        ] {
            assert_eq!(read(text).to_string(), text);
        }
        assert_eq!(read(r#""\ud83d\ude00\u0041\/""#).as_str(), Some("😀A/"));
        assert_eq!(
            read(r#""\ud800x\udc00\ud83d\u0041""#).as_str(),
            Some("\u{fffd}x\u{fffd}\u{fffd}A")
        );
    }

    #[test]
    fn equal_as_json_is_numeric_but_keeps_every_digit() {
        for (a, b) in [
            ("1", "1.0"),
            ("100", "1e2"),
            ("-0", "0"),
            ("5e-324", "4.9406564584124654e-324"),
        ] {
            assert!(read(a).same(&read(b)), "{a} {b}");
            assert!(!read(a).same_exactly(&read(b)), "{a} {b}");
        }
        for (a, b) in [
            ("9007199254740993", "9007199254740992"),
            ("9007199254740993", "9.007199254740992e15"),
            ("1", "\"1\""),
            ("{}", "[]"),
            ("0", "false"),
            ("0.1", "0.2"),
        ] {
            assert!(!read(a).same(&read(b)), "{a} {b}");
        }
        assert!(read(r#"{"a":1,"b":2}"#).same(&read(r#"{"b":2,"a":1}"#)));
        assert!(!read(r#"{"a":1,"b":2}"#).same_exactly(&read(r#"{"b":2,"a":1}"#)));
    }

    #[test]
    fn what_is_not_json_is_refused_with_its_place() {
        for (text, at) in [
            ("", 0),
            ("{\"a\":1,}", 7),
            ("{'a':1}", 1),
            ("NaN", 0),
            ("01", 1),
            ("{}x", 2),
            ("\"\u{1}\"", 1),
            ("[1", 2),
            ("\"\\u00zz\"", 3),
        ] {
            assert_eq!(parse(text).map(|n| n.to_string()).map_err(|e| e.at), Err(at), "{text}");
            assert_eq!(skim(text).map_err(|e| e.at), Err(at), "{text}");
        }
        let deep = "[".repeat(100_000);
        assert_eq!(parse(&deep).map(|_| ()).map_err(|e| e.what), Err("nested too deeply"));
    }

    #[test]
    fn skimming_has_no_depth() {
        for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("[0, {\"a\": [], \"b\" : ", "}, {} ]")] {
            let deep = format!(" {}1{} ", open.repeat(100_000), close.repeat(100_000));
            assert_eq!(skim(&deep), Ok(()), "{open}");
            assert_eq!(
                skim(&deep[..deep.len() - 2]).map_err(|e| e.at),
                Err(deep.len() - 2),
                "{open}"
            );
        }
    }

    #[test]
    fn pointers_follow_rfc_6901() {
        let node = read(r#"{"a/b":[10,{"~":true}]}"#);
        assert_eq!(node.pointer("/a~1b/1/~0").and_then(Node::as_bool), Some(true));
        assert!(node.pointer("/a~1b/01").is_none());
        assert!(node.pointer("a").is_none());
    }
}
