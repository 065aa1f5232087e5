//! What can be demanded of a message, a response or an end: one file a kind, one row in [`KINDS`].
//!
//! A check looks at what was seen and at values that were bound; it knows no clause's level, no step and no socket.

mod accept;
mod between;
mod blank;
mod close;
mod equals;
mod frames;
mod handshake;
mod header;
mod is;
mod members;
mod near;
mod nowhere;
mod observation;
mod payload;
mod present;
mod raw;
mod read;
mod refusal;
mod schema;
mod snapshot;
mod status;
#[cfg(test)]
mod tests;
mod text;
#[cfg(test)]
mod trial;
mod r#type;

pub use self::{
    observation::{Closing, Handshake, Observation, ObservationKind, Refusal},
    read::{read, shapes},
    snapshot::{Kept, Snapshot},
};
use crate::{
    syntax::diagnostic::Diagnostic,
    syntax::json::{Member, Node},
    syntax::schema::Schemas,
    syntax::shape::{Field, Shape},
    syntax::source::{Place, Source},
    syntax::template::{Placeholder, Scope, Template},
};

/// A kind of check.
#[derive(Debug)]
pub struct Kind {
    /// The key that chooses it.
    pub key: &'static str,
    /// What it demands, one line.
    pub text: &'static str,
    /// The shape of its own key's value, and keys that may stand beside it.
    pub shape: fn() -> Shape,
    pub options: fn() -> Vec<Field>,
    /// What it can look at.
    pub sees: &'static [ObservationKind],
    /// Whether it looks at the frames of a connection, which message mode does not show.
    pub needs_bytes: bool,
    pub read: fn(&mut CheckReader<'_>) -> Option<Box<dyn Expectation>>,
}

/// Every kind, in the order in which a check's keys are tried.
pub const KINDS: &[Kind] = &[
    // Before `present`, which is one of its options.
    header::KIND,
    schema::KIND,
    equals::KIND,
    raw::KIND,
    members::KIND,
    r#type::KIND,
    between::KIND,
    near::KIND,
    present::KIND,
    blank::KIND,
    nowhere::KIND,
    is::KIND,
    text::KIND,
    payload::KIND,
    frames::KIND,
    status::KIND,
    accept::KIND,
    handshake::KIND,
    refusal::KIND,
    close::KIND,
];

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    Holds,
    /// It does not hold.
    Fails(Mismatch),
    /// It can't be told: a name without a value, a pattern that ran out of work.
    Unknown(String),
}

/// What was demanded and what was there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// The place in the message, a JSON Pointer or empty.
    pub at: String,
    pub expected: String,
    pub seen: String,
}

/// One compiled expectation.
pub trait Expectation: std::fmt::Debug + Send + Sync {
    fn judge(&self, subject: &Subject, seen: &Observation<'_>, scope: &dyn Scope) -> Found;
    /// Shows every placeholder to `visit`.
    fn placeholders<'t>(&'t self, _visit: &mut dyn FnMut(&'t Placeholder)) {}
}

/// Which JSON value a check is about.
#[derive(Clone, Debug)]
pub enum Subject {
    /// The place in the message.
    At(String),
    /// A value instead of the message.
    Value(Template),
}

impl Subject {
    /// The pointer, empty for a value.
    pub fn pointer(&self) -> &str {
        match self {
            Self::At(pointer) => pointer,
            Self::Value(_) => "",
        }
    }

    /// The value, or `None` where the message has none.
    ///
    /// # Errors
    /// When the message is no JSON, or a name has no value.
    pub fn find(&self, seen: &Observation<'_>, scope: &dyn Scope) -> Result<Option<Node>, Found> {
        match self {
            Self::Value(template) => resolve(template, scope).map(Some),
            Self::At(pointer) => match seen.json() {
                Ok(node) => Ok(node.pointer(pointer).cloned()),
                Err(why) if seen.unread() => Err(Found::Unknown(format!("the message can't be read: {why}"))),
                Err(why) => Err(self.fails("JSON", format!("{} ({why})", seen.show()))),
            },
        }
    }

    /// As [`Subject::find`], where a missing value fails the check.
    ///
    /// # Errors
    /// As [`Subject::find`], and when nothing is there.
    pub fn take(&self, seen: &Observation<'_>, scope: &dyn Scope, expected: &str) -> Result<Node, Found> {
        self.find(seen, scope)?
            .ok_or_else(|| self.fails(expected, format!("nothing there; the message was {}", seen.show())))
    }

    /// The failure at this place.
    pub fn fails(&self, expected: impl Into<String>, found: impl Into<String>) -> Found {
        Found::Fails(Mismatch {
            at: self.pointer().to_owned(),
            expected: expected.into(),
            seen: found.into(),
        })
    }
}

/// The template's value.
///
/// # Errors
/// When a name has no value: the check can't be told.
pub fn resolve(template: &Template, scope: &dyn Scope) -> Result<Node, Found> {
    template
        .resolve(scope)
        .map_err(|name| Found::Unknown(format!("`{}` has no value", name.0)))
}

/// Either way out of a judgement is its result.
pub fn flatten(result: Result<Found, Found>) -> Found {
    result.unwrap_or_else(|found| found)
}

/// Reads one check's object.
pub struct CheckReader<'a> {
    pub source: &'a Source,
    pub node: &'a Node,
    pub schemas: &'a Schemas,
    pub found: &'a mut Vec<Diagnostic>,
}

impl<'a> CheckReader<'a> {
    /// The value of a key.
    pub fn member(&self, key: &str) -> Option<&'a Node> {
        self.node.member(key)
    }

    /// The template under a key.
    pub fn template(&mut self, key: &str) -> Option<Template> {
        let node = self.node.member(key)?;
        Some(Template::read(self.source, node, self.found))
    }

    /// The text under a key.
    pub fn text(&self, key: &str) -> Option<String> {
        self.member(key)?.as_str().map(str::to_owned)
    }
}

/// A kind's expectation about its subject.
#[derive(Debug)]
pub struct Condition {
    pub kind: &'static Kind,
    pub subject: Subject,
    pub expectation: Box<dyn Expectation>,
    /// What its author wrote, without its clause and its reading.
    pub written: Vec<Member>,
}

impl Condition {
    fn judge(&self, seen: &Observation<'_>, scope: &dyn Scope) -> Found {
        self.expectation.judge(&self.subject, seen, scope)
    }
}

/// A named reading of a clause and what tells it.
#[derive(Debug)]
pub struct DemandedReading {
    pub name: String,
    pub all: Vec<Condition>,
    pub place: Place,
}

/// What a check demands.
#[derive(Debug)]
pub enum Demand {
    One(Condition),
    Readings(Vec<DemandedReading>),
    Snapshot(Snapshot),
}

/// A check as a case has it.
#[derive(Debug)]
pub struct Check {
    /// The clause, or a template of the row's own value.
    pub requirement: Option<Template>,
    pub demand: Demand,
    pub place: Place,
}

/// What a whole check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    Holds,
    Reading(String),
    Fails(Vec<Mismatch>),
    Unknown(String),
}

impl Check {
    /// Judges what was seen. Snapshots are not judged here: they are kept.
    pub fn judge(&self, seen: &Observation<'_>, scope: &dyn Scope) -> Answer {
        match &self.demand {
            Demand::Snapshot(_) => Answer::Holds,
            Demand::One(condition) => match condition.judge(seen, scope) {
                Found::Holds => Answer::Holds,
                Found::Fails(mismatch) => Answer::Fails(vec![mismatch]),
                Found::Unknown(why) => Answer::Unknown(why),
            },
            Demand::Readings(readings) => {
                let mut mismatches: Vec<Mismatch> = Vec::new();
                for reading in readings {
                    let first = reading
                        .all
                        .iter()
                        .map(|c| c.judge(seen, scope))
                        .find(|f| *f != Found::Holds);
                    match first {
                        None => return Answer::Reading(reading.name.clone()),
                        Some(Found::Unknown(why)) => return Answer::Unknown(why),
                        Some(Found::Fails(mut mismatch)) => {
                            mismatch.expected = format!("{} ({})", mismatch.expected, reading.name);
                            mismatches.push(mismatch);
                        }
                        Some(Found::Holds) => {}
                    }
                }
                Answer::Fails(mismatches)
            }
        }
    }

    /// Every condition in it.
    pub fn conditions(&self) -> impl Iterator<Item = &Condition> {
        let (one, readings) = match &self.demand {
            Demand::One(condition) => (Some(condition), &[][..]),
            Demand::Readings(readings) => (None, &readings[..]),
            Demand::Snapshot(_) => (None, &[][..]),
        };
        one.into_iter().chain(readings.iter().flat_map(|reading| &reading.all))
    }

    /// Whether it looks at the frames of a connection.
    pub fn needs_bytes(&self) -> bool {
        self.conditions().any(|condition| condition.kind.needs_bytes)
    }

    /// Shows every placeholder of its expectations to `visit`; the clause's template is not among them.
    pub fn placeholders<'t>(&'t self, visit: &mut dyn FnMut(&'t Placeholder)) {
        for condition in self.conditions() {
            if let Subject::Value(template) = &condition.subject {
                template.placeholders(visit);
            }
            condition.expectation.placeholders(visit);
        }
    }

    /// The names of its kind or readings, for listings.
    pub fn label(&self) -> String {
        match &self.demand {
            Demand::One(condition) => condition.kind.key.to_owned(),
            Demand::Snapshot(snapshot) => format!("snapshot {}", snapshot.name),
            Demand::Readings(readings) => {
                let names: Vec<&str> = readings.iter().map(|reading| reading.name.as_str()).collect();
                names.join(" | ")
            }
        }
    }
}
