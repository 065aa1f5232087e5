//! `is`: what the message is as a whole.

use super::{Expectation, Found, Kind, Observation, ObservationKind, Subject};
use crate::{
    syntax::json::{Node, Value},
    syntax::shape::one_of,
    syntax::template::Scope,
};
use wire::frame::Opcode;

pub const KIND: Kind = Kind {
    key: "is",
    text: "what the message is: one JSON object, any JSON, a text or a binary message",
    shape: || one_of(&NAMES.map(|(name, _)| name)),
    options: Vec::new,
    sees: &[ObservationKind::Message, ObservationKind::Response],
    needs_bytes: false,
    read: |reader| {
        let name = reader.member("is").and_then(Node::as_str)?;
        let (_, is) = NAMES.into_iter().find(|(known, _)| *known == name)?;
        Some(Box::new(is))
    },
};

const NAMES: [(&str, Is); 4] = [
    ("json-object", Is::Json { object: true }),
    ("json", Is::Json { object: false }),
    ("text", Is::Message(Opcode::Text)),
    ("binary", Is::Message(Opcode::Binary)),
];

#[derive(Clone, Copy, Debug)]
enum Is {
    Json { object: bool },
    Message(Opcode),
}

impl Expectation for Is {
    fn judge(&self, subject: &Subject, seen: &Observation<'_>, _: &dyn Scope) -> Found {
        match *self {
            Self::Message(opcode) => match seen {
                Observation::Message(message, _) if message.opcode == opcode => Found::Holds,
                _ => subject.fails(format!("a {} message", opcode.name()), seen.show()),
            },
            Self::Json { object } => match seen.json() {
                Ok(node) if !object || matches!(node.value, Value::Object(_)) => Found::Holds,
                Ok(node) => subject.fails("one JSON object", format!("{}; {}", node.type_name(), seen.show())),
                // What is too deep to be read is JSON all the same.
                Err(_) if seen.unread() && (!object || seen.bytes().trim_ascii_start().starts_with(b"{")) => {
                    Found::Holds
                }
                Err(why) => subject.fails("JSON", format!("{} ({why})", seen.show())),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::trial::{found, of_text, of_values, response};
    use crate::check::Observation;
    use wire::{event::Received, frame::Opcode};

    #[test]
    fn a_message_is_what_it_is() {
        assert_eq!(of_text(r#"{"is": "json-object"}"#, "{}"), "holds");
        assert_eq!(of_text(r#"{"is": "json"}"#, "[1]"), "holds");
        assert_eq!(of_text(r#"{"is": "text"}"#, "x"), "holds");
        let binary = Received::new(Opcode::Binary, [0]);
        assert_eq!(found(r#"{"is": "binary"}"#, &Observation::message(&binary)), "holds");
        assert_eq!(
            found(r#"{"is": "text"}"#, &Observation::message(&binary)),
            "fails: expected a text message; seen a binary frame with 1 bytes 00"
        );
    }

    #[test]
    fn what_it_is_instead_is_told() {
        assert_eq!(
            of_text(r#"{"is": "json-object"}"#, "[]"),
            "fails: expected one JSON object; seen array; the text `[]`"
        );
        assert!(of_text(r#"{"is": "json"}"#, "pong").starts_with("fails: expected JSON; seen the text `pong` ("));
        let reply = response(200, "{}");
        assert_eq!(
            found(r#"{"is": "text"}"#, &Observation::response(&reply)),
            "fails: expected a text message; seen status 200 with the body `{}`"
        );
    }

    #[test]
    fn what_is_too_deep_to_be_read_is_json_all_the_same() {
        let deep = format!("{}{}", "[".repeat(300), "]".repeat(300));
        assert_eq!(of_text(r#"{"is": "json"}"#, &deep), "holds");
        assert!(of_text(r#"{"is": "json-object"}"#, &deep).starts_with("fails"));
        assert!(of_values(r#"{"is": "json"}"#).starts_with("mistake: `is` can't be asked here"));
    }
}
