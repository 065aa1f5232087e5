//! `nowhere`: no object of the value has this key, however deep.

use super::{Expectation, Found, Kind, Observation, ObservationKind, Subject, flatten, observation::shorten};
use crate::{syntax::shape::Shape, syntax::template::Scope};

pub const KIND: Kind = Kind {
    key: "nowhere",
    text: "no object, however deep, has this key",
    shape: || Shape::Literal,
    options: Vec::new,
    sees: &[ObservationKind::Message, ObservationKind::Response],
    needs_bytes: false,
    read: |reader| Some(Box::new(Nowhere(reader.text("nowhere")?))),
};

#[derive(Debug)]
struct Nowhere(String);

impl Expectation for Nowhere {
    fn judge(&self, subject: &Subject, seen: &Observation<'_>, scope: &dyn Scope) -> Found {
        flatten(subject.find(seen, scope).map(|node| match node {
            Some(node) if node.has_key_anywhere(&self.0) => {
                subject.fails(format!("no member `{}` anywhere", self.0), shorten(&node.to_string()))
            }
            _ => Found::Holds,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::super::trial::{of_text, of_values};

    #[test]
    fn a_key_is_found_however_deep() {
        assert_eq!(of_text(r#"{"nowhere": "a"}"#, r#"{"b":[{"c":"a"}]}"#), "holds");
        assert_eq!(of_text(r#"{"at": "/none", "nowhere": "a"}"#, "{}"), "holds");
        assert_eq!(
            of_text(r#"{"nowhere": "a"}"#, r#"{"b":[{"a":1}]}"#),
            r#"fails: expected no member `a` anywhere; seen {"b":[{"a":1}]}"#
        );
    }

    #[test]
    fn what_can_not_be_read_can_not_be_told() {
        let deep = format!("{}{}", "[".repeat(300), "]".repeat(300));
        assert!(of_text(r#"{"nowhere": "a"}"#, &deep).starts_with("unknown: the message can't be read: "));
        assert!(of_values(r#"{"nowhere": "a"}"#).starts_with("mistake: `nowhere` can't be asked here"));
    }
}
