//! A call as it was sent: every value keeps its spelling, so that a mark can go back byte for byte (A:66). It must never
//! recurse, whatever the depth of what it reads.

use crate::json::RawMembers;

/// Deeper JSON is not taken: the depth at which common parsers, serde_json among them, give up.
const DEEPEST: usize = 127;

/// One call.
#[derive(Clone, Debug)]
pub struct WsCall {
    /// `controller`, if it is a string.
    pub controller: Option<String>,
    /// `action`, if it is a string.
    pub action: Option<String>,
    /// The call's own members.
    pub members: RawMembers,
    /// The members of `params`; none if it is no object.
    pub params: RawMembers,
    /// Which call of its connection it is, from 1.
    pub nth: u64,
}

impl WsCall {
    /// Reads a message; `None` if it is no JSON object, or too deep.
    pub fn read(text: &str, nth: u64) -> Option<Self> {
        if depth(text) > DEEPEST {
            return None;
        }
        let members: RawMembers = serde_json::from_str(text).ok()?;
        let string = |name| members.get(name).and_then(|raw| serde_json::from_str(raw.get()).ok());
        let params = members
            .get("params")
            .and_then(|raw| serde_json::from_str(raw.get()).ok());
        Some(Self {
            controller: string("controller"),
            action: string("action"),
            params: params.unwrap_or_default(),
            members,
            nth,
        })
    }

    /// The JSON text of a parameter.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params.get(name).map(|raw| raw.get())
    }

    /// A parameter that is a string.
    pub fn text_param(&self, name: &str) -> Option<String> {
        self.param(name).and_then(|raw| serde_json::from_str(raw).ok())
    }

    /// The mark's JSON text. A null is a mark as well: "any type of data" (A:66, AMB-A8).
    pub fn mark(&self) -> Option<&str> {
        self.param("mark")
    }

    /// The text of `params.ts` if it is written as an integer.
    pub fn integer_ts(&self) -> Option<&str> {
        self.param("ts").filter(|raw| is_integer(raw))
    }
}

/// Whether JSON text is a number without fraction and exponent.
pub fn is_integer(raw: &str) -> bool {
    let digits = raw.strip_prefix('-').unwrap_or(raw);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// How deep arrays and objects are nested. The text need not be JSON: then any answer will do.
fn depth(text: &str) -> usize {
    let (mut deepest, mut depth, mut quoted, mut escaped) = (0, 0_usize, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'[' | b'{' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nested(levels: usize) -> String {
        let mark = format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        format!(r#"{{"params":{{"mark":{mark}}}}}"#)
    }

    #[test]
    fn a_mark_keeps_its_spelling() {
        for mark in [
            r#"{"a":1,"a":2}"#,
            "1e2",
            "1.0",
            "1E400",
            r#""\u0041\/\ud800""#,
            "[ 1 ]",
            "null",
            "-0",
        ] {
            let text = format!(r#"{{"p\u0061rams": {{"mark": {mark} }}}}"#);
            let call = WsCall::read(&text, 1).unwrap();
            assert_eq!(call.mark(), Some(mark));
        }
    }

    #[test]
    fn depth_is_bounded_and_brackets_in_strings_do_not_count() {
        assert!(WsCall::read(&nested(100), 1).is_some());
        assert!(WsCall::read(&nested(1_000), 1).is_none());
        assert!(WsCall::read(&nested(1_000_000), 1).is_none());
        assert_eq!(depth(r#"{"a\"[[[":["[{\\"]}"#), 2);
    }

    #[test]
    fn what_is_no_json_object_is_no_call() {
        for text in [
            "",
            " ",
            "{",
            "[]",
            "1",
            "null",
            r#"{"a":1,}"#,
            "{}x",
            "{}{}",
            "\u{feff}{}",
            r#"{"a":01}"#,
            "NaN",
        ] {
            assert!(WsCall::read(text, 1).is_none(), "{text}");
        }
    }
}
