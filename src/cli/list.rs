//! `list`: cases, requirements, checks, faults, readings, formats.

use clap::{Args, ValueEnum};

use super::{
    Files,
    exit::{Exit, Stop},
    out,
};
use crate::{
    check::KINDS,
    plan,
    report::{self, Language, Style},
};
use reference::{FAULTS, READINGS};

#[derive(Clone, Copy, Debug, ValueEnum)]
enum What {
    /// Every row, with what it does to the target
    Cases,
    /// Every clause, with its level, number of checks, or why it is excluded
    Requirements,
    /// Every kind of check
    Checks,
    /// Every named fault of the reference server, with the clauses that it breaks
    Faults,
    /// Every other lawful reading that the reference server can take, with the interpretations that must be recognised
    Readings,
    /// Every format of reports
    Formats,
}

#[derive(Debug, Args)]
pub struct ListOptions {
    #[arg(value_enum)]
    what: What,
    #[command(flatten)]
    files: Files,
    /// The language of the clauses' texts
    #[arg(long, value_name = "LANGUAGE", value_parser = ["en", "zh"], default_value = "en")]
    lang: String,
}

/// Prints the list.
pub fn list(options: &ListOptions) -> Result<Exit, Stop> {
    let language = Language::from_code(&options.lang);
    let lines: Vec<String> = match options.what {
        What::Checks => KINDS
            .iter()
            .map(|kind| format!("{:<11} {}", kind.key, kind.text))
            .collect(),
        What::Formats => report::FORMATS
            .iter()
            .map(|format| format!("{:<7} .{:<7} {}", format.name, format.extension, format.description))
            .collect(),
        What::Faults => FAULTS
            .iter()
            .map(|fault| format!("{:<34} {:<30} {}", fault.name, fault.breaks.join(" "), fault.text))
            .collect(),
        What::Readings => READINGS
            .iter()
            .map(|reading| {
                let shows: Vec<String> = reading.shows.iter().map(|(c, name)| format!("{c} {name}")).collect();
                format!("{:<34} {:<30} {}", reading.name, shows.join(", "), reading.text)
            })
            .collect(),
        What::Cases => {
            let suites = options.files.load()?;
            let cases = suites.chosen.iter().flat_map(|suite| &suite.cases);
            let line = |case: &std::sync::Arc<crate::suite::case::Case>| {
                let effects = case.effects.name();
                let title = language.of(&case.title);
                plan::rows(case)
                    .into_iter()
                    .map(|row| format!("{:<58} {effects:<11} {title}", row.id))
                    .collect::<Vec<_>>()
            };
            cases.flat_map(line).collect()
        }
        What::Requirements => {
            let suites = options.files.load()?;
            let style = Style {
                colour: out::in_colour(),
                verbose: false,
                language,
            };
            vec![report::catalogue::requirements(&suites.chosen, style)]
        }
    };
    out::print(&lines.join("\n")).map_err(Stop::harness)?;
    Ok(Exit::Conformant)
}
