//! `payload`: the exact bytes of a message or control frame.

use super::{Expectation, Found, Kind, Observation, ObservationKind, Subject};
use crate::{
    syntax::bytes::{Bytes, shape},
    syntax::template::{Placeholder, Scope},
};

pub const KIND: Kind = Kind {
    key: "payload",
    text: "the bytes of the message or control frame, as text or `{\"hex\": \"..\"}`",
    shape,
    options: Vec::new,
    sees: &[ObservationKind::Message, ObservationKind::Response],
    needs_bytes: false,
    read: |reader| {
        let node = reader.member("payload")?;
        Some(Box::new(Payload(Bytes::read(reader.source, node, reader.found)?)))
    },
};

#[derive(Debug)]
struct Payload(Bytes);

impl Expectation for Payload {
    fn judge(&self, subject: &Subject, seen: &Observation<'_>, scope: &dyn Scope) -> Found {
        match self.0.resolve(scope) {
            Err(name) => Found::Unknown(format!("`{}` has no value", name.0)),
            Ok(wanted) if wanted == seen.bytes() => Found::Holds,
            Ok(wanted) => {
                let shown: String = wanted.iter().take(32).map(|byte| format!("{byte:02x}")).collect();
                subject.fails(format!("a payload of {} bytes {shown}", wanted.len()), seen.show())
            }
        }
    }

    fn placeholders<'t>(&'t self, visit: &mut dyn FnMut(&'t Placeholder)) {
        self.0.placeholders(visit);
    }
}
