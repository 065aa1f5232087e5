//! One step as its author wrote it: an act, the clause that it stands for, and what must hold of what it shows.

use std::sync::Arc;

use super::{
    acts::{Act, ActKind},
    words::{Part, Words},
};
use crate::{
    check::Check,
    syntax::json::Member,
    syntax::source::Place,
    syntax::template::{Placeholder, Template},
    syntax::text::Language,
};

/// One step.
#[derive(Debug)]
pub struct Step {
    pub act: Act,
    /// The clause that the act itself stands for, or a template of the row's value.
    pub requirement: Option<Template>,
    pub checks: Vec<Check>,
    pub captures: Vec<Capture>,
    /// A precondition: its failure blocks the row and accuses nobody.
    pub given: bool,
    pub place: Place,
    /// The members that are told as they are written.
    pub(super) told: Vec<Member>,
}

/// A name for a value of the message.
#[derive(Clone, Debug)]
pub struct Capture {
    pub name: String,
    pub at: String,
    pub secret: bool,
}

/// The steps inside a step.
#[derive(Clone, Copy, Debug)]
pub enum Nested<'s> {
    None,
    /// In order.
    Steps(&'s [Arc<Step>]),
    /// Side by side.
    Sides(&'s [Vec<Arc<Step>>]),
    /// The one that takes the reply.
    Reply(&'s Arc<Step>),
}

impl Step {
    /// Its row of the table of acts.
    pub fn kind(&self) -> &'static ActKind {
        self.act.deed().kind()
    }

    /// Its act's name in reports, where the act itself is judged.
    pub fn label(&self) -> &'static str {
        self.kind().key
    }

    /// The steps inside it.
    pub fn nested(&self) -> Nested<'_> {
        self.act.deed().nested()
    }

    /// What its act does, in words.
    pub fn words(&self, language: Language) -> Vec<Part> {
        let mut words = Words::new(language, &self.told);
        self.act.deed().words(&mut words);
        words.finish()
    }

    /// Shows this step and those inside it.
    pub fn walk<'s>(&'s self, visit: &mut dyn FnMut(&'s Step)) {
        visit(self);
        match self.nested() {
            Nested::None => {}
            Nested::Steps(steps) => steps.iter().for_each(|step| step.walk(visit)),
            Nested::Sides(sides) => sides.iter().flatten().for_each(|step| step.walk(visit)),
            Nested::Reply(reply) => reply.walk(visit),
        }
    }

    /// The connection that it is about.
    pub fn connection(&self) -> Option<&str> {
        self.act.deed().connection()
    }

    /// The names that it binds.
    pub fn binds(&self) -> Vec<String> {
        let captures = self.captures.iter().map(|capture| capture.name.as_str());
        captures.chain(self.act.deed().binds()).map(str::to_owned).collect()
    }

    /// Shows every placeholder of this step itself to `visit`, its checks' among them; not those of steps inside it.
    pub fn placeholders<'t>(&'t self, visit: &mut dyn FnMut(&'t Placeholder)) {
        self.act.deed().placeholders(visit);
        self.checks.iter().for_each(|check| check.placeholders(visit));
    }

    /// Whether it takes the bytes of a connection, which message mode neither sends nor shows.
    pub fn needs_bytes(&self) -> bool {
        self.act.deed().needs_bytes() || self.checks.iter().any(Check::needs_bytes)
    }
}
