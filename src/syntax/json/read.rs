//! The grammar of RFC 8259, strictly.

use std::ops::Range;

use super::{JsonError, MAX_DEPTH, MAX_VALUES, Member, Node, Value};

/// Reads one JSON text (RFC 8259), strictly.
///
/// # Errors
/// The first place at which the text leaves the grammar, nests deeper than [`MAX_DEPTH`] or has more values than
/// [`MAX_VALUES`].
pub fn parse(text: &str) -> Result<Node, JsonError> {
    let mut reader = JsonReader { text, at: 0, values: 0 };
    reader.blank();
    let node = reader.value(0)?;
    reader.blank();
    reader.end()?;
    Ok(node)
}

/// Whether a text is JSON, however deep it nests; nothing is kept of it.
///
/// # Errors
/// The first place at which the text leaves the grammar.
pub fn skim(text: &str) -> Result<(), JsonError> {
    let mut reader = JsonReader { text, at: 0, values: 0 };
    // What closes the lists and objects that are open.
    let mut open = Vec::new();
    loop {
        reader.blank();
        let close = match reader.peek() {
            Some(b'{') => Some(b'}'),
            Some(b'[') => Some(b']'),
            _ => None,
        };
        if let Some(close) = close {
            reader.at += 1;
            reader.blank();
            if !reader.take(close) {
                open.push(close);
                reader.before_value(close)?;
                continue;
            }
        } else {
            reader.scalar()?;
        }
        loop {
            reader.blank();
            let Some(close) = open.last().copied() else {
                return reader.end();
            };
            if reader.take(close) {
                open.pop();
            } else {
                reader.comma(close)?;
                reader.before_value(close)?;
                break;
            }
        }
    }
}

const NO_COMMENTS: &str = "JSON has no comments";

struct JsonReader<'t> {
    text: &'t str,
    at: usize,
    values: usize,
}

impl JsonReader<'_> {
    fn error(&self, what: &'static str) -> JsonError {
        JsonError { at: self.at, what }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn blank(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn value(&mut self, depth: usize) -> Result<Node, JsonError> {
        if depth > MAX_DEPTH {
            return Err(self.error("nested too deeply"));
        }
        self.values += 1;
        if self.values > MAX_VALUES {
            return Err(self.error("more values than are read"));
        }
        let start = self.at;
        let value = match self.peek() {
            Some(b'{') => self.object(depth)?,
            Some(b'[') => self.array(depth)?,
            _ => self.scalar()?,
        };
        Ok(Node {
            value,
            span: start..self.at,
        })
    }

    fn end(&self) -> Result<(), JsonError> {
        if self.at < self.text.len() {
            return Err(self.error("expected the end of the text"));
        }
        Ok(())
    }

    fn scalar(&mut self) -> Result<Value, JsonError> {
        match self.peek() {
            Some(b'"') => Ok(Value::String(self.string()?)),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => self.word(),
        }
    }

    /// What stands before a value: nothing in a list, the key in an object.
    fn before_value(&mut self, close: u8) -> Result<(), JsonError> {
        if close == b'}' {
            self.blank();
            self.key()?;
        }
        Ok(())
    }

    fn comma(&mut self, close: u8) -> Result<(), JsonError> {
        if self.take(b',') {
            return Ok(());
        }
        Err(self.error(if close == b'}' {
            "expected `,` or `}`"
        } else {
            "expected `,` or `]`"
        }))
    }

    /// A key and its colon.
    fn key(&mut self) -> Result<(String, Range<usize>), JsonError> {
        let start = self.at;
        match self.peek() {
            Some(b'"') => {}
            Some(b'}') => return Err(self.error("expected another key: no comma stands after the last")),
            Some(b'/') => return Err(self.error(NO_COMMENTS)),
            _ => return Err(self.error("expected a key in double quotes")),
        }
        let key = self.string()?;
        let span = start..self.at;
        self.blank();
        if !self.take(b':') {
            return Err(self.error("expected `:` after the key"));
        }
        Ok((key, span))
    }

    fn word(&mut self) -> Result<Value, JsonError> {
        for (word, value) in [
            ("null", Value::Null),
            ("true", Value::Bool(true)),
            ("false", Value::Bool(false)),
        ] {
            if self.text[self.at..].starts_with(word) {
                self.at += word.len();
                return Ok(value);
            }
        }
        if self.text[self.at..].starts_with('\u{feff}') {
            // RFC 8259 §8.1: none may be added.
            return Err(self.error("a byte order mark is no JSON: save the file as UTF-8 without one"));
        }
        Err(self.error(match self.peek() {
            None => "the text ends where a JSON value is expected",
            Some(b'/') => NO_COMMENTS,
            Some(b'\'') => "a string stands in double quotes",
            Some(b']') => "expected another value: no comma stands after the last",
            _ => "expected a JSON value",
        }))
    }

    fn object(&mut self, depth: usize) -> Result<Value, JsonError> {
        self.at += 1;
        let mut members = Vec::new();
        self.blank();
        if self.take(b'}') {
            return Ok(Value::Object(members));
        }
        loop {
            self.blank();
            let (key, key_span) = self.key()?;
            self.blank();
            let value = self.value(depth + 1)?;
            members.push(Member { key, key_span, value });
            self.blank();
            if self.take(b'}') {
                return Ok(Value::Object(members));
            }
            self.comma(b'}')?;
        }
    }

    fn array(&mut self, depth: usize) -> Result<Value, JsonError> {
        self.at += 1;
        let mut items = Vec::new();
        self.blank();
        if self.take(b']') {
            return Ok(Value::Array(items));
        }
        loop {
            self.blank();
            items.push(self.value(depth + 1)?);
            self.blank();
            if self.take(b']') {
                return Ok(Value::Array(items));
            }
            self.comma(b']')?;
        }
    }

    fn digits(&mut self) -> Result<(), JsonError> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == start {
            return Err(self.error("expected a digit"));
        }
        Ok(())
    }

    fn number(&mut self) -> Result<Value, JsonError> {
        let start = self.at;
        self.take(b'-');
        if !self.take(b'0') {
            self.digits()?;
        } else if matches!(self.peek(), Some(b'0'..=b'9')) {
            return Err(self.error("a number has no leading zero"));
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            if !self.take(b'+') {
                self.take(b'-');
            }
            self.digits()?;
        }
        Ok(Value::Number(self.text[start..self.at].to_owned()))
    }

    fn string(&mut self) -> Result<String, JsonError> {
        self.at += 1;
        let mut out = String::new();
        loop {
            let rest = &self.text[self.at..];
            let plain = rest
                .bytes()
                .position(|b| b == b'"' || b == b'\\' || b < 0x20)
                .ok_or(JsonError {
                    at: self.text.len(),
                    what: "the string has no end",
                })?;
            self.at += plain;
            let part = &rest[..plain];
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    // Most have no escape: one copy of the right size.
                    return Ok(if out.is_empty() { part.to_owned() } else { out + part });
                }
                _ => out.push_str(part),
            }
            match self.peek() {
                Some(b'\\') => out.push(self.escape()?),
                Some(b'\n' | b'\r') => return Err(self.error("the string has no end on this line")),
                _ => return Err(self.error("a control character must be escaped")),
            }
        }
    }

    fn escape(&mut self) -> Result<char, JsonError> {
        self.at += 1;
        let kind = self.peek();
        self.at += 1;
        Ok(match kind {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                let high = self.hex()?;
                let low = if (0xd800..0xdc00).contains(&high) {
                    self.low_surrogate()
                } else {
                    None
                };
                let code = low.map_or(high, |low| 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00));
                // The grammar allows half of a pair (RFC 8259 §8.2); no character stands for it.
                char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
            }
            _ => {
                self.at -= 1;
                return Err(self.error("unknown escape: a backslash is written twice"));
            }
        })
    }

    /// The second half of a surrogate pair, if it follows.
    fn low_surrogate(&mut self) -> Option<u32> {
        let digits = self.text.get(self.at..self.at + 6)?.strip_prefix("\\u")?;
        let low = u32::from_str_radix(digits, 16)
            .ok()
            .filter(|low| (0xdc00..0xe000).contains(low))?;
        self.at += 6;
        Some(low)
    }

    fn hex(&mut self) -> Result<u32, JsonError> {
        let digits = self.text.get(self.at..self.at + 4);
        let code = digits
            .filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))
            .and_then(|digits| u32::from_str_radix(digits, 16).ok())
            .ok_or(self.error("expected four hexadecimal digits"))?;
        self.at += 4;
        Ok(code)
    }
}
