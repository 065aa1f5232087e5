//! `provoke`: makes a situation of the manifest happen, by a call on a connection or by the profile's hook.

use std::sync::Arc;

use super::{Act, ActKind, Content, Deed, Expect, Mention, Nested, Step, Words, expect::reply_fields};
use crate::{
    check::ObservationKind,
    syntax::shape::{Shape, optional, required},
    syntax::template::Placeholder,
};

pub const KIND: ActKind = ActKind {
    key: "provoke",
    text: "makes a situation of the manifest happen",
    shape: || Shape::Text,
    fields: || {
        vec![
            required("on", Shape::Text, "the connection to send on"),
            required("json", Shape::Any, "the message, if the profile has a call and no hook"),
            optional("reply", Shape::Named("reply"), "the reply to that message"),
        ]
    },
    shows: ObservationKind::Values,
    told: &["json"],
    read: |reader, node| {
        let connection = reader.demand_text(node, "on")?;
        let reply = match node.member("reply") {
            Some(reply) => {
                let act = Act::Expect(Arc::new(Expect::read(reader, reply, connection.clone())));
                Some(Arc::new(reader.finish(reply, act)))
            }
            None => None,
        };
        let json = reader.demand(node, "json")?;
        Some(Act::Trigger(Arc::new(Trigger {
            situation: reader.demand_text(node, "provoke")?,
            connection,
            content: Content::Json(reader.value(json)),
            reply,
        })))
    },
};

/// The shape called `reply`.
pub fn reply_shape() -> Shape {
    Shape::Record(reply_fields())
}

/// A situation to bring about.
#[derive(Debug)]
pub struct Trigger {
    pub situation: String,
    pub connection: String,
    pub content: Content,
    /// An `expect` for the reply, left out when a hook triggers.
    pub reply: Option<Arc<Step>>,
}

impl Deed for Trigger {
    fn kind(&self) -> &'static ActKind {
        &KIND
    }

    fn requests(&self) -> usize {
        1
    }

    fn words(&self, words: &mut Words<'_>) {
        words.say("make this happen: ", "触发情形 ");
        words.name(&self.situation);
        words.say(" on ", "：连接 ");
        words.name(&self.connection);
        words.told();
    }

    fn connection(&self) -> Option<&str> {
        Some(&self.connection)
    }

    fn mention(&self) -> Option<Mention<'_>> {
        Some(Mention::Situation(&self.situation))
    }

    fn placeholders<'t>(&'t self, visit: &mut dyn FnMut(&'t Placeholder)) {
        self.content.placeholders(visit);
    }

    fn nested(&self) -> Nested<'_> {
        self.reply.as_ref().map_or(Nested::None, Nested::Reply)
    }
}
