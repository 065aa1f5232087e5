//! `together`: runs lists of steps side by side.

use std::sync::Arc;

use super::{Act, ActKind, Deed, Nested, Step, Words, fields};
use crate::{check::ObservationKind, syntax::shape::list};

pub const KIND: ActKind = ActKind {
    key: "together",
    text: "runs lists of steps side by side",
    shape: || list(fields::steps()),
    fields: Vec::new,
    shows: ObservationKind::Values,
    told: &[],
    read: |reader, node| {
        let sides = reader.demand(node, "together")?.items().iter();
        Some(Act::Together(Together {
            sides: reader.inside(true, |reader| sides.map(|side| reader.steps(side)).collect()),
        }))
    },
};

/// Lists of steps to run side by side.
#[derive(Debug)]
pub struct Together {
    pub sides: Vec<Vec<Arc<Step>>>,
}

impl Deed for Together {
    fn kind(&self) -> &'static ActKind {
        &KIND
    }

    fn words(&self, words: &mut Words<'_>) {
        words.say("side by side", "并行");
    }

    fn nested(&self) -> Nested<'_> {
        Nested::Sides(&self.sides)
    }
}
