//! A case as its author wrote it. Whatever is wrong with the file alone is said here, all at once.

mod act;
pub mod content;
mod read;
mod shape;

use std::{sync::Arc, time::Duration};

pub use self::{
    act::{Act, Address, Capture, Close, Expect, Open, Outcome, Over, Provoke, Request, Search, Send, Silence, Step},
    content::{Content, FrameSpec},
    shape::{shapes, step_shapes},
};
use crate::{
    check::ObservationKind,
    syntax::causes::causes,
    syntax::diagnostic::{Diagnostic, whole},
    syntax::effects::{EFFECTS, Effects},
    syntax::id::is_part,
    syntax::json::{self, Node},
    syntax::schema::Schemas,
    syntax::selector::Selector,
    syntax::shape::milliseconds,
    syntax::source::{Place, Source},
    syntax::template::Template,
};

/// A text in the two languages of the product.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bilingual {
    pub en: String,
    pub zh: String,
}

impl Bilingual {
    /// Reads `{"en": .., "zh": ..}`.
    pub fn read(node: &Node) -> Self {
        let text = |key| node.member(key).and_then(Node::as_str).unwrap_or_default().to_owned();
        Self {
            en: text("en"),
            zh: text("zh"),
        }
    }

    /// The text in a language; English if the language is not known.
    pub fn in_language(&self, language: &str) -> &str {
        if language == "zh" { &self.zh } else { &self.en }
    }
}

/// Named rows of values.
#[derive(Clone, Debug)]
pub struct Table {
    pub name: String,
    pub rows: Vec<(String, Template)>,
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
    pub unsolicited: Option<Selector>,
    pub deadline: Option<Duration>,
}

impl Case {
    /// Reads a case file.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn read(id: &str, source: &Source, schemas: &Schemas) -> Result<Self, Vec<Diagnostic>> {
        whole(Self::draft(id, source, schemas))
    }

    /// Reads as much of it as there is, and says every mistake.
    pub fn draft(id: &str, source: &Source, schemas: &Schemas) -> (Option<Self>, Vec<Diagnostic>) {
        let node = match json::parse(source.text()) {
            Ok(node) => node,
            Err(error) => return (None, vec![not_json(source, &error)]),
        };
        let broken = shapes().check(source, &node);
        let mut found = Vec::new();
        let mut reader = read::Reader {
            source,
            schemas,
            given: true,
            overlapped: false,
            found: &mut found,
        };
        let given = reader.steps(node.member("given"));
        reader.given = false;
        let steps = reader.steps(node.member("steps"));
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

    /// Every step with its nested ones, `given` first.
    pub fn walk<'c>(&'c self, visit: &mut dyn FnMut(&'c Step)) {
        self.given.iter().chain(&self.steps).for_each(|step| step.walk(visit));
    }
}

/// Reads steps outside a case file, which judge nothing: a suite's sign of life.
pub fn read_steps(
    source: &Source,
    node: Option<&Node>,
    schemas: &Schemas,
    found: &mut Vec<Diagnostic>,
) -> Vec<Arc<Step>> {
    let mut reader = read::Reader {
        source,
        schemas,
        given: true,
        overlapped: false,
        found,
    };
    reader.steps(node)
}

/// The diagnostic for a text that is no JSON.
pub fn not_json(source: &Source, error: &json::Error) -> Diagnostic {
    Diagnostic::at(source.place(error.at..error.at + 1), "this is not JSON", error.what)
}

/// The strings of a list, or the one string.
pub fn strings(node: Option<&Node>) -> Vec<String> {
    let one = node.and_then(Node::as_str).into_iter();
    let items = node.map(Node::items).unwrap_or_default().iter();
    one.chain(items.filter_map(Node::as_str)).map(str::to_owned).collect()
}

/// A duration with its unit.
pub fn duration(text: &str) -> Option<Duration> {
    milliseconds(text)
        .and_then(|ms| u64::try_from(ms).ok())
        .map(Duration::from_millis)
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
            rows.push((row.key.clone(), Template::read(source, &row.value, found)));
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

/// What a step shows to its checks.
fn kind(act: &Act) -> ObservationKind {
    match act {
        Act::Open(_) => ObservationKind::Handshake,
        Act::Request(_) => ObservationKind::Response,
        Act::Closed { .. } | Act::Close(_) => ObservationKind::Closing,
        Act::Expect(_) => ObservationKind::Message,
        _ => ObservationKind::Values,
    }
}
