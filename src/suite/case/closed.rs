//! `closed`: the server ends the connection.

use std::time::Duration;

use super::{Act, ActKind, Deed, Words, fields};
use crate::{check::ObservationKind, syntax::shape::Shape};

pub const KIND: ActKind = ActKind {
    key: "closed",
    text: "the server ends the connection",
    shape: || Shape::Text,
    fields: || {
        vec![
            fields::within("how long to wait"),
            fields::requirement(),
            fields::checks(),
        ]
    },
    shows: ObservationKind::Closing,
    told: &[],
    read: |reader, node| {
        Some(Act::Closed(Closed {
            connection: reader.demand_text(node, "closed")?,
            within: reader.span(node, "within"),
        }))
    },
};

/// A connection that the server must end.
#[derive(Debug)]
pub struct Closed {
    pub connection: String,
    pub within: Option<Duration>,
}

impl Deed for Closed {
    fn kind(&self) -> &'static ActKind {
        &KIND
    }

    fn words(&self, words: &mut Words<'_>) {
        words.say("expect the server to end ", "服务器应断开连接 ");
        words.name(&self.connection);
        words.within(self.within);
    }

    fn connection(&self) -> Option<&str> {
        Some(&self.connection)
    }

    fn can_fail(&self) -> bool {
        true
    }
}
