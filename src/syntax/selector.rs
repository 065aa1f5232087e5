//! Which message is meant: the choice of an answer among what arrived. Choosing is not judging.

use std::cell::OnceCell;

use crate::{
    syntax::diagnostic::Diagnostic,
    syntax::json::{Node, Value, parse},
    syntax::shape::{Shape, check_pointer_key, list, map, one_of, optional},
    syntax::source::Source,
    syntax::template::{Placeholder, Scope, Template},
};
use wire::{event::Received, frame::Opcode};

/// A message that is asked for many times and read as JSON once.
#[derive(Debug)]
pub struct Message {
    pub received: Received,
    json: OnceCell<Option<Node>>,
}

impl Message {
    /// A message as it came.
    pub fn new(received: Received) -> Self {
        Self {
            received,
            json: OnceCell::new(),
        }
    }

    /// Its JSON, if it is a text message with one.
    pub fn json(&self) -> Option<&Node> {
        let read = || self.received.text().and_then(|text| parse(text).ok());
        self.json.get_or_init(read).as_ref()
    }
}

/// Conditions that must all hold.
#[derive(Clone, Debug, Default)]
pub struct Selector {
    text: Option<Template>,
    opcode: Option<Opcode>,
    at: Vec<(String, Template)>,
    has: Vec<String>,
    lacks: Vec<String>,
    not: Option<Box<Selector>>,
}

const OPCODES: [Opcode; 4] = [Opcode::Text, Opcode::Binary, Opcode::Ping, Opcode::Pong];

/// The shape called `selector`.
pub fn shape() -> (&'static str, Shape) {
    let record = Shape::Record(vec![
        optional("text", Shape::Text, "a text message that is exactly this"),
        optional(
            "opcode",
            one_of(&OPCODES.map(Opcode::name)),
            "a message or control frame of this kind",
        ),
        optional(
            "at",
            map(Shape::Any),
            "JSON messages with these values at these pointers",
        ),
        optional("has", list(Shape::Pointer), "places that exist and do not hold null"),
        optional("lacks", list(Shape::Pointer), "places that don't exist, or hold null"),
        optional("not", Shape::Named("selector"), "what must not hold"),
    ]);
    ("selector", record)
}

impl Selector {
    /// Reads a selector that fits its shape.
    pub fn read(source: &Source, node: &Node, found: &mut Vec<Diagnostic>) -> Self {
        let pointers = |key: &str| {
            let items = node.member(key).map(Node::items).unwrap_or_default().iter();
            items.filter_map(Node::as_str).map(str::to_owned).collect()
        };
        let opcode = node.member("opcode").and_then(Node::as_str);
        let at = node.member("at").map(Node::members).unwrap_or_default();
        at.iter().for_each(|member| check_pointer_key(source, member, found));
        Self {
            text: node.member("text").map(|text| Template::read(source, text, found)),
            opcode: opcode.and_then(|name| OPCODES.into_iter().find(|opcode| opcode.name() == name)),
            at: at
                .iter()
                .map(|member| (member.key.clone(), Template::read(source, &member.value, found)))
                .collect(),
            has: pointers("has"),
            lacks: pointers("lacks"),
            not: node.member("not").map(|not| Box::new(Self::read(source, not, found))),
        }
    }

    /// Whether it asks for control frames.
    pub fn wants_control(&self) -> bool {
        self.opcode.is_some_and(Opcode::is_control)
    }

    /// Whether it asks for something that `other` is about, so that it means even what is otherwise passed over.
    pub fn mentions(&self, other: &Self) -> bool {
        self.at
            .iter()
            .any(|(pointer, _)| other.at.iter().any(|(theirs, _)| theirs == pointer))
    }

    /// Whether the message is meant. A name without a value is met by no message.
    pub fn meets(&self, message: &Message, scope: &dyn Scope) -> bool {
        let received = &message.received;
        if self.opcode.is_some_and(|opcode| opcode != received.opcode) {
            return false;
        }
        if let Some(text) = &self.text
            && text.resolve_text(scope).ok().as_deref() != received.text()
        {
            return false;
        }
        let about_json = !(self.at.is_empty() && self.has.is_empty() && self.lacks.is_empty());
        if about_json && !message.json().is_some_and(|node| self.holds_of(node, scope)) {
            return false;
        }
        !self.not.as_ref().is_some_and(|not| not.meets(message, scope))
    }

    /// The same for JSON, wherever it was found: what asks for a kind of message is not met.
    pub fn meets_json(&self, node: &Node, scope: &dyn Scope) -> bool {
        let of_messages = self.opcode.is_some() || self.text.is_some();
        !of_messages && self.holds_of(node, scope) && !self.not.as_ref().is_some_and(|not| not.meets_json(node, scope))
    }

    fn holds_of(&self, node: &Node, scope: &dyn Scope) -> bool {
        let same = |(pointer, wanted): &(String, Template)| match (node.pointer(pointer), wanted.resolve(scope)) {
            (Some(value), Ok(wanted)) => value.same(&wanted),
            _ => false,
        };
        // Many servers write null where a member is absent.
        let there = |pointer: &String| {
            node.pointer(pointer)
                .is_some_and(|node| !matches!(node.value, Value::Null))
        };
        self.at.iter().all(same) && self.has.iter().all(there) && !self.lacks.iter().any(there)
    }

    /// Shows every placeholder to `visit`.
    pub fn placeholders<'t>(&'t self, visit: &mut dyn FnMut(&'t Placeholder)) {
        self.text.iter().for_each(|text| text.placeholders(visit));
        self.at.iter().for_each(|(_, value)| value.placeholders(visit));
        self.not.iter().for_each(|not| not.placeholders(visit));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Nothing;

    impl Scope for Nothing {
        fn lookup(&self, _: &str) -> Option<Node> {
            None
        }
    }

    #[test]
    fn all_members_must_hold() {
        let meets = |selector: &str, text: &str| {
            let source = Source::new("t", selector);
            let node = parse(selector).unwrap_or_else(|error| panic!("{error}"));
            Selector::read(&source, &node, &mut Vec::new())
                .meets(&Message::new(Received::new(Opcode::Text, text)), &Nothing)
        };
        assert!(meets(r#"{}"#, "x"));
        assert!(meets(r#"{"text": "pong"}"#, "pong"));
        assert!(!meets(r#"{"text": "pong"}"#, "pong "));
        assert!(meets(
            r#"{"at": {"/code": 200}, "has": ["/a/0"], "lacks": ["/b"]}"#,
            r#"{"code":200.0,"a":[0]}"#
        ));
        assert!(!meets(r#"{"at": {"/code": 200}}"#, r#"{"code":"200"}"#));
        assert!(meets(r#"{"lacks": ["/b"]}"#, r#"{"b":null}"#));
        assert!(!meets(r#"{"has": ["/b"]}"#, r#"{"b":null}"#));
        assert!(!meets(r#"{"lacks": ["/b"]}"#, "no json"));
        assert!(!meets(r#"{"not": {"text": "pong"}}"#, "pong"));
        assert!(!meets(r#"{"opcode": "binary"}"#, "x"));
    }
}
