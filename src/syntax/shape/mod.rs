//! The shapes of the files that authors write, said once: what refuses a wrong file with its place, and what a JSON Schema
//! for editors is made from.
//!
//! A shape is data, so a suite's manifest can extend the shape of a target profile without any Rust.

mod check;
mod schema;
#[cfg(test)]
mod tests;

pub use self::check::check_pointer_key;

/// What a value may look like.
#[derive(Clone, Debug)]
pub enum Shape {
    Any,
    Bool,
    Text,
    /// A text in which no names are filled in: one that has a placeholder would silently be compared as it stands.
    Literal,
    Integer,
    /// A number with a unit: `250ms`, `2s`, `5m`, `1h`, `1d`.
    Duration,
    /// A duration, or a template that gives one.
    Span,
    /// A JSON Pointer (RFC 6901).
    Pointer,
    /// One of these texts.
    OneOf(Vec<String>),
    List(Box<Shape>),
    /// An object with any keys.
    Map(Box<Shape>),
    Record(Vec<Field>),
    /// An object that has exactly one of several keys, and the fields that go with that key.
    Tagged(Vec<Variant>),
    /// Any of these; told apart by the JSON type.
    Either(Vec<Shape>),
    /// A shape of [`Shapes::definitions`], which may be recursive.
    Named(&'static str),
}

/// One key of a record.
#[derive(Clone, Debug)]
pub struct Field {
    pub key: String,
    pub shape: Shape,
    pub required: bool,
    pub text: String,
}

/// One way of a tagged object.
#[derive(Clone, Debug)]
pub struct Variant {
    /// The key that chooses it.
    pub key: &'static str,
    pub text: &'static str,
    /// All keys that may stand beside it, its own first.
    pub fields: Vec<Field>,
}

/// A required key.
pub fn required(key: impl Into<String>, shape: Shape, text: impl Into<String>) -> Field {
    Field {
        key: key.into(),
        shape,
        required: true,
        text: text.into(),
    }
}

/// A key that may be left out.
pub fn optional(key: impl Into<String>, shape: Shape, text: impl Into<String>) -> Field {
    Field {
        required: false,
        ..required(key, shape, text)
    }
}

/// A list of `shape`.
pub fn list(shape: Shape) -> Shape {
    Shape::List(Box::new(shape))
}

/// An object with any keys and values of `shape`.
pub fn map(shape: Shape) -> Shape {
    Shape::Map(Box::new(shape))
}

/// One of a few words.
pub fn one_of(words: &[&str]) -> Shape {
    Shape::OneOf(words.iter().map(|word| (*word).to_owned()).collect())
}

/// A text in English and Chinese.
pub fn bilingual() -> Shape {
    Shape::Record(vec![
        required("en", Shape::Text, "in English"),
        optional(
            "zh",
            Shape::Text,
            "in Chinese; reports say the English text where it is left out",
        ),
    ])
}

/// A file's shape: the shape of the whole, and the shapes that it names.
#[derive(Clone, Debug)]
pub struct Shapes {
    pub title: &'static str,
    pub root: Shape,
    pub definitions: Vec<(&'static str, Shape)>,
}

/// How many milliseconds `250ms`, `2s`, `5m`, `1h` or `1d` are.
pub fn milliseconds(text: &str) -> Option<i64> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let factor = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    number.parse::<i64>().ok()?.checked_mul(factor)
}
