//! The catalogue of a suite: every clause with its level, texts, source line and readings, or why it is excluded.

use crate::{
    suite::case::not_json,
    syntax::causes::causes,
    syntax::diagnostic::Diagnostic,
    syntax::id::is_clause,
    syntax::json::{self, Node},
    syntax::shape::{Shape, Shapes, bilingual, map, one_of, optional, required},
    syntax::source::{Place, Source},
    syntax::text::Bilingual,
};

/// How much a clause demands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    May,
    Should,
    Must,
}

/// What it means that a server chose a reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReadingVerdict {
    Met,
    Info,
    Warning,
}

const LEVELS: [(&str, Level); 3] = [("must", Level::Must), ("should", Level::Should), ("may", Level::May)];
const VERDICTS: [(&str, ReadingVerdict); 3] = [
    ("met", ReadingVerdict::Met),
    ("info", ReadingVerdict::Info),
    ("warning", ReadingVerdict::Warning),
];

impl Level {
    /// `must`, `should` or `may`.
    pub fn name(self) -> &'static str {
        LEVELS
            .iter()
            .find(|(_, level)| *level == self)
            .map_or("", |(name, _)| name)
    }
}

impl ReadingVerdict {
    /// `met`, `info` or `warning`.
    pub fn name(self) -> &'static str {
        VERDICTS
            .iter()
            .find(|(_, verdict)| *verdict == self)
            .map_or("", |(name, _)| name)
    }
}

/// A named reading of an ambiguous clause.
#[derive(Clone, Debug)]
pub struct Reading {
    pub name: String,
    pub verdict: ReadingVerdict,
    pub text: Bilingual,
}

/// One clause.
#[derive(Clone, Debug)]
pub struct Requirement {
    pub id: String,
    pub level: Level,
    /// Where the document says so: `FILE:LINE`, or a section of an RFC.
    pub source: String,
    pub text: Bilingual,
    /// How to mend a server that violates it.
    pub mend: Option<Bilingual>,
    pub readings: Vec<Reading>,
    /// Why nobody can observe it on the wire.
    pub excluded: Option<Bilingual>,
    /// Why no fault of the reference breaks it.
    pub unbroken: Option<Bilingual>,
    pub place: Place,
}

impl Requirement {
    /// The reading of this name.
    pub fn reading(&self, name: &str) -> Option<&Reading> {
        self.readings.iter().find(|reading| reading.name == name)
    }
}

/// All clauses of a suite, in the order of the file.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    pub requirements: Vec<Requirement>,
}

/// The shape of `requirements.json`.
pub fn shapes() -> Shapes {
    let reading = Shape::Record(vec![
        required(
            "verdict",
            one_of(&VERDICTS.map(|(name, _)| name)),
            "what it means to choose it",
        ),
        required("text", bilingual(), "the reading in a sentence"),
    ]);
    let requirement = Shape::Record(vec![
        required("level", one_of(&LEVELS.map(|(name, _)| name)), "how much it demands"),
        required("source", Shape::Text, "where the document says so"),
        required("text", bilingual(), "the clause in a sentence"),
        optional("mend", bilingual(), "how to mend a server that violates it"),
        optional(
            "readings",
            map(reading),
            "named readings, where the document is ambiguous",
        ),
        optional("excluded", bilingual(), "why nobody can observe it on the wire"),
        optional(
            "unbroken",
            bilingual(),
            "why no fault of the reference server breaks it",
        ),
    ]);
    Shapes {
        title: "A conformist catalogue of requirements",
        root: Shape::Record(vec![
            optional("$schema", Shape::Text, "this schema, for editors"),
            required("requirements", map(requirement), "the clauses by id"),
        ]),
        definitions: Vec::new(),
    }
}

impl Catalogue {
    /// Reads a suite's `requirements.json`.
    ///
    /// # Errors
    /// Every mistake in it.
    #[cfg(test)]
    pub fn read(source: &Source) -> Result<Self, Vec<Diagnostic>> {
        crate::syntax::diagnostic::whole(Self::draft(source))
    }

    /// Reads as much of it as there is, and says every mistake.
    pub fn draft(source: &Source) -> (Option<Self>, Vec<Diagnostic>) {
        let node = match json::parse(source.text()) {
            Ok(node) => node,
            Err(error) => return (None, vec![not_json(source, &error)]),
        };
        let broken = shapes().check(source, &node);
        let mut found = Vec::new();
        let mut requirements = Vec::new();
        for member in node.member("requirements").map(Node::members).unwrap_or_default() {
            let place = source.place(member.key_span.clone());
            if !is_clause(&member.key) {
                let what = format!("`{}` can be no clause's id", member.key);
                found.push(
                    Diagnostic::at(place.clone(), what, "expected capital letters, digits and hyphens")
                        .help("an id begins with a letter and has at most 64 characters: `WS-MARK-1`"),
                );
            }
            for key in ["text", "mend", "excluded", "unbroken"] {
                said(source, member.value.member(key), &mut found);
            }
            let text = |key| member.value.member(key).and_then(Node::as_str).unwrap_or_default();
            let both = |key| member.value.member(key).map(Bilingual::read);
            let readings = member.value.member("readings").map(Node::members).unwrap_or_default();
            requirements.push(Requirement {
                id: member.key.clone(),
                level: find(&LEVELS, text("level")).unwrap_or(Level::Must),
                source: text("source").to_owned(),
                text: both("text").unwrap_or_default(),
                mend: both("mend"),
                readings: readings
                    .iter()
                    .map(|reading| Reading {
                        name: reading.key.clone(),
                        verdict: reading
                            .value
                            .member("verdict")
                            .and_then(Node::as_str)
                            .and_then(|name| find(&VERDICTS, name))
                            .unwrap_or(ReadingVerdict::Met),
                        text: reading.value.member("text").map(Bilingual::read).unwrap_or_default(),
                    })
                    .collect(),
                excluded: both("excluded"),
                unbroken: both("unbroken"),
                place,
            });
        }
        (Some(Self { requirements }), causes(&node, broken, found))
    }

    /// The clause of this id.
    pub fn find(&self, id: &str) -> Option<&Requirement> {
        self.requirements.iter().find(|requirement| requirement.id == id)
    }
}

/// A text that an author must have written something in: a reason that is empty is none.
fn said(source: &Source, text: Option<&Node>, found: &mut Vec<Diagnostic>) {
    for member in text.map(Node::members).unwrap_or_default() {
        if member.value.as_str().is_some_and(|text| text.trim().is_empty()) {
            let place = source.place(member.value.span.clone());
            found.push(
                Diagnostic::at(place, "this text is empty", "expected a sentence")
                    .help("reports show it, and a reason must be one"),
            );
        }
    }
}

fn find<T: Copy>(table: &[(&str, T)], name: &str) -> Option<T> {
    table.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(requirement: &str) -> Result<Catalogue, Vec<String>> {
        let text = format!("{{\"requirements\": {{{requirement}}}}}");
        Catalogue::read(&Source::new("t", text)).map_err(|found| found.into_iter().map(|d| d.what).collect())
    }

    const WHOLE: &str = r#""T-1": {"level": "should", "source": "t.md:1", "text": {"en": "a", "zh": "b"},
        "mend": {"en": "c", "zh": "d"}, "readings": {"x": {"verdict": "warning", "text": {"en": "e", "zh": "f"}}}}"#;

    #[test]
    fn a_clause_has_a_level_texts_and_readings() {
        let catalogue = read(WHOLE).unwrap_or_else(|found| panic!("{found:?}"));
        let clause = catalogue.find("T-1").unwrap_or_else(|| panic!("{catalogue:?}"));
        assert_eq!((clause.level, clause.level.name()), (Level::Should, "should"));
        assert_eq!(clause.text.zh, "b");
        let reading = clause.reading("x").map(|reading| reading.verdict);
        assert_eq!(reading, Some(ReadingVerdict::Warning));
        assert!(clause.excluded.is_none() && clause.reading("y").is_none() && catalogue.find("T-2").is_none());
    }

    #[test]
    fn chinese_and_how_to_mend_may_be_left_out() {
        let catalogue = read(r#""T-1": {"level": "may", "source": "t.md:1", "text": {"en": "a"}}"#);
        let catalogue = catalogue.unwrap_or_else(|found| panic!("{found:?}"));
        let clause = catalogue.find("T-1").unwrap_or_else(|| panic!("{catalogue:?}"));
        assert_eq!(crate::syntax::text::Language::Zh.of(&clause.text), "a");
        assert!(clause.mend.is_none());
    }

    #[test]
    fn an_id_and_every_text_say_something() {
        let found = read(&WHOLE.replace("T-1", "t-1").replace("\"c\"", "\" \"")).map(|_| ());
        let told = ["`t-1` can be no clause's id", "this text is empty"].map(str::to_owned);
        assert_eq!(found, Err(told.to_vec()));
    }
}
