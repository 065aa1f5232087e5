//! `accept`: the server computed `Sec-WebSocket-Accept` from the key (RFC 6455 §4.2.2).

use super::{Expectation, Found, Kind, Observation, ObservationKind, Subject, observation::shorten};
use crate::{syntax::shape::Shape, syntax::template::Scope};
use wire::handshake::accept_key;

pub const KIND: Kind = Kind {
    key: "accept",
    text: "`Sec-WebSocket-Accept` is the one for the key that was sent",
    shape: || Shape::Bool,
    options: Vec::new,
    sees: &[ObservationKind::Handshake],
    needs_bytes: false,
    read: |_| Some(Box::new(Accept)),
};

#[derive(Debug)]
struct Accept;

impl Expectation for Accept {
    fn judge(&self, subject: &Subject, seen: &Observation<'_>, _: &dyn Scope) -> Found {
        let Observation::Handshake(handshake) = seen else {
            return Found::Unknown("there was no handshake".into());
        };
        let Some(key) = handshake.key else {
            return Found::Unknown("no Sec-WebSocket-Key was sent".into());
        };
        let expected = accept_key(key);
        let values: Vec<&str> = handshake
            .response
            .map(|response| response.header("Sec-WebSocket-Accept").collect())
            .unwrap_or_default();
        if values == [expected.as_str()] {
            return Found::Holds;
        }
        subject.fails(
            format!("Sec-WebSocket-Accept: {expected} for the key {key}"),
            if values.is_empty() {
                format!("no such header; {}", seen.show())
            } else {
                shorten(&values.join(", "))
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::super::trial::{found, handshake, no_response, of_text, response};
    use wire::http::Response;

    fn with(value: &str) -> Response {
        Response {
            headers: vec![("sec-websocket-accept".into(), value.into())],
            ..response(101, "")
        }
    }

    #[test]
    fn the_key_is_answered() {
        // RFC 6455 §1.3.
        let right = with("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        assert_eq!(found(r#"{"accept": true}"#, &handshake(&right, None)), "holds");
        assert_eq!(
            found(r#"{"accept": true}"#, &handshake(&with("other"), None)),
            "fails: expected Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo= for the key dGhlIHNhbXBsZSBub25jZQ==; seen other"
        );
        assert_eq!(
            found(r#"{"accept": true}"#, &handshake(&response(101, ""), None)),
            "fails: expected Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo= for the key dGhlIHNhbXBsZSBub25jZQ==; seen no such header; status 101 and service"
        );
    }

    #[test]
    fn without_a_key_nothing_can_be_told() {
        assert_eq!(
            found(r#"{"accept": true}"#, &no_response("reset")),
            "unknown: no Sec-WebSocket-Key was sent"
        );
        assert_eq!(
            of_text(r#"{"accept": true}"#, "x"),
            "mistake: `accept` can't be asked here: this step shows a message"
        );
    }
}
