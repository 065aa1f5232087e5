//! `present`: whether the place exists; a `null` there is present.

use super::{Expectation, Found, Kind, Observation, ObservationKind, Subject, flatten, observation::shorten};
use crate::{syntax::json::Node, syntax::shape::Shape, syntax::template::Scope};

pub const KIND: Kind = Kind {
    key: "present",
    text: "`true`: the place exists; `false`: it does not",
    shape: || Shape::Bool,
    options: Vec::new,
    sees: &[ObservationKind::Message, ObservationKind::Response],
    needs_bytes: false,
    read: |reader| Some(Box::new(Present(reader.member("present").and_then(Node::as_bool)?))),
};

#[derive(Debug)]
struct Present(bool);

impl Expectation for Present {
    fn judge(&self, subject: &Subject, seen: &Observation<'_>, scope: &dyn Scope) -> Found {
        flatten(subject.find(seen, scope).map(|node| match (self.0, node) {
            (true, None) => subject.fails("a value", format!("nothing there; the message was {}", seen.show())),
            (false, Some(node)) => subject.fails("nothing", shorten(&node.to_string())),
            _ => Found::Holds,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::super::trial::{of_text, of_values};

    #[test]
    fn a_null_is_present() {
        assert_eq!(of_text(r#"{"at": "/a", "present": true}"#, r#"{"a":null}"#), "holds");
        assert_eq!(of_text(r#"{"at": "/b", "present": false}"#, r#"{"a":null}"#), "holds");
        assert_eq!(
            of_text(r#"{"at": "/a", "present": false}"#, r#"{"a":null}"#),
            "fails at /a: expected nothing; seen null"
        );
        assert_eq!(
            of_text(r#"{"at": "/a", "present": true}"#, "{}"),
            "fails at /a: expected a value; seen nothing there; the message was the text `{}`"
        );
    }

    #[test]
    fn a_message_that_is_no_json_has_no_places() {
        assert!(of_text(r#"{"at": "/a", "present": false}"#, "x").starts_with("fails at /a: expected JSON"));
        assert!(of_values(r#"{"at": "/a", "present": true}"#).starts_with("mistake: `present` can't be asked here"));
    }
}
