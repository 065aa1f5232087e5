//! Bytes as authors write them: a text with placeholders, `{"hex": "00ff"}`, or a list of such pieces with repeats.

use crate::{
    syntax::diagnostic::Diagnostic,
    syntax::json::{Node, Value},
    syntax::shape::{Shape, Variant, list, required},
    syntax::source::Source,
    syntax::template::{Placeholder, Scope, Template, Unbound},
};

/// The most bytes that repeats may make, so that a slip of the pen does not fill the memory.
const MOST: usize = 64 << 20;

/// Bytes to send or to compare with.
#[derive(Clone, Debug)]
pub enum Bytes {
    Text(Template),
    Hex(Vec<u8>),
    Repeat(Box<Bytes>, usize),
    Pieces(Vec<Bytes>),
}

/// The shape of bytes: a text or hexadecimal digits.
pub fn shape() -> Shape {
    Shape::Either(vec![Shape::Text, Shape::Named("hex")])
}

/// The shape of pieces: bytes, or a list of bytes and repeats.
pub fn pieces_shape() -> Shape {
    Shape::Either(vec![Shape::Text, Shape::Named("hex"), list(Shape::Named("piece"))])
}

/// The shapes called `hex` and `piece`.
pub fn shapes() -> Vec<(&'static str, Shape)> {
    let hex = || Variant {
        key: "hex",
        text: "bytes as hexadecimal digits",
        fields: vec![required("hex", Shape::Text, "two digits a byte")],
    };
    let repeat = Variant {
        key: "repeat",
        text: "a text many times",
        fields: vec![
            required("repeat", Shape::Text, "the text"),
            required("times", Shape::Integer, "how often"),
        ],
    };
    vec![
        ("hex", Shape::Tagged(vec![hex()])),
        (
            "piece",
            Shape::Either(vec![Shape::Text, Shape::Tagged(vec![hex(), repeat])]),
        ),
    ]
}

impl Bytes {
    /// Reads bytes that fit their shape.
    pub fn read(source: &Source, node: &Node, found: &mut Vec<Diagnostic>) -> Option<Self> {
        match &node.value {
            Value::Array(items) => {
                let pieces = items.iter().filter_map(|item| Self::read(source, item, found));
                Some(Self::Pieces(pieces.collect()))
            }
            Value::Object(_) => {
                if let Some(repeat) = node.member("repeat") {
                    let times = node.member("times").and_then(Node::as_integer).unwrap_or_default();
                    if times < 0 {
                        let place = source.place(node.member("times").unwrap_or(node).span.clone());
                        let what = format!("nothing can be repeated {times} times");
                        found.push(Diagnostic::at(place, what, "expected 0 or more"));
                        return None;
                    }
                    let unit = repeat.as_str().unwrap_or_default().len().max(1);
                    let times = usize::try_from(times)
                        .ok()
                        .filter(|times| times.saturating_mul(unit) <= MOST);
                    let Some(times) = times else {
                        let place = source.place(node.member("times").unwrap_or(node).span.clone());
                        found.push(Diagnostic::at(place, "too many repeats", "at most 64 MiB can be made"));
                        return None;
                    };
                    return Some(Self::Repeat(Box::new(Self::read(source, repeat, found)?), times));
                }
                let hex = node.member("hex")?;
                match decode(hex.as_str().unwrap_or_default()) {
                    Some(bytes) => Some(Self::Hex(bytes)),
                    None => {
                        let place = source.place(hex.span.clone());
                        found.push(Diagnostic::at(place, "not hexadecimal", "expected two digits a byte"));
                        None
                    }
                }
            }
            _ => Some(Self::Text(Template::read(source, node, found))),
        }
    }

    /// The bytes, with every name looked up.
    ///
    /// # Errors
    /// The first name that has no value.
    pub fn resolve(&self, scope: &dyn Scope) -> Result<Vec<u8>, Unbound> {
        Ok(match self {
            Self::Text(template) => template.resolve_text(scope)?.into_bytes(),
            Self::Hex(bytes) => bytes.clone(),
            Self::Repeat(piece, times) => piece.resolve(scope)?.repeat(*times),
            Self::Pieces(pieces) => {
                let mut pieces = pieces.iter();
                // The first is not copied: it may be large.
                let mut bytes = pieces
                    .next()
                    .map(|piece| piece.resolve(scope))
                    .transpose()?
                    .unwrap_or_default();
                for piece in pieces {
                    bytes.extend(piece.resolve(scope)?);
                }
                bytes
            }
        })
    }

    /// How many bytes that makes at the least: what is written out or repeated, not what stands behind names.
    pub fn least(&self) -> usize {
        match self {
            Self::Text(Template::Fixed(node)) => node.as_str().map_or(0, str::len),
            Self::Text(_) => 0,
            Self::Hex(bytes) => bytes.len(),
            Self::Repeat(piece, times) => piece.least().saturating_mul(*times),
            Self::Pieces(pieces) => pieces.iter().fold(0, |all, piece| all.saturating_add(piece.least())),
        }
    }

    /// Shows every placeholder to `visit`.
    pub fn placeholders<'t>(&'t self, visit: &mut dyn FnMut(&'t Placeholder)) {
        match self {
            Self::Text(template) => template.placeholders(visit),
            Self::Hex(_) => {}
            Self::Repeat(piece, _) => piece.placeholders(visit),
            Self::Pieces(pieces) => pieces.iter().for_each(|piece| piece.placeholders(visit)),
        }
    }
}

fn decode(digits: &str) -> Option<Vec<u8>> {
    let digits = digits.as_bytes();
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    digits
        .chunks(2)
        .map(|pair| {
            let high = char::from(pair[0]).to_digit(16)?;
            let low = char::from(pair[1]).to_digit(16)?;
            u8::try_from(high * 16 + low).ok()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_digits_come_in_pairs() {
        assert_eq!(decode("00fF"), Some(vec![0, 255]));
        assert_eq!(decode("0"), None);
        assert_eq!(decode("0g"), None);
        assert_eq!(decode("é"), None);
    }
}
