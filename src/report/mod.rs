//! Reports: a run becomes text, in one format a file. Pure: no clock, disk, environment or terminal.

pub mod catalogue;
pub mod coverage;
pub mod explain;
pub mod human;
pub mod junit;
pub mod language;
mod layout;
pub mod matrix;
pub mod ndjson;
pub mod sanitize;
mod steps;

pub use self::language::Language;
use crate::run::summary::Summary;

#[cfg(test)]
mod tests;

/// How a report for people looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    pub colour: bool,
    /// Every clause and every finding.
    pub verbose: bool,
    pub language: Language,
}

/// A format of reports.
#[derive(Debug)]
pub struct Format {
    /// What a command line calls it.
    pub name: &'static str,
    /// What its files usually end with.
    pub extension: &'static str,
    /// It is written row by row, and a run that is killed leaves what it saw.
    pub grows: bool,
    pub description: &'static str,
    /// Renders a run that ends with this exit code. Formats for machines ignore the style.
    pub render: fn(&Summary, u8, Style) -> String,
}

/// Every format.
pub const FORMATS: &[Format] = &[
    Format {
        name: "human",
        extension: "txt",
        grows: false,
        description: "clause by clause, for people",
        render: |run, _, style| human::render(run, style),
    },
    Format {
        name: "junit",
        extension: "xml",
        grows: false,
        description: "JUnit XML, one test case a row",
        render: |run, _, _| junit::render(run),
    },
    Format {
        name: "ndjson",
        extension: "ndjson",
        grows: true,
        description: "the journal: one JSON object a line",
        render: |run, exit, _| ndjson::render(run, exit),
    },
];

/// The format of this name.
pub fn format(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name)
}
