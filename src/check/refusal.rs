//! `refusal`: in which way a handshake was refused.

use super::{Expectation, Found, Kind, Observation, ObservationKind, Refusal, Subject};
use crate::{syntax::json::Node, syntax::shape::one_of, syntax::template::Scope};

const NAMES: [(&str, Refusal); 4] = [
    ("before-upgrade", Refusal::BeforeUpgrade),
    ("redirected", Refusal::Redirected),
    ("no-response", Refusal::NoResponse),
    ("after-upgrade", Refusal::AfterUpgrade),
];

pub const KIND: Kind = Kind {
    key: "refusal",
    text: "the way in which the handshake was refused",
    shape: || one_of(&NAMES.map(|(name, _)| name)),
    options: Vec::new,
    sees: &[ObservationKind::Handshake],
    needs_bytes: false,
    read: |reader| {
        let name = reader.member("refusal").and_then(Node::as_str)?;
        let (name, refusal) = NAMES.into_iter().find(|(known, _)| *known == name)?;
        Some(Box::new(Way { name, refusal }))
    },
};

#[derive(Debug)]
struct Way {
    name: &'static str,
    refusal: Refusal,
}

impl Expectation for Way {
    fn judge(&self, subject: &Subject, seen: &Observation<'_>, _: &dyn Scope) -> Found {
        match seen {
            Observation::Handshake(handshake) if handshake.refusal == Some(self.refusal) => Found::Holds,
            _ => subject.fails(format!("a refusal {}", self.name), seen.show()),
        }
    }
}
