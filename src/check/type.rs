//! `type`: the JSON type of a value; a number with no fractional part is an `integer` and a `number`.

use super::{Expectation, Found, Kind, Observation, ObservationKind, Subject, flatten, observation::shorten};
use crate::{
    syntax::json::Node,
    syntax::shape::{Shape, list, one_of},
    syntax::template::Scope,
};

const TYPES: [&str; 7] = ["string", "integer", "number", "boolean", "null", "array", "object"];

pub const KIND: Kind = Kind {
    key: "type",
    text: "of this JSON type, or of one of a list of types",
    shape: || Shape::Either(vec![one_of(&TYPES), list(one_of(&TYPES))]),
    options: Vec::new,
    sees: &[ObservationKind::Message, ObservationKind::Response],
    needs_bytes: false,
    read: |reader| {
        let node = reader.member("type")?;
        let one = node.as_str().into_iter();
        let all = one
            .chain(node.items().iter().filter_map(Node::as_str))
            .map(str::to_owned);
        Some(Box::new(Type(all.collect())))
    },
};

#[derive(Debug)]
struct Type(Vec<String>);

impl Expectation for Type {
    fn judge(&self, subject: &Subject, seen: &Observation<'_>, scope: &dyn Scope) -> Found {
        let expected = format!("a value of type {}", self.0.join(" or "));
        flatten(subject.take(seen, scope, &expected).map(|node| {
            let name = node.type_name();
            let fits = |wanted: &String| wanted == name || (wanted == "number" && name == "integer");
            if self.0.iter().any(fits) {
                Found::Holds
            } else {
                subject.fails(expected.clone(), format!("{name} {}", shorten(&node.to_string())))
            }
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::super::trial::{of_text, of_values};

    #[test]
    fn an_integer_is_a_number_too() {
        assert_eq!(of_text(r#"{"type": "integer"}"#, "1"), "holds");
        assert_eq!(of_text(r#"{"type": "number"}"#, "1"), "holds");
        assert_eq!(of_text(r#"{"type": ["null", "string"]}"#, "null"), "holds");
        assert_eq!(
            of_text(r#"{"type": ["integer", "string"]}"#, "1.5"),
            "fails: expected a value of type integer or string; seen number 1.5"
        );
    }

    #[test]
    fn nothing_has_no_type() {
        assert_eq!(
            of_text(r#"{"at": "/a", "type": "null"}"#, "{}"),
            "fails at /a: expected a value of type null; seen nothing there; the message was the text `{}`"
        );
        assert!(of_values(r#"{"type": "null"}"#).starts_with("mistake: `type` can't be asked here"));
        assert_eq!(
            of_values(r#"{"value": "${none}", "type": "null"}"#),
            "unknown: `none` has no value"
        );
    }
}
