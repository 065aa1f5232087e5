//! The body of a call: a JSON object of which every value keeps its spelling (B:42-44). `bizBody` is its name, not a key
//! in it (AMB-B1). It must never recurse, whatever the depth of what it reads.

use super::Exception;
use crate::json::RawMembers;

/// A body as it came.
#[derive(Clone, Debug)]
pub enum Body {
    Missing,
    /// JSON text, or what claims to be.
    Text(String),
    /// Bytes that are no UTF-8, so no JSON (RFC 8259 §8.1).
    NotText,
}

/// The parameters of a call.
#[derive(Clone, Debug, Default)]
pub struct Params {
    /// The body, byte for byte.
    pub raw: String,
    pub members: RawMembers,
}

impl Body {
    /// A body of bytes. One of nothing but white space is missing.
    pub fn of_bytes(bytes: Vec<u8>) -> Self {
        match String::from_utf8(bytes) {
            Ok(text) if text.trim_ascii().is_empty() => Self::Missing,
            Ok(text) => Self::Text(text),
            Err(_) => Self::NotText,
        }
    }

    /// The parameters in it: a null is as good as none, anything else that is no object is illegal (GW-BODY-1,
    /// GW-BODY-2, GW-BODY-5).
    pub fn read(&self) -> Result<Params, Exception> {
        match self {
            Self::Missing => Err(Exception::ParamsMissing),
            Self::Text(text) if text.trim_ascii() == "null" => Err(Exception::ParamsMissing),
            Self::NotText => Err(Exception::ParamsIllegal),
            Self::Text(text) => Params::read(text).ok_or(Exception::ParamsIllegal),
        }
    }
}

impl Params {
    /// The parameters in JSON text; `None` if it is no object.
    pub fn read(text: &str) -> Option<Self> {
        let members = serde_json::from_str(text).ok()?;
        Some(Self {
            raw: text.to_owned(),
            members,
        })
    }

    /// The JSON text of a parameter that is not null.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.members.get(name).map(|raw| raw.get()).filter(|raw| *raw != "null")
    }

    /// A parameter that must be there and be a string.
    pub fn text(&self, name: &str) -> Result<String, Exception> {
        let raw = self.param(name).ok_or(Exception::ParamsMissing)?;
        serde_json::from_str(raw).map_err(|_| Exception::ParamsIllegal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_object_has_parameters() {
        let deep = format!(r#"{{"a":{}{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
        for (text, expected) in [
            ("{}", None),
            (&deep, None),
            (" { \"a\" : 1 } ", None),
            ("", Some(Exception::ParamsMissing)),
            (" \n", Some(Exception::ParamsMissing)),
            ("null", Some(Exception::ParamsMissing)),
            ("[]", Some(Exception::ParamsIllegal)),
            ("1", Some(Exception::ParamsIllegal)),
            ("{", Some(Exception::ParamsIllegal)),
            ("{}{}", Some(Exception::ParamsIllegal)),
            ("\u{feff}{}", Some(Exception::ParamsIllegal)),
        ] {
            assert_eq!(Body::of_bytes(text.into()).read().err(), expected);
        }
        assert_eq!(Body::of_bytes(vec![0xff]).read().err(), Some(Exception::ParamsIllegal));
    }
}
