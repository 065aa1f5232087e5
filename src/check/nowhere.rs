//! `nowhere`: no object of the value has this key, however deep.

use super::{Expectation, Found, Kind, Observation, ObservationKind, Subject, observation::shorten, settle};
use crate::{syntax::shape::Shape, syntax::template::Scope};

pub const KIND: Kind = Kind {
    key: "nowhere",
    text: "no object, however deep, has this key",
    shape: || Shape::Text,
    options: Vec::new,
    sees: &[ObservationKind::Message, ObservationKind::Response],
    needs_bytes: false,
    read: |reader| Some(Box::new(Nowhere(reader.text("nowhere")?))),
};

#[derive(Debug)]
struct Nowhere(String);

impl Expectation for Nowhere {
    fn judge(&self, subject: &Subject, seen: &Observation<'_>, scope: &dyn Scope) -> Found {
        settle(subject.find(seen, scope).map(|node| match node {
            Some(node) if node.has_key_anywhere(&self.0) => {
                subject.fails(format!("no member `{}` anywhere", self.0), shorten(&node.to_string()))
            }
            _ => Found::Holds,
        }))
    }
}
