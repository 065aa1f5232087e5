//! `open`: connects and makes the WebSocket handshake.

use std::{sync::Arc, time::Duration};

use super::{Act, ActKind, Address, Content, Deed, Mention, Words, fields};
use crate::{
    check::ObservationKind,
    syntax::bytes::pieces_shape,
    syntax::shape::{Field, Shape, one_of, optional},
    syntax::template::{Placeholder, Template},
};

pub const KIND: ActKind = ActKind {
    key: "open",
    text: "connects and makes the WebSocket handshake",
    shape: || Shape::Text,
    fields: own_fields,
    shows: ObservationKind::Handshake,
    told: &[
        "method", "endpoint", "path", "suffix", "query", "headers", "version", "probe",
    ],
    read: |reader, node| {
        let probe = match node.member("probe") {
            Some(probe) => Some(Content::read(reader.source, probe, reader.found)?),
            None => None,
        };
        let outcome = reader.text(node, "outcome");
        let named = OUTCOMES.iter().find(|(name, _)| outcome.as_deref() == Some(*name));
        Some(Act::Open(Arc::new(Open {
            connection: reader.demand_text(node, "open")?,
            address: Address::read(reader, node),
            method: reader.method(node, "GET"),
            version: reader.text(node, "version").unwrap_or_else(|| "HTTP/1.1".into()),
            outcome: named.map_or(HandshakeOutcome::Accepted, |(_, outcome)| *outcome),
            probe,
            within: reader.span(node, "within"),
        })))
    },
};

const OUTCOMES: [(&str, HandshakeOutcome); 3] = [
    ("accepted", HandshakeOutcome::Accepted),
    ("refused", HandshakeOutcome::Refused),
    ("any", HandshakeOutcome::Any),
];

fn own_fields() -> Vec<Field> {
    let probe = Shape::Record(vec![
        optional("json", Shape::Any, "a JSON text message"),
        optional("text", pieces_shape(), "a text message"),
    ]);
    let mut all = Address::fields();
    all.extend([
        optional("method", Shape::Text, "`GET` if not said"),
        optional("version", Shape::Text, "`HTTP/1.1` if not said"),
        optional(
            "outcome",
            one_of(&OUTCOMES.map(|(name, _)| name)),
            "`accepted` if not said",
        ),
        optional(
            "probe",
            probe,
            "sent if the handshake is accepted although the outcome is not `accepted`",
        ),
        fields::within("connect and handshake"),
        fields::requirement(),
        fields::checks(),
    ]);
    all
}

/// What a handshake should come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandshakeOutcome {
    Accepted,
    Refused,
    Any,
}

/// A connection to open.
#[derive(Debug)]
pub struct Open {
    pub connection: String,
    pub address: Address,
    pub method: Template,
    pub version: String,
    pub outcome: HandshakeOutcome,
    pub probe: Option<Content>,
    pub within: Option<Duration>,
}

impl Deed for Open {
    fn kind(&self) -> &'static ActKind {
        &KIND
    }

    fn requests(&self) -> usize {
        1
    }

    fn words(&self, words: &mut Words<'_>) {
        words.say("open the connection ", "建立连接 ");
        words.name(&self.connection);
        words.told();
        words.within(self.within);
        match self.outcome {
            HandshakeOutcome::Accepted => words.say("; it must be accepted", "；应被接受"),
            HandshakeOutcome::Refused => words.say("; it must be refused", "；应被拒绝"),
            HandshakeOutcome::Any => words.say("; accepted or refused", "；接受或拒绝均可"),
        }
    }

    fn connection(&self) -> Option<&str> {
        Some(&self.connection)
    }

    fn mention(&self) -> Option<Mention<'_>> {
        Some(self.address.mention("ws"))
    }

    fn placeholders<'t>(&'t self, visit: &mut dyn FnMut(&'t Placeholder)) {
        self.address.placeholders(visit);
        self.method.placeholders(visit);
        self.probe.iter().for_each(|probe| probe.placeholders(visit));
    }

    fn can_fail(&self) -> bool {
        self.outcome != HandshakeOutcome::Any
    }

    fn needs_bytes(&self) -> bool {
        self.probe.as_ref().is_some_and(Content::is_raw)
    }
}
