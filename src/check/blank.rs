//! `blank`: absent or `null`.

use super::{Expectation, Found, Kind, Observation, ObservationKind, Subject, observation::shorten, settle};
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
        settle(subject.find(seen, scope).map(|node| match node {
            Some(node) if !matches!(node.value, Value::Null) => {
                subject.fails("absent or null", shorten(&node.to_string()))
            }
            _ => Found::Holds,
        }))
    }
}
