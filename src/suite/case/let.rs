//! `let`: binds names to values.

use super::{Act, ActKind, Deed, Words};
use crate::{
    check::ObservationKind,
    syntax::shape::{Shape, map},
    syntax::template::{Placeholder, Template},
};

pub const KIND: ActKind = ActKind {
    key: "let",
    text: "binds names to values",
    shape: || map(Shape::Any),
    fields: Vec::new,
    shows: ObservationKind::Values,
    told: &["let"],
    read: |reader, node| {
        let members = reader.demand(node, "let")?.members().iter();
        let bindings = members.map(|member| (member.key.clone(), reader.value(&member.value)));
        Some(Act::Let(Let {
            bindings: bindings.collect(),
        }))
    },
};

/// Names and their values.
#[derive(Debug)]
pub struct Let {
    pub bindings: Vec<(String, Template)>,
}

impl Deed for Let {
    fn kind(&self) -> &'static ActKind {
        &KIND
    }

    fn words(&self, words: &mut Words<'_>) {
        words.say("let ", "设定 ");
        words.value("let");
    }

    fn binds(&self) -> Vec<&str> {
        self.bindings.iter().map(|(name, _)| name.as_str()).collect()
    }

    fn placeholders<'t>(&'t self, visit: &mut dyn FnMut(&'t Placeholder)) {
        self.bindings
            .iter()
            .for_each(|(_, template)| template.placeholders(visit));
    }
}
