//! `handshake`: whether the server serves the connection.

use super::{Expectation, Found, Kind, Observation, ObservationKind, Subject};
use crate::{syntax::json::Node, syntax::shape::one_of, syntax::template::Scope};

pub const KIND: Kind = Kind {
    key: "handshake",
    text: "the handshake was accepted or refused",
    shape: || one_of(&["accepted", "refused"]),
    options: Vec::new,
    sees: &[ObservationKind::Handshake],
    needs_bytes: false,
    read: |reader| {
        let accepted = reader.member("handshake").and_then(Node::as_str)? == "accepted";
        Some(Box::new(Outcome { accepted }))
    },
};

#[derive(Debug)]
struct Outcome {
    accepted: bool,
}

impl Expectation for Outcome {
    fn judge(&self, subject: &Subject, seen: &Observation<'_>, _: &dyn Scope) -> Found {
        let Observation::Handshake(handshake) = seen else {
            return Found::Unknown("there was no handshake".into());
        };
        if handshake.refusal.is_none() == self.accepted {
            return Found::Holds;
        }
        let expected = if self.accepted {
            "status 101 and service"
        } else {
            "a refused connection: a status other than 101, or an end without service"
        };
        subject.fails(expected, seen.show())
    }
}
