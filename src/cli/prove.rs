//! `prove`: the suites against the honest reference and against every named fault.

use std::{path::PathBuf, time::Instant};

use clap::Args;

use super::{
    Files,
    exit::{Exit, Stop},
    out,
    serve::find_fault,
};
use crate::{
    proof::{self, Proof},
    reference::{FAULTS, Fault},
    report::matrix::{Line, Matrix},
    store,
};

#[derive(Debug, Args)]
pub struct Options {
    /// Only this fault; may be repeated
    #[arg(long, value_name = "NAME")]
    fault: Vec<String>,
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
    let library = options.files.load()?;
    let mut faults: Vec<&'static Fault> = Vec::new();
    for name in &options.fault {
        faults.push(find_fault(name)?);
    }
    if options.fault.is_empty() {
        let known = |fault: &&&'static Fault| library.suites.iter().any(|suite| suite.name == fault.suite);
        faults.extend(FAULTS.iter().filter(known).copied());
    }
    let proof = proof::prove(&library.suites, &faults).map_err(Stop::harness)?;
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
        suite: trial.fault.suite.to_owned(),
        text: trial.fault.text.to_owned(),
        names: trial.fault.breaks.iter().map(|clause| (*clause).to_owned()).collect(),
        broken: trial
            .seen
            .clauses
            .iter()
            .map(|(clause, broken)| {
                (
                    clause.clone(),
                    broken.weight.name(),
                    broken.rows.iter().cloned().collect(),
                )
            })
            .collect(),
        survives: trial.survives.iter().cloned().collect(),
        spreads: trial.spreads.iter().cloned().collect(),
        killed: trial.is_killed(),
    });
    Matrix {
        lines: lines.collect(),
        accusations: proof.accusations(),
        unproved: proof.unproved.iter().cloned().collect(),
    }
}
