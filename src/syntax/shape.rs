//! The shapes of the files that authors write, said once: what refuses a wrong file with its place, and what a JSON Schema
//! for editors is made from.
//!
//! A shape is data, so a suite's manifest can extend the shape of a target profile without any Rust.

use serde_json::{Map, Value as Json, json};

use crate::{
    syntax::diagnostic::{Diagnostic, nearest},
    syntax::json::{Node, Value},
    syntax::source::Source,
};

/// What a value may look like.
#[derive(Clone, Debug)]
pub enum Shape {
    Any,
    Bool,
    Text,
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

impl Shapes {
    fn definition(&self, name: &str) -> &Shape {
        self.definitions
            .iter()
            .find(|(known, _)| *known == name)
            .map_or(&Shape::Any, |(_, shape)| shape)
    }

    /// Every way in which `node` leaves the shape.
    pub fn check(&self, source: &Source, node: &Node) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        self.visit(source, node, &self.root, &mut found);
        found
    }

    fn visit(&self, source: &Source, node: &Node, shape: &Shape, found: &mut Vec<Diagnostic>) {
        let wrong = |expected: String| {
            Diagnostic::at(
                source.place(node.span.clone()),
                format!("expected {expected}, found {}", article(node.type_name())),
                format!("expected {expected}"),
            )
        };
        let no = |expected: &str| match node.as_str() {
            Some(text) => Diagnostic::at(
                source.place(node.span.clone()),
                format!("`{text}` is not {expected}"),
                format!("expected {expected}"),
            ),
            None => wrong(expected.to_owned()),
        };
        match shape {
            Shape::Any => {
                for child in node.items() {
                    self.visit(source, child, shape, found);
                }
                repeated(source, node, found);
                for member in node.members() {
                    self.visit(source, &member.value, shape, found);
                }
            }
            Shape::Named(name) => self.visit(source, node, self.definition(name), found),
            Shape::Bool if node.as_bool().is_some() => {}
            Shape::Bool => found.push(wrong("true or false".into())),
            Shape::Integer if node.as_integer().is_some() => {}
            Shape::Integer => found.push(wrong("a whole number".into())),
            Shape::Text if node.as_str().is_some() => {}
            Shape::Text => found.push(wrong("a string".into())),
            Shape::Duration if node.as_str().is_some_and(|text| milliseconds(text).is_some()) => {}
            Shape::Duration => {
                found.push(no("a duration").help("write a number and a unit: `250ms`, `2s`, `5m`, `1h`, `1d`"));
            }
            Shape::Span if node.as_str().is_some_and(|text| text.contains("${")) => {}
            Shape::Span => self.visit(source, node, &Shape::Duration, found),
            Shape::Pointer
                if node
                    .as_str()
                    .is_some_and(|text| text.is_empty() || text.starts_with('/')) => {}
            Shape::Pointer => {
                found.push(no("a JSON Pointer").help("a pointer is empty or begins with `/`: `/result/data`"));
            }
            Shape::OneOf(words) => match node.as_str() {
                Some(text) if words.iter().any(|word| word == text) => {}
                Some(text) => {
                    let all = words
                        .iter()
                        .map(|word| format!("`{word}`"))
                        .collect::<Vec<_>>()
                        .join(", ");
                    let mut diagnostic = Diagnostic::at(
                        source.place(node.span.clone()),
                        format!("unknown word `{text}`"),
                        format!("expected one of {all}"),
                    );
                    if let Some(word) = nearest(text, words.iter().map(String::as_str)) {
                        diagnostic = diagnostic.help(format!("did you mean `{word}`?"));
                    }
                    found.push(diagnostic);
                }
                None => found.push(wrong("a string".into())),
            },
            Shape::List(item) => match &node.value {
                Value::Array(items) => items.iter().for_each(|child| self.visit(source, child, item, found)),
                _ => found.push(wrong("a list".into())),
            },
            Shape::Map(item) => match &node.value {
                Value::Object(members) => {
                    repeated(source, node, found);
                    members.iter().for_each(|m| self.visit(source, &m.value, item, found));
                }
                _ => found.push(wrong("an object".into())),
            },
            Shape::Record(fields) => match &node.value {
                Value::Object(_) => self.record(source, node, fields, found),
                _ => found.push(wrong("an object".into())),
            },
            Shape::Tagged(variants) => match &node.value {
                Value::Object(_) => self.tagged(source, node, variants, found),
                _ => found.push(wrong("an object".into())),
            },
            Shape::Either(shapes) => match shapes.iter().find(|shape| self.fits(node, shape)) {
                Some(shape) => self.visit(source, node, shape, found),
                None => {
                    let names: Vec<String> = shapes.iter().map(|shape| self.name(shape)).collect();
                    found.push(wrong(names.join(" or ")));
                }
            },
        }
    }

    fn record(&self, source: &Source, node: &Node, fields: &[Field], found: &mut Vec<Diagnostic>) {
        repeated(source, node, found);
        for member in node.members() {
            match fields.iter().find(|field| field.key == member.key) {
                Some(field) => self.visit(source, &member.value, &field.shape, found),
                None => found.push(unknown(source, member, fields.iter().map(|field| field.key.as_str()))),
            }
        }
        // A key that is there and misspelt is one mistake, not two.
        let misspelt = |key: &str| {
            let mut members = node.members().iter();
            members.any(|member| {
                fields.iter().all(|field| field.key != member.key)
                    && nearest(&member.key, fields.iter().map(|field| field.key.as_str())) == Some(key)
            })
        };
        for field in fields.iter().filter(|field| field.required) {
            if node.member(&field.key).is_none() && !misspelt(&field.key) {
                let place = source.place(node.span.start..node.span.start + 1);
                let what = format!("the key `{}` is missing", field.key);
                found.push(Diagnostic::at(
                    place,
                    what,
                    format!("needs `{}`: {}", field.key, field.text),
                ));
            }
        }
    }

    fn tagged(&self, source: &Source, node: &Node, variants: &[Variant], found: &mut Vec<Diagnostic>) {
        let present: Vec<&Variant> = variants.iter().filter(|v| node.member(v.key).is_some()).collect();
        // A key may be one variant's own and another's option (`expect` with `close`): the first in table order decides.
        match present.first() {
            Some(variant) => {
                let before = found.len();
                self.record(source, node, &variant.fields, found);
                // A key may be one variant's own and another's option: what the first knows is no second.
                let known = |key: &str| variant.fields.iter().any(|field| field.key == key);
                if let Some(other) = present.iter().find(|other| !known(other.key)) {
                    let mistakes = found.split_off(before);
                    found.extend(one_of_two(mistakes, source, node, variant, other));
                }
            }
            None => {
                let keys = variants.iter().map(|v| v.key);
                let all = keys
                    .clone()
                    .map(|key| format!("`{key}`"))
                    .collect::<Vec<_>>()
                    .join(", ");
                let place = source.place(node.span.start..node.span.start + 1);
                let mut diagnostic = Diagnostic::at(
                    place,
                    "this object says nothing that is known",
                    format!("needs one of {all}"),
                );
                let near = node.members().iter().find_map(|m| nearest(&m.key, keys.clone()));
                if let Some(key) = near {
                    diagnostic = diagnostic.help(format!("did you mean `{key}`?"));
                }
                found.push(diagnostic);
            }
        }
    }

    fn fits(&self, node: &Node, shape: &Shape) -> bool {
        match shape {
            Shape::Named(name) => self.fits(node, self.definition(name)),
            Shape::Any => true,
            Shape::Bool => node.as_bool().is_some(),
            Shape::Integer => matches!(node.value, Value::Number(_)),
            Shape::Text | Shape::Duration | Shape::Span | Shape::Pointer | Shape::OneOf(_) => node.as_str().is_some(),
            Shape::List(_) => matches!(node.value, Value::Array(_)),
            Shape::Map(_) | Shape::Record(_) | Shape::Tagged(_) => matches!(node.value, Value::Object(_)),
            Shape::Either(shapes) => shapes.iter().any(|shape| self.fits(node, shape)),
        }
    }

    fn name(&self, shape: &Shape) -> String {
        match shape {
            Shape::Named(name) => self.name(self.definition(name)),
            Shape::Any => "anything".into(),
            Shape::Bool => "true or false".into(),
            Shape::Integer => "a whole number".into(),
            Shape::Text | Shape::OneOf(_) => "a string".into(),
            Shape::Duration | Shape::Span => "a duration".into(),
            Shape::Pointer => "a JSON Pointer".into(),
            Shape::List(_) => "a list".into(),
            Shape::Map(_) | Shape::Record(_) | Shape::Tagged(_) => "an object".into(),
            Shape::Either(shapes) => {
                let names: Vec<String> = shapes.iter().map(|shape| self.name(shape)).collect();
                names.join(" or ")
            }
        }
    }

    /// The JSON Schema (2020-12) for editors.
    pub fn schema(&self) -> Json {
        let definitions: Map<String, Json> = self
            .definitions
            .iter()
            .map(|(name, shape)| ((*name).to_owned(), schema(shape)))
            .collect();
        let mut root = schema(&self.root);
        if let Some(root) = root.as_object_mut() {
            root.shift_insert(
                0,
                "$schema".into(),
                "https://json-schema.org/draft/2020-12/schema".into(),
            );
            root.shift_insert(1, "title".into(), self.title.into());
            if !definitions.is_empty() {
                root.insert("$defs".into(), Json::Object(definitions));
            }
        }
        root
    }
}

fn article(type_name: &str) -> String {
    match type_name {
        "null" => "null".into(),
        "array" | "object" | "integer" => format!("an {type_name}"),
        other => format!("a {other}"),
    }
}

fn repeated(source: &Source, node: &Node, found: &mut Vec<Diagnostic>) {
    let members = node.members();
    for (i, member) in members.iter().enumerate() {
        if members[..i].iter().any(|earlier| earlier.key == member.key) {
            found.push(Diagnostic::at(
                source.place(member.key_span.clone()),
                format!("the key `{}` is repeated", member.key),
                "a key may stand once in an object",
            ));
        }
    }
}

/// Where an object has the keys of two variants, what is wrong is that there are two: no word of the other's keys.
fn one_of_two(
    mistakes: Vec<Diagnostic>,
    source: &Source,
    node: &Node,
    chosen: &Variant,
    other: &Variant,
) -> Vec<Diagnostic> {
    let of_other = |mistake: &Diagnostic| {
        let at = mistake.place.as_ref().map(|place| place.span.start);
        let member = node.members().iter().find(|member| Some(member.key_span.start) == at);
        member.is_some_and(|member| {
            let has = |variant: &Variant| variant.fields.iter().any(|field| field.key == member.key);
            has(other) && !has(chosen)
        })
    };
    let span = node.members().iter().find(|member| member.key == other.key);
    let span = span.map_or(node.span.clone(), |member| member.key_span.clone());
    let what = format!("`{}` and `{}` can't stand in one object", chosen.key, other.key);
    let label = format!("`{}` is said already", chosen.key);
    let two = Diagnostic::at(source.place(span), what, label).help(format!(
        "make two objects of it, one with `{}` and one with `{}`",
        chosen.key, other.key
    ));
    std::iter::once(two)
        .chain(mistakes.into_iter().filter(|mistake| !of_other(mistake)))
        .collect()
}

fn unknown<'a>(
    source: &Source,
    member: &crate::syntax::json::Member,
    known: impl Iterator<Item = &'a str> + Clone,
) -> Diagnostic {
    let all = known
        .clone()
        .map(|key| format!("`{key}`"))
        .collect::<Vec<_>>()
        .join(", ");
    let diagnostic = Diagnostic::at(
        source.place(member.key_span.clone()),
        format!("unknown key `{}`", member.key),
        if all.is_empty() {
            "no key is known here".to_owned()
        } else {
            format!("expected one of {all}")
        },
    );
    // TOML reads a dot in a bare key as a table in a table.
    let dotted = format!("{}.", member.key);
    if let Some(whole) = known.clone().find(|key| key.starts_with(&dotted)) {
        return diagnostic.help(format!("did you mean `\"{whole}\"`? A key with dots stands in quotes"));
    }
    match nearest(&member.key, known) {
        Some(key) => diagnostic.help(format!("did you mean `{key}`?")),
        None => diagnostic,
    }
}

fn schema(shape: &Shape) -> Json {
    match shape {
        Shape::Any => json!({}),
        Shape::Bool => json!({"type": "boolean"}),
        Shape::Text => json!({"type": "string"}),
        Shape::Integer => json!({"type": "integer"}),
        Shape::Duration => json!({"type": "string", "pattern": "^[0-9]+(ms|s|m|h|d)$"}),
        Shape::Span => json!({"type": "string", "pattern": "^[0-9]+(ms|s|m|h|d)$|\\$\\{"}),
        Shape::Pointer => json!({"type": "string", "pattern": "^(/.*)?$"}),
        Shape::OneOf(words) => json!({"enum": words}),
        Shape::List(item) => json!({"type": "array", "items": schema(item)}),
        Shape::Map(item) => json!({"type": "object", "additionalProperties": schema(item)}),
        Shape::Record(fields) => record_schema(fields),
        Shape::Tagged(variants) => {
            // A chain of conditions, not `oneOf`: an editor then complains about the one key that is wrong.
            variants.iter().rev().fold(
                json!({"required": variants.first().map(|v| [v.key])}),
                |otherwise, variant| {
                    let mut then = record_schema(&variant.fields);
                    if let Some(then) = then.as_object_mut() {
                        then.insert("description".into(), variant.text.into());
                    }
                    json!({"if": {"required": [variant.key]}, "then": then, "else": otherwise})
                },
            )
        }
        Shape::Either(shapes) => json!({"anyOf": shapes.iter().map(schema).collect::<Vec<_>>()}),
        Shape::Named(name) => json!({"$ref": format!("#/$defs/{name}")}),
    }
}

fn record_schema(fields: &[Field]) -> Json {
    let mut properties = Map::new();
    for field in fields {
        let mut value = schema(&field.shape);
        if let Some(value) = value.as_object_mut() {
            value.insert("description".into(), field.text.clone().into());
        }
        properties.insert(field.key.clone(), value);
    }
    let needed: Vec<&str> = fields.iter().filter(|f| f.required).map(|f| f.key.as_str()).collect();
    json!({"type": "object", "properties": properties, "required": needed, "additionalProperties": false})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::json;

    fn shapes() -> Shapes {
        Shapes {
            title: "a test",
            root: Shape::Record(vec![
                required("name", Shape::Text, "its name"),
                optional("wait", Shape::Duration, "how long"),
                optional("steps", list(Shape::Named("step")), "what to do"),
            ]),
            definitions: vec![(
                "step",
                Shape::Tagged(vec![Variant {
                    key: "send",
                    text: "sends",
                    fields: vec![
                        required("send", one_of(&["ping", "pong"]), "what"),
                        optional("steps", list(Shape::Named("step")), "more"),
                    ],
                }]),
            )],
        }
    }

    fn mistakes(text: &str) -> Vec<String> {
        let source = Source::new("t", text);
        let node = json::parse(text).unwrap_or_else(|error| panic!("{error}"));
        shapes().check(&source, &node).into_iter().map(|d| d.what).collect()
    }

    #[test]
    fn all_mistakes_are_found_at_once() {
        assert_eq!(
            mistakes(r#"{"name": "x", "wait": "2s", "steps": [{"send": "ping"}]}"#),
            Vec::<String>::new()
        );
        assert_eq!(
            mistakes(
                r#"{"nam": 1, "wait": "2", "wait": "1s", "steps": [{"sen": 1}, {"send": "pig"}, {"send": 3}, 4]}"#
            ),
            [
                "the key `wait` is repeated",
                "unknown key `nam`",
                "`2` is not a duration",
                "this object says nothing that is known",
                "unknown word `pig`",
                "expected a string, found an integer",
                "expected an object, found an integer",
            ]
        );
    }

    #[test]
    fn the_schema_agrees_with_the_shape() {
        let schema = jsonschema::validator_for(&shapes().schema()).unwrap_or_else(|error| panic!("{error}"));
        for text in [
            r#"{"name": "x", "wait": "2s", "steps": [{"send": "ping", "steps": []}]}"#,
            r#"{"name": "x", "wait": "2"}"#,
            r#"{"nam": "x"}"#,
            r#"{"name": "x", "steps": [{"sen": 1}]}"#,
            r#"{"name": "x", "steps": [{"send": "pig"}]}"#,
        ] {
            let value: Json = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(schema.is_valid(&value), mistakes(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn durations_have_units() {
        assert_eq!(milliseconds("5m"), Some(300_000));
        for bad in ["5", "", "ms", "-1s", "1 s", "99999999999999999999d"] {
            assert_eq!(milliseconds(bad), None, "{bad}");
        }
    }
}
