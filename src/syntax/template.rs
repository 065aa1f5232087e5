//! Typed templates: JSON with `${name}` in its strings.
//!
//! A string that is wholly `${name}` becomes the value itself, digit for digit. There is no expression language: a name,
//! at most one shift by a duration, at most one named transform. Who knows the names is a [`Scope`]; this room knows none.

use std::ops::Range;

use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::{
    syntax::diagnostic::{Diagnostic, nearest},
    syntax::json::{Member, Node, Value},
    syntax::shape::milliseconds,
    syntax::source::Source,
};

/// The key whose value's members are put in its place.
const SPREAD: &str = "...";

/// What gives names their values.
pub trait Scope {
    /// The value of a dotted name, `None` if it has none.
    fn lookup(&self, name: &str) -> Option<Node>;
    /// Told of every text that a transform made from the value of `name`: what is made from a secret is a secret.
    fn derived(&self, _name: &str, _transform: Transform, _text: &str) {}
}

/// JSON with placeholders.
#[derive(Clone, Debug)]
pub enum Template {
    Fixed(Node),
    Placeholder(Placeholder),
    Text(Vec<Piece>),
    Array(Vec<Template>),
    Object(Vec<Slot>),
}

/// A part of a string.
#[derive(Clone, Debug)]
pub enum Piece {
    Text(String),
    Placeholder(Placeholder),
}

/// A part of an object.
#[derive(Clone, Debug)]
pub enum Slot {
    Member(String, Template),
    Spread(Template),
}

/// A `${...}`.
#[derive(Clone, Debug)]
pub struct Placeholder {
    pub name: String,
    /// Milliseconds to add.
    pub shift: i64,
    pub transform: Option<Transform>,
    pub span: Range<usize>,
}

/// A named change of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transform {
    Percent,
    FlipCase,
    DropLast,
    Json,
    Base64,
}

const TRANSFORMS: [(&str, Transform); 5] = [
    ("percent", Transform::Percent),
    ("flip-case", Transform::FlipCase),
    ("drop-last", Transform::DropLast),
    ("json", Transform::Json),
    ("base64", Transform::Base64),
];

impl Transform {
    /// The name in a template.
    pub fn name(self) -> &'static str {
        TRANSFORMS
            .iter()
            .find(|(_, transform)| *transform == self)
            .map_or("", |(name, _)| name)
    }

    /// The changed text.
    pub fn apply(self, value: &Node) -> String {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        match self {
            Self::Percent => text.bytes().map(|byte| format!("%{byte:02X}")).collect(),
            Self::FlipCase => text
                .chars()
                .map(|c| {
                    if c.is_ascii_lowercase() {
                        c.to_ascii_uppercase()
                    } else {
                        c.to_ascii_lowercase()
                    }
                })
                .collect(),
            Self::DropLast => {
                let mut text = text;
                text.pop();
                text
            }
            Self::Json => value.to_string(),
            Self::Base64 => STANDARD.encode(text),
        }
    }
}

/// A name that had no value when it was needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unbound(pub String);

impl Template {
    /// Reads the placeholders of a value.
    pub fn read(source: &Source, node: &Node, found: &mut Vec<Diagnostic>) -> Self {
        match &node.value {
            Value::String(text) if text.contains("${") => Self::read_text(source, node, text, found),
            _ if is_fixed(node) => Self::Fixed(node.clone()),
            Value::Array(items) => Self::Array(items.iter().map(|item| Self::read(source, item, found)).collect()),
            Value::Object(members) => Self::Object(
                members
                    .iter()
                    .map(|member| {
                        let value = Self::read(source, &member.value, found);
                        if member.key == SPREAD {
                            Slot::Spread(value)
                        } else {
                            Slot::Member(member.key.clone(), value)
                        }
                    })
                    .collect(),
            ),
            _ => Self::Fixed(node.clone()),
        }
    }

    fn read_text(source: &Source, node: &Node, text: &str, found: &mut Vec<Diagnostic>) -> Self {
        let mut pieces = Vec::new();
        let mut literal = String::new();
        let mut rest = text;
        while let Some(at) = rest.find("${") {
            let before = &rest[..at];
            if let Some(before) = before.strip_suffix('$') {
                literal.push_str(before);
                literal.push_str("${");
                rest = &rest[at + 2..];
                continue;
            }
            literal.push_str(before);
            let Some(end) = rest[at..].find('}') else {
                found.push(
                    Diagnostic::at(source.place(node.span.clone()), "`${` has no end", "expected `}`")
                        .help("a literal `${` is written `$${`"),
                );
                break;
            };
            if !literal.is_empty() {
                pieces.push(Piece::Text(std::mem::take(&mut literal)));
            }
            pieces.extend(Placeholder::read(source, node, &rest[at + 2..at + end], found).map(Piece::Placeholder));
            rest = &rest[at + end + 1..];
        }
        literal.push_str(rest);
        if !literal.is_empty() {
            pieces.push(Piece::Text(literal));
        }
        match &pieces[..] {
            [Piece::Placeholder(placeholder)] => Self::Placeholder(placeholder.clone()),
            _ => Self::Text(pieces),
        }
    }

    /// The value, with every name looked up.
    ///
    /// # Errors
    /// The first name that has no value, or a spread that is no object.
    pub fn resolve(&self, scope: &dyn Scope) -> Result<Node, Unbound> {
        Ok(match self {
            Self::Fixed(node) => node.clone(),
            Self::Placeholder(placeholder) => placeholder.resolve(scope)?,
            Self::Text(pieces) => {
                let mut text = String::new();
                for piece in pieces {
                    match piece {
                        Piece::Text(part) => text.push_str(part),
                        Piece::Placeholder(placeholder) => push_text(&mut text, &placeholder.resolve(scope)?),
                    }
                }
                Node::text(text)
            }
            Self::Array(items) => {
                let items: Result<_, _> = items.iter().map(|item| item.resolve(scope)).collect();
                Value::Array(items?).into()
            }
            Self::Object(slots) => {
                let mut members = Vec::with_capacity(slots.len());
                for slot in slots {
                    match slot {
                        Slot::Member(key, value) => members.push(Member {
                            key: key.clone(),
                            key_span: 0..0,
                            value: value.resolve(scope)?,
                        }),
                        Slot::Spread(value) => members.extend_from_slice(value.resolve(scope)?.members()),
                    }
                }
                Value::Object(members).into()
            }
        })
    }

    /// The value as text: a string as it is, anything else as its JSON text.
    ///
    /// # Errors
    /// As [`Template::resolve`].
    pub fn resolve_text(&self, scope: &dyn Scope) -> Result<String, Unbound> {
        Ok(match self.resolve(scope)?.value {
            Value::String(text) => text,
            other => Node::from(other).to_string(),
        })
    }

    /// Shows every placeholder to `visit`.
    pub fn placeholders<'t>(&'t self, visit: &mut dyn FnMut(&'t Placeholder)) {
        match self {
            Self::Fixed(_) => {}
            Self::Placeholder(placeholder) => visit(placeholder),
            Self::Text(pieces) => pieces.iter().for_each(|piece| {
                if let Piece::Placeholder(placeholder) = piece {
                    visit(placeholder);
                }
            }),
            Self::Array(items) => items.iter().for_each(|item| item.placeholders(visit)),
            Self::Object(slots) => slots.iter().for_each(|slot| match slot {
                Slot::Member(_, value) | Slot::Spread(value) => value.placeholders(visit),
            }),
        }
    }
}

/// Whether nothing in a value is to be put in place of anything.
fn is_fixed(node: &Node) -> bool {
    match &node.value {
        Value::String(text) => !text.contains("${"),
        Value::Array(items) => items.iter().all(is_fixed),
        Value::Object(members) => (members.iter()).all(|member| member.key != SPREAD && is_fixed(&member.value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => true,
    }
}

fn push_text(text: &mut String, value: &Node) {
    match value.as_str() {
        Some(part) => text.push_str(part),
        None => text.push_str(&value.to_string()),
    }
}

impl Placeholder {
    /// Reads what stands between `${` and `}`.
    fn read(source: &Source, node: &Node, inner: &str, found: &mut Vec<Diagnostic>) -> Option<Self> {
        let place = source.place(node.span.clone());
        let (path, transform) = match inner.split_once('|') {
            None => (inner.trim(), None),
            Some((path, name)) => {
                let name = name.trim();
                let Some((_, transform)) = TRANSFORMS.iter().find(|(known, _)| *known == name) else {
                    let names = TRANSFORMS.map(|(known, _)| known);
                    let mut diagnostic = Diagnostic::at(
                        place,
                        format!("unknown transform `{name}`"),
                        format!("expected one of {}", names.join(", ")),
                    );
                    if let Some(near) = nearest(name, names) {
                        diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
                    }
                    found.push(diagnostic);
                    return None;
                };
                (path.trim(), Some(*transform))
            }
        };
        let (name, shift) = match path.rfind(['+', '-']) {
            Some(at) if milliseconds(&path[at + 1..]).is_some() => {
                let amount = milliseconds(&path[at + 1..]).unwrap_or_default();
                let sign = if path[at..].starts_with('-') { -1 } else { 1 };
                (&path[..at], sign * amount)
            }
            _ => (path, 0),
        };
        let good =
            |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b));
        if !name.split('.').all(good) {
            found.push(
                Diagnostic::at(
                    place,
                    format!("`${{{inner}}}` is no name"),
                    "expected `${name}` or `${name.member}`",
                )
                .help("a name may be followed by a shift (`${now-290s}`) or a transform (`${name | percent}`)"),
            );
            return None;
        }
        Some(Self {
            name: name.to_owned(),
            shift,
            transform,
            span: node.span.clone(),
        })
    }

    /// The value, with shift and transform applied.
    ///
    /// # Errors
    /// When the name has no value, or a shift is asked of what is no integer.
    pub fn resolve(&self, scope: &dyn Scope) -> Result<Node, Unbound> {
        let unbound = || Unbound(self.name.clone());
        let mut value = scope.lookup(&self.name).ok_or_else(unbound)?;
        if self.shift != 0 {
            let unit = if self.name.ends_with(".ms") { 1 } else { 1000 };
            value = Node::integer(value.as_integer().ok_or_else(unbound)? + self.shift / unit);
        }
        if let Some(transform) = self.transform {
            let text = transform.apply(&value);
            // A token of digits has no other case: what should be another one would be the same.
            if transform == Transform::FlipCase && value.as_str() == Some(&text) {
                return Err(Unbound(format!("{} | {}", self.name, transform.name())));
            }
            scope.derived(&self.name, transform, &text);
            value = Node::text(text);
        }
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::json;

    struct Names;

    impl Scope for Names {
        fn lookup(&self, name: &str) -> Option<Node> {
            match name {
                "big" => Some(Value::Number("9007199254740993.0".into()).into()),
                "now" => Some(Node::integer(1000)),
                "now.ms" => Some(Node::integer(1_000_000)),
                "text" => Some(Node::text("aZ")),
                "digits" => Some(Node::text("0123")),
                "object" => json::parse(r#"{"a":1,"b":[]}"#).ok(),
                _ => None,
            }
        }
    }

    fn resolve(text: &str) -> Result<String, String> {
        let source = Source::new("t", text);
        let mut found = Vec::new();
        let node = json::parse(text).map_err(|error| error.to_string())?;
        let template = Template::read(&source, &node, &mut found);
        match found.pop() {
            Some(diagnostic) => Err(diagnostic.what),
            None => template
                .resolve(&Names)
                .map(|node| node.to_string())
                .map_err(|Unbound(name)| name),
        }
    }

    #[test]
    fn a_whole_placeholder_is_the_value_and_a_part_is_text() {
        for (text, value) in [
            (r#""${big}""#, "9007199254740993.0"),
            (r#""x${big}y""#, r#""x9007199254740993.0y""#),
            (r#"["${object}"]"#, r#"[{"a":1,"b":[]}]"#),
            (r#"{"...":"${object}","c":2}"#, r#"{"a":1,"b":[],"c":2}"#),
            (r#""$${big}""#, r#""${big}""#),
            (r#""${now-5m}""#, "700"),
            (r#""${now.ms+2s}""#, "1002000"),
            (r#""${text | percent}""#, r#""%61%5A""#),
            (r#""${text|flip-case}""#, r#""Az""#),
            (r#""${text | drop-last}""#, r#""a""#),
            (r#""${object | json}""#, r#""{\"a\":1,\"b\":[]}""#),
        ] {
            assert_eq!(resolve(text), Ok(value.to_owned()), "{text}");
        }
    }

    #[test]
    fn mistakes_are_told() {
        for (text, told) in [
            (r#""${none}""#, "none"),
            (r#""${text+1s}""#, "text"),
            (r#""${digits | flip-case}""#, "digits | flip-case"),
            (r#""${now""#, "`${` has no end"),
            (r#""${a b}""#, "`${a b}` is no name"),
            (r#""${text | upper}""#, "unknown transform `upper`"),
        ] {
            assert_eq!(resolve(text), Err(told.to_owned()), "{text}");
        }
    }
}
