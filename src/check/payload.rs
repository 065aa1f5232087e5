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

#[cfg(test)]
mod tests {
    use super::super::trial::{found, of_text, of_values};
    use crate::check::Observation;
    use wire::{event::Received, frame::Opcode};

    #[test]
    fn every_byte_counts() {
        let pong = Received::new(Opcode::Pong, [0, 255]);
        let seen = Observation::message(&pong);
        assert_eq!(found(r#"{"payload": {"hex": "00ff"}}"#, &seen), "holds");
        assert_eq!(of_text(r#"{"payload": "${word}"}"#, "word"), "holds");
        assert_eq!(
            found(r#"{"payload": {"hex": "00"}}"#, &seen),
            "fails: expected a payload of 1 bytes 00; seen a pong frame with 2 bytes 00ff"
        );
    }

    #[test]
    fn without_a_value_nothing_can_be_told() {
        assert_eq!(
            of_text(r#"{"payload": "${none}"}"#, "x"),
            "unknown: `none` has no value"
        );
        assert!(of_values(r#"{"payload": "x"}"#).starts_with("mistake: `payload` can't be asked here"));
    }
}
