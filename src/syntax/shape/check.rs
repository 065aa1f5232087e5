//! What refuses a wrong file, with its place.

use super::{Field, Shape, Shapes, Variant, milliseconds};
use crate::{
    syntax::diagnostic::{Diagnostic, nearest},
    syntax::json::{Member, Node, Value},
    syntax::source::{Place, Source},
};

const POINTER: &str = "a pointer is empty or begins with `/`: `/result/data`";

fn is_pointer(text: &str) -> bool {
    text.is_empty() || text.starts_with('/')
}

fn unfilled(place: Place) -> Diagnostic {
    Diagnostic::at(
        place,
        "no name is filled in here",
        "it would be taken as it stands, `${` and all",
    )
    .help("names are filled in where values are, not where places and keys are")
}

/// Whether the key of a member is a JSON Pointer; says so if not.
pub fn check_pointer_key(source: &Source, member: &Member, found: &mut Vec<Diagnostic>) {
    let place = || source.place(member.key_span.clone());
    if member.key.contains("${") {
        found.push(unfilled(place()));
    } else if !is_pointer(&member.key) {
        let diagnostic = Diagnostic::at(place(), "not a place", "expected a JSON Pointer");
        found.push(diagnostic.help(POINTER));
    }
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
            Shape::Literal | Shape::Pointer if node.as_str().is_some_and(|text| text.contains("${")) => {
                found.push(unfilled(source.place(node.span.clone())));
            }
            Shape::Literal if node.as_str().is_some() => {}
            Shape::Literal => found.push(no("a string")),
            Shape::Pointer if node.as_str().is_some_and(is_pointer) => {}
            Shape::Pointer => {
                found.push(no("a JSON Pointer").help(POINTER));
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
            Shape::Text | Shape::Literal | Shape::Duration | Shape::Span | Shape::Pointer | Shape::OneOf(_) => {
                node.as_str().is_some()
            }
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
            Shape::Text | Shape::Literal | Shape::OneOf(_) => "a string".into(),
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
