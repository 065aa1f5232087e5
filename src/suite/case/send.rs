//! `send`: sends a message, a frame or bytes.

use super::{Act, ActKind, Content, Deed, Words};
use crate::{
    check::ObservationKind,
    syntax::shape::{Shape, optional},
    syntax::template::Placeholder,
};

pub const KIND: ActKind = ActKind {
    key: "send",
    text: "sends a message, a frame or bytes",
    shape: || Shape::Text,
    fields: || {
        let mut all = Content::fields();
        all.push(optional("times", Shape::Integer, "how often, in a burst"));
        all
    },
    shows: ObservationKind::Values,
    told: &Content::KEYS,
    read: |reader, node| {
        Some(Act::Send(Send {
            connection: reader.demand_text(node, "send")?,
            content: Content::read(reader.source, node, reader.found)?,
            times: reader.count(node, "times").unwrap_or(1),
        }))
    },
};

/// What is sent, and how often.
#[derive(Debug)]
pub struct Send {
    pub connection: String,
    pub content: Content,
    pub times: usize,
}

impl Deed for Send {
    fn kind(&self) -> &'static ActKind {
        &KIND
    }

    fn requests(&self) -> usize {
        if self.content.is_control() { 0 } else { self.times }
    }

    fn words(&self, words: &mut Words<'_>) {
        words.say("send on ", "发送到连接 ");
        words.name(&self.connection);
        words.told();
        if self.times != 1 {
            let times = self.times;
            words.say(&format!(", {times} times"), &format!("，共 {times} 次"));
        }
    }

    fn connection(&self) -> Option<&str> {
        Some(&self.connection)
    }

    fn makes(&self) -> usize {
        self.content.least()
    }

    fn placeholders<'t>(&'t self, visit: &mut dyn FnMut(&'t Placeholder)) {
        self.content.placeholders(visit);
    }

    fn needs_bytes(&self) -> bool {
        self.content.is_raw()
    }
}
