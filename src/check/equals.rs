//! `equals`: a value equal to another, as JSON, token by token, or byte by byte.

use super::{
    CheckReader, Expectation, Found, Kind, Observation, ObservationKind, Subject, flatten, observation::shorten,
    resolve,
};
use crate::{
    syntax::json::Node,
    syntax::shape::{Field, Shape, one_of, optional},
    syntax::template::{Placeholder, Scope, Template},
};

pub const KIND: Kind = Kind {
    key: "equals",
    text: "equal to this value",
    shape: || Shape::Any,
    options: || vec![comparison_field()],
    sees: &[ObservationKind::Message, ObservationKind::Response],
    needs_bytes: false,
    read: |reader| {
        let template = reader.template("equals")?;
        Some(Box::new(Equals {
            comparison: Comparison::read(reader),
            template,
        }))
    },
};

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// Numbers by value, objects without regard to order.
    Json,
    /// Numbers by token, members in order.
    Exact,
    /// The same text.
    Bytes,
}

/// The option that chooses a comparison.
pub fn comparison_field() -> Field {
    optional(
        "as",
        one_of(&["json", "exact", "bytes"]),
        "`json` (default): by value; `exact`: number tokens and order of members too; `bytes`: the same text",
    )
}

impl Comparison {
    /// The comparison that a check asks for.
    pub fn read(reader: &CheckReader<'_>) -> Self {
        match reader.member("as").and_then(Node::as_str) {
            Some("exact") => Self::Exact,
            Some("bytes") => Self::Bytes,
            _ => Self::Json,
        }
    }

    /// Compares the value at `subject` with `expected`, whose text is `text`.
    pub fn compare(
        self,
        subject: &Subject,
        seen: &Observation<'_>,
        scope: &dyn Scope,
        expected: &Node,
        text: &str,
    ) -> Result<Found, Found> {
        let shown = shorten(text);
        let node = subject.take(seen, scope, &shown)?;
        // The message's own bytes, not a text made again from what was read.
        let found = match (self, subject) {
            (Self::Bytes, Subject::At(_)) => seen
                .text()
                .and_then(|all| all.get(node.span.clone()))
                .map_or_else(|| node.to_string(), str::to_owned),
            _ => node.to_string(),
        };
        let equal = match self {
            Self::Json => node.same(expected),
            Self::Exact => node.same_exactly(expected),
            Self::Bytes => found == text,
        };
        Ok(if equal {
            Found::Holds
        } else {
            subject.fails(shown, shorten(&found))
        })
    }
}

#[derive(Debug)]
struct Equals {
    template: Template,
    comparison: Comparison,
}

impl Expectation for Equals {
    fn judge(&self, subject: &Subject, seen: &Observation<'_>, scope: &dyn Scope) -> Found {
        flatten(resolve(&self.template, scope).and_then(|expected| {
            let text = expected.to_string();
            self.comparison.compare(subject, seen, scope, &expected, &text)
        }))
    }

    fn placeholders<'t>(&'t self, visit: &mut dyn FnMut(&'t Placeholder)) {
        self.template.placeholders(visit);
    }
}

#[cfg(test)]
mod tests {
    use super::super::trial::{of_text, of_values};

    #[test]
    fn as_json_numbers_are_compared_by_value_and_members_in_any_order() {
        assert_eq!(
            of_text(r#"{"equals": {"a": 1, "b": "${five}"}}"#, r#"{"b":5.0,"a":1e0}"#),
            "holds"
        );
        assert_eq!(
            of_text(r#"{"at": "/a", "equals": 1}"#, r#"{"a":"1"}"#),
            r#"fails at /a: expected 1; seen "1""#
        );
        assert_eq!(of_values(r#"{"value": "${word}", "equals": "word"}"#), "holds");
    }

    #[test]
    fn exactly_spelling_and_order_count() {
        assert_eq!(of_text(r#"{"equals": 1, "as": "exact"}"#, "1"), "holds");
        assert_eq!(
            of_text(r#"{"equals": 1, "as": "exact"}"#, "1.0"),
            "fails: expected 1; seen 1.0"
        );
        assert!(of_text(r#"{"equals": {"a": 1, "b": 2}, "as": "exact"}"#, r#"{"b":2,"a":1}"#).starts_with("fails"));
    }

    #[test]
    fn as_bytes_the_text_itself_counts() {
        assert_eq!(
            of_text(r#"{"at": "/a", "equals": [1], "as": "bytes"}"#, r#"{"a":[1]}"#),
            "holds"
        );
        assert_eq!(
            of_text(r#"{"at": "/a", "equals": [1], "as": "bytes"}"#, r#"{"a":[ 1 ]}"#),
            "fails at /a: expected [1]; seen [ 1 ]"
        );
    }

    #[test]
    fn without_a_value_nothing_can_be_told() {
        assert_eq!(of_text(r#"{"equals": "${none}"}"#, "1"), "unknown: `none` has no value");
        assert!(of_values(r#"{"equals": 1}"#).starts_with("mistake: `equals` can't be asked here"));
    }
}
