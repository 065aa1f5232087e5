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
    shape: || one_of(&["json-object", "json", "text", "binary"]),
    options: Vec::new,
    sees: &[ObservationKind::Message, ObservationKind::Response],
    needs_bytes: false,
    read: |reader| Some(Box::new(Is(reader.member("is").and_then(Node::as_str)?.to_owned()))),
};

#[derive(Debug)]
struct Is(String);

impl Expectation for Is {
    fn judge(&self, subject: &Subject, seen: &Observation<'_>, _: &dyn Scope) -> Found {
        let opcode = |wanted| matches!(seen, Observation::Message(message, _) if message.opcode == wanted);
        match self.0.as_str() {
            "text" if opcode(Opcode::Text) => Found::Holds,
            "binary" if opcode(Opcode::Binary) => Found::Holds,
            "json" | "json-object" => match seen.json() {
                Ok(node) if self.0 == "json" || matches!(node.value, Value::Object(_)) => Found::Holds,
                Ok(node) => subject.fails("one JSON object", format!("{}; {}", node.type_name(), seen.show())),
                Err(_) if seen.unread() && (self.0 == "json" || seen.bytes().trim_ascii_start().starts_with(b"{")) => {
                    Found::Holds
                }
                Err(why) => subject.fails("JSON", format!("{} ({why})", seen.show())),
            },
            kind => subject.fails(format!("a {kind} message"), seen.show()),
        }
    }
}
