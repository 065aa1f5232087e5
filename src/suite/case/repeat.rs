//! `repeat`: runs steps many times.

use std::sync::Arc;

use super::{Act, ActKind, Deed, Nested, Step, Words, fields};
use crate::{
    check::ObservationKind,
    syntax::shape::{Shape, list, optional, required},
    syntax::template::{Placeholder, Template},
};

pub const KIND: ActKind = ActKind {
    key: "repeat",
    text: "runs steps many times",
    shape: || Shape::Either(vec![Shape::Integer, list(Shape::Any)]),
    fields: || {
        vec![
            optional("as", Shape::Text, "the name of the round or value"),
            optional("overlap", Shape::Bool, "all rounds at once"),
            required("steps", fields::steps(), "the steps"),
        ]
    },
    shows: ObservationKind::Values,
    told: &[],
    read: |reader, node| {
        let over = match reader.count(node, "repeat") {
            Some(rounds) => Over::Rounds(rounds),
            None => {
                let values = reader.demand(node, "repeat")?.items().iter();
                Over::Values(values.map(|value| reader.value(value)).collect())
            }
        };
        let overlap = reader.flag(node, "overlap", false);
        let steps = reader.demand(node, "steps")?;
        Some(Act::Repeat(Repeat {
            over,
            name: reader.text(node, "as").unwrap_or_else(|| "i".into()),
            overlap,
            steps: reader.inside(overlap, |reader| reader.steps(steps)),
        }))
    },
};

/// What a `repeat` counts.
#[derive(Debug)]
pub enum Over {
    Rounds(usize),
    Values(Vec<Template>),
}

/// Steps to run many times.
#[derive(Debug)]
pub struct Repeat {
    pub over: Over,
    pub name: String,
    pub overlap: bool,
    pub steps: Vec<Arc<Step>>,
}

impl Deed for Repeat {
    fn kind(&self) -> &'static ActKind {
        &KIND
    }

    fn words(&self, words: &mut Words<'_>) {
        words.say("repeat ", "重复 ");
        match &self.over {
            Over::Rounds(rounds) => words.say(&format!("{rounds} times"), &format!("{rounds} 次")),
            Over::Values(values) => {
                let count = values.len();
                words.say(&format!("for each of {count} values"), &format!("{count} 个值各一次"));
            }
        }
        words.say(" (${", " (${");
        words.name(&self.name);
        words.say("})", "})");
        if self.overlap {
            words.say(", all under way at once", "，同时进行");
        }
    }

    fn binds(&self) -> Vec<&str> {
        vec![&self.name]
    }

    fn placeholders<'t>(&'t self, visit: &mut dyn FnMut(&'t Placeholder)) {
        if let Over::Values(values) = &self.over {
            values.iter().for_each(|value| value.placeholders(visit));
        }
    }

    fn nested(&self) -> Nested<'_> {
        Nested::Steps(&self.steps)
    }
}
