//! The acts: one file each, one row each in [`ACTS`], one variant each of [`Act`].
//!
//! The table is all that shapes, schemas and the reader know of them; whoever needs more asks the act itself through
//! [`Deed`]. Nothing here is run and nothing is judged.

use super::{
    build::Build, close::Close, closed::Closed, expect::Expect, r#let::Let, open::Open, read::StepReader,
    repeat::Repeat, request::Request, search::Search, send::Send, silence::Silence, step::Nested, together::Together,
    trigger::Trigger, wait::Wait, words::Words,
};
use crate::{
    check::ObservationKind,
    syntax::json::Node,
    syntax::shape::{Field, Shape, Variant, required},
    syntax::template::Placeholder,
};

/// One row of the vocabulary.
pub struct ActKind {
    /// The key that chooses it.
    pub key: &'static str,
    /// What it does, one line.
    pub text: &'static str,
    /// The shape of its own key's value, and keys that may stand beside it.
    pub shape: fn() -> Shape,
    pub fields: fn() -> Vec<Field>,
    /// What it shows to its checks.
    pub shows: ObservationKind,
    /// The keys that are told as they are written.
    pub told: &'static [&'static str],
    pub read: fn(&mut StepReader<'_>, &Node) -> Option<Act>,
}

/// Every act, in the order in which a step's keys are tried.
pub const ACTS: &[ActKind] = &[
    super::r#let::KIND,
    super::build::KIND,
    super::open::KIND,
    super::send::KIND,
    super::expect::KIND,
    super::silence::KIND,
    super::closed::KIND,
    super::close::KIND,
    super::request::KIND,
    super::trigger::KIND,
    super::search::KIND,
    super::wait::KIND,
    super::repeat::KIND,
    super::together::KIND,
];

impl ActKind {
    /// As one way of a step's shape.
    pub(super) fn variant(&self) -> Variant {
        let own = required(self.key, (self.shape)(), self.text);
        Variant {
            key: self.key,
            text: self.text,
            fields: std::iter::once(own).chain((self.fields)()).collect(),
        }
    }
}

/// What a step does.
#[derive(Debug)]
pub enum Act {
    Let(Let),
    Build(Build),
    Open(Box<Open>),
    Send(Send),
    Expect(Expect),
    Silence(Silence),
    Closed(Closed),
    Close(Close),
    Request(Box<Request>),
    Trigger(Trigger),
    Search(Box<Search>),
    Wait(Wait),
    Repeat(Repeat),
    Together(Together),
}

/// Something of the manifest that an act names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mention<'a> {
    /// An endpoint; without a name the first whose scheme begins so.
    Endpoint {
        name: Option<&'a str>,
        scheme: &'static str,
    },
    Situation(&'a str),
}

/// What every act can say of itself.
pub trait Deed {
    /// Its row of the table.
    fn kind(&self) -> &'static ActKind;

    /// Says in words what it does, without its clause, its checks and the steps inside it.
    fn words(&self, words: &mut Words<'_>);

    /// The connection that it is about.
    fn connection(&self) -> Option<&str> {
        None
    }

    /// What of the manifest it can't do without.
    fn mention(&self) -> Option<Mention<'_>> {
        None
    }

    /// The names that it binds; captures are the step's.
    fn binds(&self) -> Vec<&str> {
        Vec::new()
    }

    /// Shows every placeholder of its own to `visit`; not those of steps inside it.
    fn placeholders<'t>(&'t self, _visit: &mut dyn FnMut(&'t Placeholder)) {}

    /// The steps inside it.
    fn nested(&self) -> Nested<'_> {
        Nested::None
    }

    /// Whether it can fail by itself, so that it stands for a clause.
    fn can_fail(&self) -> bool {
        false
    }

    /// Whether it writes what a polite client can't.
    fn needs_bytes(&self) -> bool {
        false
    }

    /// Whether it takes time by design.
    fn waits(&self) -> bool {
        false
    }
}

impl Act {
    /// The act behind the variant.
    pub fn deed(&self) -> &dyn Deed {
        match self {
            Self::Let(act) => act,
            Self::Build(act) => act,
            Self::Open(act) => &**act,
            Self::Send(act) => act,
            Self::Expect(act) => act,
            Self::Silence(act) => act,
            Self::Closed(act) => act,
            Self::Close(act) => act,
            Self::Request(act) => &**act,
            Self::Trigger(act) => act,
            Self::Search(act) => &**act,
            Self::Wait(act) => act,
            Self::Repeat(act) => act,
            Self::Together(act) => act,
        }
    }
}
