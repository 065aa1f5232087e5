//! What `run` and `judge` have in common: reports, their files and their language.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use clap::Args;

use super::{
    exit::{Exit, Stop},
    out,
};
use crate::{
    report::{self, Format, Language, Style},
    run::summary::Summary,
    store::{self, Journal},
};

#[derive(Debug, Args)]
pub struct Reporting {
    #[arg(long, value_name = "FORMAT=PATH", value_parser = parse_report, help = report_help())]
    report: Vec<(&'static Format, PathBuf)>,
    /// The language of the clauses' texts
    #[arg(long, value_name = "LANGUAGE", value_parser = ["en", "zh"], default_value = "en")]
    lang: String,
    /// Show every finding and every clause
    #[arg(long, short)]
    pub verbose: bool,
}

fn names() -> Vec<&'static str> {
    report::FORMATS.iter().map(|format| format.name).collect()
}

fn report_help() -> String {
    format!("Write a report, {}, to a file; may be repeated", names().join(" or "))
}

fn parse_report(text: &str) -> Result<(&'static Format, PathBuf), String> {
    let named = text.split_once('=').filter(|(_, path)| !path.is_empty());
    named
        .and_then(|(name, path)| Some((report::format(name)?, path.into())))
        .ok_or_else(|| format!("expected FORMAT=PATH with one of the formats {}", names().join(", ")))
}

impl Reporting {
    /// Begins the journals, which grow as rows end. What no report could be written to is told now and not after the run.
    pub fn journals(&self) -> Result<Lines, Stop> {
        let mut taken = BTreeSet::new();
        for (_, path) in &self.report {
            let unwritable =
                |why: String| Stop::Plain(Exit::Usage, format!("{} can't be written: {why}", path.display()));
            let place = store::place_for_a_file(path).map_err(|error| unwritable(error.to_string()))?;
            if place.is_some_and(|place| !taken.insert(place)) {
                return Err(unwritable("another report has the same place".into()));
            }
        }
        let mut lines = Lines::default();
        for (_, path) in self.report.iter().filter(|(format, _)| format.grows) {
            lines.begin(path)?;
        }
        Ok(lines)
    }

    /// Writes the reports of a run that is over, and shows it.
    pub fn tell(&self, run: &Summary, exit: Exit, lines: Lines) -> Result<(), Stop> {
        let style = |colour| Style {
            colour,
            verbose: self.verbose,
            language: Language::from_code(&self.lang),
        };
        let written = self.write(run, exit, style(false)).and(lines.finish());
        out::print(&report::human::render(run, style(out::in_colour()))).map_err(Stop::harness)?;
        written
    }

    fn write(&self, run: &Summary, exit: Exit, style: Style) -> Result<(), Stop> {
        // The others were written as the run went.
        for (format, path) in self.report.iter().filter(|(format, _)| !format.grows) {
            let text = (format.render)(run, exit.code(), style);
            store::write(path, &text).map_err(|error| unwritable(path, &error))?;
        }
        Ok(())
    }
}

/// Files that grow line by line. One that can't be written does not end the run; it is told at the end.
#[derive(Debug, Default)]
pub struct Lines {
    files: Vec<(PathBuf, Journal)>,
    failed: Option<String>,
}

impl Lines {
    /// Begins a file.
    pub fn begin(&mut self, path: &Path) -> Result<(), Stop> {
        let journal = Journal::create(path)
            .map_err(|error| Stop::Plain(Exit::Usage, format!("{} can't be written: {error}", path.display())))?;
        self.files.push((path.to_owned(), journal));
        Ok(())
    }

    /// Adds a line to every file.
    pub fn line(&mut self, line: &str) {
        for (path, journal) in &mut self.files {
            if let Err(error) = journal.line(line) {
                self.failed
                    .get_or_insert_with(|| format!("{} can't be written: {error}", path.display()));
            }
        }
    }

    /// Tells the first failure.
    pub fn finish(self) -> Result<(), Stop> {
        self.failed.map_or(Ok(()), |why| Err(Stop::harness(why)))
    }
}

fn unwritable(path: &Path, error: &std::io::Error) -> Stop {
    Stop::harness(format!("{} can't be written: {error}", path.display()))
}
