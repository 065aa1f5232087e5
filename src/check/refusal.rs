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

#[cfg(test)]
mod tests {
    use super::super::trial::{found, handshake, no_response, of_text, response};
    use crate::check::Refusal;

    #[test]
    fn the_way_is_told() {
        let reply = response(401, "");
        let refused = handshake(&reply, Some(Refusal::BeforeUpgrade));
        assert_eq!(found(r#"{"refusal": "before-upgrade"}"#, &refused), "holds");
        assert_eq!(found(r#"{"refusal": "no-response"}"#, &no_response("reset")), "holds");
        assert_eq!(
            found(r#"{"refusal": "redirected"}"#, &refused),
            "fails: expected a refusal redirected; seen status 401"
        );
        assert_eq!(
            of_text(r#"{"refusal": "redirected"}"#, "x"),
            "mistake: `refusal` can't be asked here: this step shows a message"
        );
    }
}
