//! A case as its author wrote it. Whatever is wrong with the file alone is said here, all at once.
//!
//! One file an act, which has its type, its shape, its reading, the names that it uses and binds, and its words. Nothing
//! here knows a target, and nothing runs.

mod acts;
mod address;
mod build;
mod close;
mod closed;
mod common;
mod content;
mod expect;
mod fields;
mod r#let;
mod open;
mod read;
mod repeat;
mod request;
mod search;
mod send;
mod shape;
mod silence;
mod step;
mod together;
mod trigger;
mod wait;
mod words;

use std::{collections::BTreeSet, sync::Arc, time::Duration};

pub use self::{
    acts::{Act, ActKind, Deed, Mention},
    address::Address,
    build::Build,
    close::Close,
    closed::Closed,
    common::Common,
    content::{Content, FrameSpec},
    expect::Expect,
    r#let::Let,
    open::{HandshakeOutcome, Open},
    read::StepReader,
    repeat::Over,
    request::{Request, RequestBody},
    search::Search,
    send::Send,
    shape::{shapes, step_shapes},
    silence::Silence,
    step::{Capture, Nested, Step},
    trigger::Trigger,
    wait::Wait,
    words::{Part, Words},
};
use crate::{
    suite::manifest::Manifest,
    syntax::causes::causes,
    syntax::diagnostic::Diagnostic,
    syntax::effects::{EFFECTS, Effects},
    syntax::id::is_part,
    syntax::json::{self, Node},
    syntax::schema::Schemas,
    syntax::selector::Selector,
    syntax::source::{Place, Source},
    syntax::template::Template,
    syntax::text::{Bilingual, duration, strings},
};

/// Named rows of values.
#[derive(Clone, Debug)]
pub struct Table {
    pub name: String,
    pub rows: Vec<TableRow>,
}

/// A value of a table.
#[derive(Clone, Debug)]
pub struct TableRow {
    pub name: String,
    pub value: Template,
    /// The value as it is written.
    pub written: Node,
}

/// One case file.
#[derive(Debug)]
pub struct Case {
    /// `SUITE/AREA/NAME`.
    pub id: String,
    pub source: Source,
    pub title: Bilingual,
    pub about: String,
    pub tags: Vec<String>,
    pub effects: Effects,
    pub tables: Vec<Table>,
    pub given: Vec<Arc<Step>>,
    pub steps: Vec<Arc<Step>>,
    /// The clause that a server violates which does not survive the case.
    pub survives: Option<Template>,
    pub survives_place: Option<Place>,
    /// Messages that may be left over, if it says so itself: see [`Suite::unsolicited`](crate::suite::Suite::unsolicited).
    pub unsolicited: Option<Selector>,
    pub deadline: Option<Duration>,
    /// The fragments that its steps use.
    pub fragments: BTreeSet<String>,
}

impl Case {
    /// Reads a case file of a suite.
    ///
    /// # Errors
    /// Every mistake in it.
    #[cfg(any(test, fuzzing))]
    pub fn read(id: &str, source: &Source, schemas: &Schemas, common: &Common) -> Result<Self, Vec<Diagnostic>> {
        crate::syntax::diagnostic::whole(Self::draft(id, source, schemas, common))
    }

    /// Reads as much of it as there is, and says every mistake.
    pub fn draft(id: &str, source: &Source, schemas: &Schemas, common: &Common) -> (Option<Self>, Vec<Diagnostic>) {
        let node = match json::parse(source.text()) {
            Ok(node) => node,
            Err(error) => return (None, vec![not_json(source, &error)]),
        };
        let broken = shapes().check(source, &node);
        let mut found = Vec::new();
        let mut reader = StepReader::new(source, schemas, common, &mut found);
        let read = |reader: &mut StepReader<'_>, key| {
            let list = node.member(key);
            list.map(|list| reader.steps(list)).unwrap_or_default()
        };
        let given = read(&mut reader, "given");
        reader.given = false;
        let steps = read(&mut reader, "steps");
        let fragments = reader.used;
        let text = |key| node.member(key).and_then(Node::as_str);
        let case = Self {
            id: id.to_owned(),
            source: source.clone(),
            title: node.member("title").map(Bilingual::read).unwrap_or_default(),
            about: text("about").unwrap_or_default().to_owned(),
            tags: strings(node.member("tags")),
            effects: EFFECTS
                .into_iter()
                .find(|(name, _)| Some(*name) == text("effects"))
                .map_or(Effects::Read, |(_, effects)| effects),
            tables: tables(source, node.member("each"), &mut found),
            given,
            steps,
            survives: node
                .member("survives")
                .map(|clause| Template::read(source, clause, &mut found)),
            survives_place: node.member("survives").map(|clause| source.place(clause.span.clone())),
            unsolicited: node
                .member("unsolicited")
                .map(|s| Selector::read(source, s, &mut found)),
            fragments,
            deadline: text("deadline").and_then(duration),
        };
        for part in id.split('/').filter(|part| !is_part(part)) {
            found.push(
                Diagnostic::plain(format!("`{part}` in the path of {} can be no id", source.name()))
                    .help("each part of a case's path matches [a-z0-9][a-z0-9._-]{0,63}"),
            );
        }
        (Some(case), causes(&node, broken, found))
    }

    /// A case of a suite that only does these steps.
    pub fn of_steps(id: String, manifest: &Manifest, steps: &[Arc<Step>]) -> Self {
        Self {
            id,
            source: manifest.source.clone(),
            title: Bilingual::default(),
            about: String::new(),
            tags: Vec::new(),
            effects: Effects::Read,
            tables: Vec::new(),
            given: steps.to_vec(),
            steps: Vec::new(),
            survives: None,
            survives_place: None,
            unsolicited: None,
            deadline: None,
            fragments: BTreeSet::new(),
        }
    }

    /// Every step with its nested ones, `given` first.
    pub fn walk<'c>(&'c self, visit: &mut dyn FnMut(&'c Step)) {
        self.given.iter().chain(&self.steps).for_each(|step| step.walk(visit));
    }
}

/// The diagnostic for a text that is no JSON.
pub fn not_json(source: &Source, error: &json::JsonError) -> Diagnostic {
    Diagnostic::at(source.place(error.at..error.at + 1), "this is not JSON", error.what)
}

fn tables(source: &Source, node: Option<&Node>, found: &mut Vec<Diagnostic>) -> Vec<Table> {
    let mut tables = Vec::new();
    for table in node.map(Node::members).unwrap_or_default() {
        let mut rows = Vec::new();
        for row in table.value.members() {
            if !is_part(&row.key) || row.key.contains('.') {
                let place = source.place(row.key_span.clone());
                found.push(Diagnostic::at(
                    place,
                    "not a row's name",
                    "expected `[a-z0-9][a-z0-9_-]*`",
                ));
            }
            rows.push(TableRow {
                name: row.key.clone(),
                value: Template::read(source, &row.value, found),
                written: row.value.clone(),
            });
        }
        if rows.is_empty() {
            let place = source.place(table.key_span.clone());
            found.push(Diagnostic::at(place, "a table without rows", "at least one row"));
        }
        tables.push(Table {
            name: table.key.clone(),
            rows,
        });
    }
    tables
}
