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
        Some(Box::new(Service { accepted }))
    },
};

#[derive(Debug)]
struct Service {
    accepted: bool,
}

impl Expectation for Service {
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

#[cfg(test)]
mod tests {
    use super::super::trial::{found, handshake, no_response, of_text, response};
    use crate::check::Refusal;

    #[test]
    fn service_is_acceptance() {
        let upgraded = response(101, "");
        assert_eq!(
            found(r#"{"handshake": "accepted"}"#, &handshake(&upgraded, None)),
            "holds"
        );
        assert_eq!(found(r#"{"handshake": "refused"}"#, &no_response("reset")), "holds");
        assert_eq!(
            found(
                r#"{"handshake": "accepted"}"#,
                &handshake(&upgraded, Some(Refusal::AfterUpgrade))
            ),
            "fails: expected status 101 and service; seen status 101, then the connection was closed without an answer"
        );
        assert_eq!(
            found(r#"{"handshake": "refused"}"#, &handshake(&upgraded, None)),
            "fails: expected a refused connection: a status other than 101, or an end without service; seen status 101 and service"
        );
        assert_eq!(
            of_text(r#"{"handshake": "refused"}"#, "x"),
            "mistake: `handshake` can't be asked here: this step shows a message"
        );
    }
}
