//! `payload`: the exact bytes of a message or control frame.

use super::{Expectation, Found, Kind, Seen, Sight, Subject};
use crate::{
    syntax::bytes::{Bytes, shape},
    syntax::template::{Hole, Scope},
};

pub const KIND: Kind = Kind {
    key: "payload",
    text: "the bytes of the message or control frame, as text or `{\"hex\": \"..\"}`",
    shape,
    options: Vec::new,
    sees: &[Sight::Message, Sight::Response],
    read: |reader| {
        let node = reader.member("payload")?;
        Some(Box::new(Payload(Bytes::read(reader.source, node, reader.found)?)))
    },
};

#[derive(Debug)]
struct Payload(Bytes);

impl Expectation for Payload {
    fn judge(&self, subject: &Subject, seen: &Seen<'_>, scope: &dyn Scope) -> Found {
        match self.0.resolve(scope) {
            Err(name) => Found::Unknown(format!("`{}` has no value", name.0)),
            Ok(wanted) if wanted == seen.bytes() => Found::Holds,
            Ok(wanted) => {
                let shown: String = wanted.iter().take(32).map(|byte| format!("{byte:02x}")).collect();
                subject.fails(format!("a payload of {} bytes {shown}", wanted.len()), seen.show())
            }
        }
    }

    fn holes<'t>(&'t self, visit: &mut dyn FnMut(&'t Hole)) {
        self.0.holes(visit);
    }
}
