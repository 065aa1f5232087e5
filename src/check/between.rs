//! `between`: a number in a closed range.

use super::{Expectation, Found, Kind, Observation, ObservationKind, Subject, flatten, observation::shorten, resolve};
use crate::{
    syntax::diagnostic::Diagnostic,
    syntax::shape::{Shape, list},
    syntax::template::{Placeholder, Scope, Template},
};

pub const KIND: Kind = Kind {
    key: "between",
    text: "a number in this closed range `[low, high]`",
    shape: || list(Shape::Any),
    options: Vec::new,
    sees: &[ObservationKind::Message, ObservationKind::Response],
    needs_bytes: false,
    read: |reader| {
        let node = reader.member("between")?;
        let [low, high] = node.items() else {
            let place = reader.source.place(node.span.clone());
            let what = "a range has two ends";
            (reader.found).push(Diagnostic::at(place, what, "expected `[low, high]`"));
            return None;
        };
        if let (Some(from), Some(to)) = (low.as_f64(), high.as_f64())
            && from > to
        {
            let place = reader.source.place(node.span.clone());
            let what = format!("no number is from {low} to {high}");
            (reader.found)
                .push(Diagnostic::at(place, what, "expected `[low, high]`").help(format!("write `[{high}, {low}]`")));
        }
        Some(Box::new(Between {
            low: Template::read(reader.source, low, reader.found),
            high: Template::read(reader.source, high, reader.found),
        }))
    },
};

#[derive(Debug)]
struct Between {
    low: Template,
    high: Template,
}

impl Expectation for Between {
    fn judge(&self, subject: &Subject, seen: &Observation<'_>, scope: &dyn Scope) -> Found {
        flatten(self.compare(subject, seen, scope))
    }

    fn placeholders<'t>(&'t self, visit: &mut dyn FnMut(&'t Placeholder)) {
        self.low.placeholders(visit);
        self.high.placeholders(visit);
    }
}

impl Between {
    fn compare(&self, subject: &Subject, seen: &Observation<'_>, scope: &dyn Scope) -> Result<Found, Found> {
        let (low, high) = (resolve(&self.low, scope)?, resolve(&self.high, scope)?);
        let expected = format!("a number from {low} to {high}");
        let node = subject.take(seen, scope, &expected)?;
        let inside = match (low.as_f64(), node.as_f64(), high.as_f64()) {
            (Some(low), Some(value), Some(high)) => (low..=high).contains(&value),
            _ => false,
        };
        Ok(if inside {
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
    fn both_ends_are_inside() {
        for value in ["1", "5", "2.5"] {
            assert_eq!(
                of_text(
                    r#"{"at": "/n", "between": [1, "${five}"]}"#,
                    &format!(r#"{{"n":{value}}}"#)
                ),
                "holds"
            );
        }
        assert_eq!(of_values(r#"{"value": "${five}", "between": [5, 5]}"#), "holds");
    }

    #[test]
    fn what_is_outside_or_no_number_is_told() {
        let told = |text| of_text(r#"{"at": "/n", "between": [1, "${five}"]}"#, text);
        assert_eq!(told(r#"{"n":6}"#), "fails at /n: expected a number from 1 to 5; seen 6");
        assert_eq!(
            told(r#"{"n":"3"}"#),
            r#"fails at /n: expected a number from 1 to 5; seen "3""#
        );
        assert_eq!(
            told("{}"),
            "fails at /n: expected a number from 1 to 5; seen nothing there; the message was the text `{}`"
        );
    }

    #[test]
    fn without_a_bound_nothing_can_be_told() {
        assert_eq!(
            of_text(r#"{"between": [1, "${none}"]}"#, "1"),
            "unknown: `none` has no value"
        );
        assert_eq!(
            of_values(r#"{"between": [1, 2]}"#),
            "mistake: `between` can't be asked here: this step shows no message: give the check a `value`"
        );
    }
}
