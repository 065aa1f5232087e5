//! `blank`: absent or `null`.

use super::{Expectation, Found, Kind, Observation, ObservationKind, Subject, flatten, observation::shorten};
use crate::{syntax::json::Value, syntax::shape::Shape, syntax::template::Scope};

pub const KIND: Kind = Kind {
    key: "blank",
    text: "absent or `null`",
    shape: || Shape::Bool,
    options: Vec::new,
    sees: &[ObservationKind::Message, ObservationKind::Response],
    needs_bytes: false,
    read: |_| Some(Box::new(Blank)),
};

#[derive(Debug)]
struct Blank;

impl Expectation for Blank {
    fn judge(&self, subject: &Subject, seen: &Observation<'_>, scope: &dyn Scope) -> Found {
        flatten(subject.find(seen, scope).map(|node| match node {
            Some(node) if !matches!(node.value, Value::Null) => {
                subject.fails("absent or null", shorten(&node.to_string()))
            }
            _ => Found::Holds,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::super::trial::{of_text, of_values};

    #[test]
    fn absent_and_null_are_blank() {
        assert_eq!(of_text(r#"{"at": "/a", "blank": true}"#, "{}"), "holds");
        assert_eq!(of_text(r#"{"at": "/a", "blank": true}"#, r#"{"a":null}"#), "holds");
        assert_eq!(
            of_text(r#"{"at": "/a", "blank": true}"#, r#"{"a":[]}"#),
            "fails at /a: expected absent or null; seen []"
        );
    }

    #[test]
    fn a_message_that_is_no_json_has_no_places() {
        assert!(
            of_text(r#"{"at": "/a", "blank": true}"#, "pong")
                .starts_with("fails at /a: expected JSON; seen the text `pong`")
        );
        assert!(of_values(r#"{"blank": true}"#).starts_with("mistake: `blank` can't be asked here"));
        assert_eq!(
            of_values(r#"{"value": "${none}", "blank": true}"#),
            "unknown: `none` has no value"
        );
    }
}
