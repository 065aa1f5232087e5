//! `expect`: takes one message.

use std::{sync::Arc, time::Duration};

use super::{Act, ActKind, Deed, Words, fields, read::StepReader};
use crate::{
    check::ObservationKind,
    syntax::diagnostic::Diagnostic,
    syntax::json::Node,
    syntax::selector::Selector,
    syntax::shape::{Field, Shape, optional},
    syntax::template::Placeholder,
    syntax::text::strings,
};

pub const KIND: ActKind = ActKind {
    key: "expect",
    text: "takes one message",
    shape: || Shape::Text,
    fields: reply_fields,
    shows: ObservationKind::Message,
    told: &["match"],
    read: |reader, node| {
        let connection = reader.demand_text(node, "expect")?;
        Some(Act::Expect(Arc::new(Expect::read(reader, node, connection))))
    },
};

/// The keys of an `expect`, which are those of a `reply` too.
pub fn reply_fields() -> Vec<Field> {
    vec![
        optional(
            "match",
            Shape::Named("selector"),
            "which message; the first data message if not said",
        ),
        fields::within("how long to wait"),
        fields::requirement(),
        fields::or(),
        optional(
            "fence",
            Shape::Bool,
            "`false`: where silence is allowed, wait for the whole time; a fence would overtake what comes later",
        ),
        fields::checks(),
        fields::capture(),
    ]
}

/// A message to wait for.
#[derive(Debug)]
pub struct Expect {
    pub connection: String,
    pub selector: Option<Selector>,
    pub within: Option<Duration>,
    pub or_silence: bool,
    pub or_closed: bool,
    /// Whether the suite's fence may cut an allowed silence short.
    pub fence: bool,
}

impl Expect {
    /// Reads what is expected on a connection.
    pub fn read(reader: &mut StepReader<'_>, node: &Node, connection: String) -> Self {
        let or = strings(node.member("or"));
        let selector = reader.selector(node, "match");
        if reader.overlapped && selector.is_none() {
            reader.found.push(
                Diagnostic::at(
                    reader.place(node),
                    "which message is meant?",
                    "needs `match`: steps overlap here",
                )
                .help("match by what the request and its reply share"),
            );
        }
        Self {
            connection,
            selector,
            within: reader.span(node, "within"),
            or_silence: or.iter().any(|word| word == "silence"),
            or_closed: or.iter().any(|word| word == "closed"),
            fence: reader.flag(node, "fence", true),
        }
    }
}

impl Deed for Expect {
    fn kind(&self) -> &'static ActKind {
        &KIND
    }

    fn words(&self, words: &mut Words<'_>) {
        words.say("expect a message on ", "等待消息：连接 ");
        words.name(&self.connection);
        words.told();
        words.within(self.within);
        if self.or_silence {
            words.say(", or silence", "，或没有消息");
        }
        if self.or_closed {
            words.say(", or the connection's end", "，或连接断开");
        }
    }

    fn connection(&self) -> Option<&str> {
        Some(&self.connection)
    }

    fn placeholders<'t>(&'t self, visit: &mut dyn FnMut(&'t Placeholder)) {
        self.selector.iter().for_each(|selector| selector.placeholders(visit));
    }

    fn can_fail(&self) -> bool {
        !self.or_silence && !self.or_closed
    }
}
