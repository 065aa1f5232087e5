//! `prove`: the suites against the honest reference, every named fault and every other reading.

use std::{path::PathBuf, time::Instant};

use clap::Args;

use super::{
    Files,
    exit::{Exit, Stop},
    out,
    serve::{find_fault, find_reading},
};
use crate::{
    report::matrix::{Heard, Line, Matrix, Unproved},
    run::proof::{self, Proof},
    store,
};
use reference::{FAULTS, READINGS};

#[derive(Debug, Args)]
pub struct Options {
    /// Only this fault, and no reading that is not named; may be repeated
    #[arg(long, value_name = "NAME")]
    fault: Vec<String>,
    /// Only this reading, and no fault that is not named; may be repeated
    #[arg(long, value_name = "NAME")]
    reading: Vec<String>,
    #[command(flatten)]
    files: Files,
    /// Write the matrix: `matrix=PATH`, Markdown if the path ends in .md, else JSON; may be repeated
    #[arg(long, value_name = "matrix=PATH", value_parser = parse_report)]
    report: Vec<PathBuf>,
    /// Show every check that no fault has made fail
    #[arg(long, short)]
    verbose: bool,
}

fn parse_report(text: &str) -> Result<PathBuf, String> {
    match text.split_once('=') {
        Some(("matrix", path)) if !path.is_empty() => Ok(path.into()),
        _ => Err("expected matrix=PATH".into()),
    }
}

/// Proves.
pub fn prove(options: &Options) -> Result<Exit, Stop> {
    let began = Instant::now();
    let suites = options.files.load()?;
    let known = suites.known_to_the_reference()?;
    let mut faults = Vec::new();
    for name in &options.fault {
        faults.push(find_fault(name)?);
    }
    let mut readings = Vec::new();
    for name in &options.reading {
        readings.push(find_reading(name)?);
    }
    if faults.is_empty() && readings.is_empty() {
        let known = |suite: &str| suites.chosen.iter().any(|known| known.name == suite);
        faults.extend(FAULTS.iter().copied().filter(|fault| known(fault.suite())));
        readings.extend(READINGS.iter().copied().filter(|reading| known(reading.suite())));
    }
    let proof = proof::prove(&suites.chosen, &known, &faults, &readings).map_err(Stop::harness)?;
    let matrix = matrix(&proof);
    for path in &options.report {
        let markdown = path.extension().is_some_and(|extension| extension == "md");
        let text = if markdown { matrix.markdown() } else { matrix.json() };
        store::write(path, &text)
            .map_err(|error| Stop::harness(format!("{} can't be written: {error}", path.display())))?;
    }
    let text = format!(
        "{}wall      {} ms",
        matrix.text(options.verbose),
        began.elapsed().as_millis()
    );
    out::print(&text).map_err(Stop::harness)?;
    Ok(if proof.holds() {
        Exit::Conformant
    } else {
        Exit::Violated
    })
}

fn matrix(proof: &Proof) -> Matrix {
    let lines = proof.trials.iter().map(|trial| Line {
        fault: trial.fault.name.to_owned(),
        suite: trial.fault.suite().to_owned(),
        text: trial.fault.text.to_owned(),
        names: trial.fault.breaks.iter().map(|clause| (*clause).to_owned()).collect(),
        broken: trial
            .broken
            .iter()
            .map(|(clause, broken)| {
                (
                    clause.clone(),
                    broken.severity.name(),
                    broken.rows.iter().cloned().collect(),
                )
            })
            .collect(),
        survives: trial.survives.iter().cloned().collect(),
        spreads: trial.spreads.iter().cloned().collect(),
        killed: trial.is_killed(),
    });
    let owned = |(clause, reading): &(&str, &str)| ((*clause).to_owned(), (*reading).to_owned());
    let heard = proof.hearings.iter().map(|hearing| Heard {
        reading: hearing.reading.name.to_owned(),
        suite: hearing.reading.suite().to_owned(),
        text: hearing.reading.text.to_owned(),
        shows: hearing.reading.shows.iter().map(owned).collect(),
        accusations: hearing.accusations.clone(),
        unseen: hearing.unseen.clone(),
    });
    let unproved = proof.unproved.iter().map(|((place, clause), kind)| Unproved {
        place: place.clone(),
        clause: clause.clone(),
        kind: kind.clone(),
    });
    Matrix {
        lines: lines.collect(),
        accusations: proof.accusations(),
        heard: heard.collect(),
        unproved: unproved.collect(),
    }
}
