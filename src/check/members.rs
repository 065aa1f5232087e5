//! `in`: equal to one of several values.

use super::{Expectation, Found, Kind, Observation, ObservationKind, Subject, flatten, observation::shorten, resolve};
use crate::{
    syntax::json::Node,
    syntax::shape::{Shape, list},
    syntax::template::{Placeholder, Scope, Template},
};

pub const KIND: Kind = Kind {
    key: "in",
    text: "equal to one of these values",
    shape: || Shape::Either(vec![list(Shape::Any), Shape::Text]),
    options: Vec::new,
    sees: &[ObservationKind::Message, ObservationKind::Response],
    needs_bytes: false,
    read: |reader| Some(Box::new(Members(reader.template("in")?))),
};

#[derive(Debug)]
struct Members(Template);

impl Expectation for Members {
    fn judge(&self, subject: &Subject, seen: &Observation<'_>, scope: &dyn Scope) -> Found {
        flatten(resolve(&self.0, scope).and_then(|all| {
            let names: Vec<String> = all.items().iter().map(Node::to_string).collect();
            let expected = format!("one of {}", shorten(&names.join(", ")));
            let node = subject.take(seen, scope, &expected)?;
            Ok(if all.items().iter().any(|value| node.same(value)) {
                Found::Holds
            } else {
                subject.fails(expected, shorten(&node.to_string()))
            })
        }))
    }

    fn placeholders<'t>(&'t self, visit: &mut dyn FnMut(&'t Placeholder)) {
        self.0.placeholders(visit);
    }
}

#[cfg(test)]
mod tests {
    use super::super::trial::{of_text, of_values};

    #[test]
    fn one_of_the_values_is_enough() {
        assert_eq!(of_text(r#"{"at": "/n", "in": [1, "${five}"]}"#, r#"{"n":5}"#), "holds");
        assert_eq!(
            of_text(r#"{"at": "/n", "in": [1, "a"]}"#, r#"{"n":2}"#),
            r#"fails at /n: expected one of 1, "a"; seen 2"#
        );
    }

    #[test]
    fn without_a_value_nothing_can_be_told() {
        assert_eq!(of_text(r#"{"in": ["${none}"]}"#, "1"), "unknown: `none` has no value");
        assert!(of_values(r#"{"in": [1]}"#).starts_with("mistake: `in` can't be asked here"));
        assert_eq!(of_values(r#"{"value": "${five}", "in": [5]}"#), "holds");
    }
}
