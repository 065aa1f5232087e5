//! `build`: binds names to long texts, made of pieces.

use super::{Act, ActKind, Deed, Words};
use crate::{
    check::ObservationKind,
    syntax::bytes::{Bytes, pieces_shape},
    syntax::shape::map,
    syntax::template::Placeholder,
};

pub const KIND: ActKind = ActKind {
    key: "build",
    text: "binds names to long texts",
    shape: || map(pieces_shape()),
    fields: Vec::new,
    shows: ObservationKind::Values,
    told: &["build"],
    read: |reader, node| {
        let mut bindings = Vec::new();
        for member in reader.demand(node, "build")?.members() {
            bindings.push((member.key.clone(), reader.bytes(&member.value)?));
        }
        Some(Act::Build(Build { bindings }))
    },
};

/// Names and their texts.
#[derive(Debug)]
pub struct Build {
    pub bindings: Vec<(String, Bytes)>,
}

impl Deed for Build {
    fn kind(&self) -> &'static ActKind {
        &KIND
    }

    fn words(&self, words: &mut Words<'_>) {
        words.say("build ", "构造 ");
        words.value("build");
    }

    fn binds(&self) -> Vec<&str> {
        self.bindings.iter().map(|(name, _)| name.as_str()).collect()
    }

    fn makes(&self) -> usize {
        self.bindings.iter().map(|(_, bytes)| bytes.least()).sum()
    }

    fn placeholders<'t>(&'t self, visit: &mut dyn FnMut(&'t Placeholder)) {
        self.bindings.iter().for_each(|(_, bytes)| bytes.placeholders(visit));
    }
}
