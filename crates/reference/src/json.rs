//! A reply under construction: objects with their members in order, and leaves that keep their spelling.
//!
//! A leaf is never parsed again: what a client sent as its mark goes out byte for byte, however large or deep.

use std::{collections::HashMap, fmt};

use serde_json::value::RawValue;

/// Members of an object, their values as JSON text. Of two equal names the last counts (RFC 8259 §4 leaves it open).
pub type RawMembers = HashMap<String, Box<RawValue>>;

/// A JSON value whose inner objects may still be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// JSON text, as it will stand on the wire.
    Raw(String),
    /// Members, in the order of the wire.
    Object(Vec<(String, Node)>),
}

impl Node {
    /// JSON text as it stands.
    pub fn raw(text: impl Into<String>) -> Self {
        Self::Raw(text.into())
    }

    /// A JSON string.
    pub fn text(text: &str) -> Self {
        Self::Raw(serde_json::Value::from(text).to_string())
    }

    /// A JSON integer.
    pub fn number(number: i64) -> Self {
        Self::Raw(number.to_string())
    }

    /// A list of JSON strings.
    pub fn texts<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        Self::Raw(texts.into_iter().collect::<serde_json::Value>().to_string())
    }

    /// An object.
    pub fn object<const N: usize>(members: [(&str, Self); N]) -> Self {
        Self::Object(members.map(|(name, node)| (name.to_owned(), node)).into())
    }

    /// The value at the end of `path`, if it is there.
    pub fn at(&mut self, path: &[&str]) -> Option<&mut Self> {
        let [name, rest @ ..] = path else {
            return Some(self);
        };
        let Self::Object(members) = self else {
            return None;
        };
        members.iter_mut().find(|(member, _)| member == name)?.1.at(rest)
    }

    /// Sets member `name` of an object; anything else stays as it is.
    pub fn set(&mut self, name: &str, node: Self) {
        if let Self::Object(members) = self {
            match members.iter_mut().find(|(member, _)| member == name) {
                Some(member) => member.1 = node,
                None => members.push((name.to_owned(), node)),
            }
        }
    }

    /// Takes member `name` out of an object.
    pub fn remove(&mut self, name: &str) {
        if let Self::Object(members) = self {
            members.retain(|(member, _)| member != name);
        }
    }
}

impl fmt::Display for Node {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Raw(text) => out.write_str(text),
            Self::Object(members) => {
                out.write_str("{")?;
                for (index, (name, node)) in members.iter().enumerate() {
                    let comma = if index == 0 { "" } else { "," };
                    write!(out, "{comma}{}:{node}", serde_json::Value::from(name.as_str()))?;
                }
                out.write_str("}")
            }
        }
    }
}
