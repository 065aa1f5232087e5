//! `present`: whether the place exists; a `null` there is present.

use super::{Expectation, Found, Kind, Observation, ObservationKind, Subject, observation::shorten, settle};
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
        settle(subject.find(seen, scope).map(|node| match (self.0, node) {
            (true, None) => subject.fails("a value", format!("nothing there; the message was {}", seen.show())),
            (false, Some(node)) => subject.fails("nothing", shorten(&node.to_string())),
            _ => Found::Holds,
        }))
    }
}
