//! `close`: closes the connection and waits for its end.

use std::time::Duration;

use super::{Act, ActKind, Deed, Words, fields};
use crate::{
    check::ObservationKind,
    syntax::json::Node,
    syntax::shape::{Shape, optional},
};

/// RFC 6455 §7.4.1.
const NORMAL_CLOSURE: u16 = 1000;

pub const KIND: ActKind = ActKind {
    key: "close",
    text: "closes the connection and waits for its end",
    shape: || Shape::Text,
    fields: || {
        vec![
            optional(
                "code",
                Shape::Integer,
                "the close code; none if not said, 1000 with a reason",
            ),
            optional("reason", Shape::Text, "the reason"),
            optional("abrupt", Shape::Bool, "drop the TCP connection instead"),
            fields::within("how long to wait"),
            fields::requirement(),
            fields::checks(),
        ]
    },
    shows: ObservationKind::Closing,
    told: &["code", "reason"],
    read: |reader, node| {
        let code = node.member("code").and_then(Node::as_integer);
        Some(Act::Close(Close {
            connection: reader.demand_text(node, "close")?,
            // A reason can't be sent without a code (RFC 6455 §5.5.1).
            code: code
                .and_then(|code| u16::try_from(code).ok())
                .or_else(|| node.member("reason").map(|_| NORMAL_CLOSURE)),
            reason: reader.text(node, "reason").unwrap_or_default(),
            abrupt: reader.flag(node, "abrupt", false),
            within: reader.span(node, "within"),
        }))
    },
};

/// A connection to end.
#[derive(Debug)]
pub struct Close {
    pub connection: String,
    pub code: Option<u16>,
    pub reason: String,
    pub abrupt: bool,
    pub within: Option<Duration>,
}

impl Deed for Close {
    fn kind(&self) -> &'static ActKind {
        &KIND
    }

    /// Nobody waits for the end of a connection that was dropped.
    fn shows(&self) -> ObservationKind {
        if self.abrupt {
            ObservationKind::Values
        } else {
            KIND.shows
        }
    }

    fn words(&self, words: &mut Words<'_>) {
        if self.abrupt {
            words.say("drop the connection ", "直接断开连接 ");
        } else {
            words.say("close the connection ", "关闭连接 ");
        }
        words.name(&self.connection);
        words.told();
        words.within(self.within);
    }

    fn connection(&self) -> Option<&str> {
        Some(&self.connection)
    }
}
