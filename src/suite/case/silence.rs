//! `silence`: nothing more arrives.

use std::sync::Arc;

use super::{Act, ActKind, Deed, Words, fields};
use crate::{
    check::ObservationKind,
    syntax::selector::Selector,
    syntax::shape::{Shape, optional},
    syntax::template::{Placeholder, Template},
};

pub const KIND: ActKind = ActKind {
    key: "silence",
    text: "nothing more arrives",
    shape: || Shape::Text,
    fields: || {
        vec![
            optional("of", Shape::Named("selector"), "which messages must not arrive"),
            optional("window", Shape::Span, "how long to listen if the fence goes unanswered"),
            optional("fence", Shape::Bool, "`false`: listen for the window"),
            fields::requirement(),
        ]
    },
    shows: ObservationKind::Values,
    told: &["of", "window"],
    read: |reader, node| {
        Some(Act::Silence(Arc::new(Silence {
            connection: reader.demand_text(node, "silence")?,
            of: reader.selector(node, "of"),
            window: reader.template(node, "window"),
            fence: reader.flag(node, "fence", true),
        })))
    },
};

/// Messages that must not come.
#[derive(Debug)]
pub struct Silence {
    pub connection: String,
    pub of: Option<Selector>,
    pub window: Option<Template>,
    pub fence: bool,
}

impl Deed for Silence {
    fn kind(&self) -> &'static ActKind {
        &KIND
    }

    fn requests(&self) -> usize {
        // The fence.
        1
    }

    fn words(&self, words: &mut Words<'_>) {
        words.say("expect nothing more on ", "不应再有消息：连接 ");
        words.name(&self.connection);
        words.told();
    }

    fn connection(&self) -> Option<&str> {
        Some(&self.connection)
    }

    fn placeholders<'t>(&'t self, visit: &mut dyn FnMut(&'t Placeholder)) {
        self.of.iter().for_each(|selector| selector.placeholders(visit));
        self.window.iter().for_each(|window| window.placeholders(visit));
    }

    fn can_fail(&self) -> bool {
        true
    }

    fn waits(&self) -> bool {
        !self.fence || self.window.is_some()
    }
}
