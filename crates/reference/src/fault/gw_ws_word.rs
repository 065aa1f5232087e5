//! A message that the gateway's code did not expect is answered by the framework: with a word, not with an envelope.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::{
    gateway::{Body, Call, Conduct, Connection, Exception, Honest, Outcome},
    websocket::Out,
};

pub const UNREADABLE: Fault = Fault {
    name: "gw/ws-unreadable-word",
    suite: "gateway",
    text: "A message that is no call is answered with the word error.",
    breaks: &["GW-WS-5", "GW-WS-10", "GW-HB-11"],
    conduct: Subject::Gateway(|| Arc::new(Word { unreadable: true })),
};

pub const UNUSUAL: Fault = Fault {
    name: "gw/ws-unusual-word",
    suite: "gateway",
    text: "A call that is long, or has a member that calls do not have, is answered with the word error.",
    breaks: &["GW-WS-10"],
    conduct: Subject::Gateway(|| Arc::new(Word { unreadable: false })),
};

/// A longer body is unusual.
const LONG: usize = 10_000;

struct Word {
    unreadable: bool,
}

impl Conduct for Word {
    fn unreadable(&self, _: &Connection, _: Exception, _: &str, honest: Vec<Out>) -> Vec<Out> {
        if self.unreadable {
            vec![Out::text("error")]
        } else {
            honest
        }
    }

    fn reply(&self, connection: &Connection, call: &Call, outcome: &Outcome, text: String) -> Vec<Out> {
        let long = matches!(&call.body, Body::Text(body) if body.len() > LONG);
        if !self.unreadable && (long || call.header.has("sendTime")) {
            vec![Out::text("error")]
        } else {
            Honest.reply(connection, call, outcome, text)
        }
    }
}
