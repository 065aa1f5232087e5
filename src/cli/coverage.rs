//! `coverage`: what judges and what breaks each clause.

use clap::{Args, ValueEnum};

use super::{
    Files,
    exit::{Exit, Stop},
    out,
};
use crate::{
    host::Suites,
    report::coverage::{self, Coverage, Named},
};
use reference::{FAULTS, READINGS};

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum CoverageFormat {
    #[default]
    Text,
    Json,
    Markdown,
}

#[derive(Debug, Args)]
pub struct CoverageOptions {
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    format: CoverageFormat,
    #[command(flatten)]
    files: Files,
}

/// Prints it.
pub fn coverage(options: &CoverageOptions) -> Result<Exit, Stop> {
    let all = of(&options.files.load()?);
    let text = match options.format {
        CoverageFormat::Text => coverage::text(&all),
        CoverageFormat::Json => coverage::json(&all),
        CoverageFormat::Markdown => coverage::markdown(&all),
    };
    out::print(&text).map_err(Stop::harness)?;
    Ok(Exit::Conformant)
}

fn of(suites: &Suites) -> Vec<Coverage> {
    let faults = FAULTS.iter().map(|fault| Named {
        name: fault.name,
        suite: fault.suite(),
        about: fault.breaks.iter().map(|clause| (*clause, "")).collect(),
    });
    let readings = READINGS.iter().map(|reading| Named {
        name: reading.name,
        suite: reading.suite(),
        about: reading.shows.to_vec(),
    });
    let (faults, readings): (Vec<_>, Vec<_>) = (faults.collect(), readings.collect());
    coverage::coverage(&suites.chosen, &faults, &readings)
}
