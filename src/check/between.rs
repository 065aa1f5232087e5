//! `between`: a number in a closed range.

use super::{Expectation, Found, Kind, Observation, ObservationKind, Subject, observation::shorten, resolve, settle};
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
        settle(self.compare(subject, seen, scope))
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
