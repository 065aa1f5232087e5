//! `near`: a moment at most so far from another.

use super::{Expectation, Found, Kind, Observation, ObservationKind, Subject, flatten, observation::shorten, resolve};
use crate::{
    syntax::json::Node,
    syntax::shape::{Shape, milliseconds, one_of, optional, required},
    syntax::template::{Placeholder, Scope, Template},
};

pub const KIND: Kind = Kind {
    key: "near",
    text: "a number of seconds (or of `unit`) at most `within` from this one",
    shape: || Shape::Either(vec![Shape::Text, Shape::Integer]),
    options: || {
        vec![
            required("within", Shape::Duration, "the tolerance"),
            optional("unit", one_of(&["s", "ms"]), "what both numbers count; `s` if not said"),
        ]
    },
    sees: &[ObservationKind::Message, ObservationKind::Response],
    needs_bytes: false,
    read: |reader| {
        let centre = reader.template("near")?;
        let unit = match reader.member("unit").and_then(Node::as_str) {
            Some("ms") => 1.0,
            _ => 1000.0,
        };
        let tolerance = reader.member("within").and_then(Node::as_str).and_then(milliseconds)?;
        Some(Box::new(Near {
            centre,
            unit,
            tolerance,
        }))
    },
};

#[derive(Debug)]
struct Near {
    centre: Template,
    /// Milliseconds in one.
    unit: f64,
    /// Milliseconds.
    tolerance: i64,
}

impl Expectation for Near {
    fn judge(&self, subject: &Subject, seen: &Observation<'_>, scope: &dyn Scope) -> Found {
        flatten(self.compare(subject, seen, scope))
    }

    fn placeholders<'t>(&'t self, visit: &mut dyn FnMut(&'t Placeholder)) {
        self.centre.placeholders(visit);
    }
}

impl Near {
    fn compare(&self, subject: &Subject, seen: &Observation<'_>, scope: &dyn Scope) -> Result<Found, Found> {
        let centre = resolve(&self.centre, scope)?;
        let tolerance = self.tolerance as f64 / self.unit;
        let expected = format!("a number within {tolerance} of {centre}");
        let node = subject.take(seen, scope, &expected)?;
        let near = match (node.as_f64(), centre.as_f64()) {
            (Some(value), Some(centre)) => (value - centre).abs() <= tolerance,
            _ => false,
        };
        Ok(if near {
            Found::Holds
        } else {
            subject.fails(expected, shorten(&node.to_string()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::trial::{of_text, of_values};

    #[test]
    fn the_tolerance_counts_on_both_sides() {
        for value in ["1699999998", "1700000002"] {
            assert_eq!(of_text(r#"{"near": "${ts}", "within": "2s"}"#, value), "holds");
        }
        assert_eq!(
            of_text(r#"{"near": "${ts}", "within": "2s"}"#, "1700000003"),
            "fails: expected a number within 2 of 1700000000; seen 1700000003"
        );
        assert_eq!(
            of_text(r#"{"near": 1000, "within": "2s", "unit": "ms"}"#, "2900"),
            "holds"
        );
    }

    #[test]
    fn a_text_is_near_nothing() {
        assert_eq!(
            of_text(r#"{"near": 5, "within": "1s"}"#, r#""5""#),
            r#"fails: expected a number within 1 of 5; seen "5""#
        );
        assert_eq!(
            of_text(r#"{"near": "${none}", "within": "1s"}"#, "5"),
            "unknown: `none` has no value"
        );
        assert!(of_values(r#"{"near": 5, "within": "1s"}"#).starts_with("mistake: `near` can't be asked here"));
    }
}
