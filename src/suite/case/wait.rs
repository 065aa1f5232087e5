//! `wait`: waits, where the protocol is about time.

use super::{Act, ActKind, Deed, Words};
use crate::{
    check::ObservationKind,
    syntax::shape::Shape,
    syntax::template::{Placeholder, Template},
};

pub const KIND: ActKind = ActKind {
    key: "wait",
    text: "waits, where the protocol is about time",
    shape: || Shape::Span,
    fields: Vec::new,
    shows: ObservationKind::Values,
    told: &["wait"],
    read: |reader, node| {
        let span = reader.demand(node, "wait")?;
        Some(Act::Wait(Wait {
            span: reader.value(span),
        }))
    },
};

/// A pause.
#[derive(Debug)]
pub struct Wait {
    pub span: Template,
}

impl Deed for Wait {
    fn kind(&self) -> &'static ActKind {
        &KIND
    }

    fn words(&self, words: &mut Words<'_>) {
        words.say("wait ", "等待 ");
        words.value("wait");
    }

    fn placeholders<'t>(&'t self, visit: &mut dyn FnMut(&'t Placeholder)) {
        self.span.placeholders(visit);
    }

    fn waits(&self) -> bool {
        true
    }
}
