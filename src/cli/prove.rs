//! `prove`: the suites against the honest reference, every named fault and every other reading.

use std::{path::PathBuf, time::Instant};

use clap::{Args, ValueEnum};

use super::{
    Files,
    exit::{Exit, Stop},
    out,
    serve::{find_fault, find_reading},
};
use crate::{report::matrix, run::proof, store};
use reference::{FAULTS, READINGS};

#[derive(Debug, Args)]
pub struct ProveOptions {
    /// Only this fault, and no reading that is not named; may be repeated
    #[arg(long, value_name = "NAME")]
    fault: Vec<String>,
    /// Only this reading, and no fault that is not named; may be repeated
    #[arg(long, value_name = "NAME")]
    reading: Vec<String>,
    /// What harness and reference talk over: sockets, or streams in memory on a clock that nobody waits for
    #[arg(long, value_name = "WIRE", value_enum, default_value_t = WireName::Tcp)]
    wire: WireName,
    #[command(flatten)]
    files: Files,
    /// Write the matrix: `matrix=PATH`, Markdown if the path ends in .md, else JSON; may be repeated
    #[arg(long, value_name = "matrix=PATH", value_parser = parse_report)]
    report: Vec<PathBuf>,
    /// Show every check that no fault has made fail
    #[arg(long, short)]
    verbose: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum WireName {
    Tcp,
    Memory,
}

fn parse_report(text: &str) -> Result<PathBuf, String> {
    match text.split_once('=') {
        Some(("matrix", path)) if !path.is_empty() => Ok(path.into()),
        _ => Err("expected matrix=PATH".into()),
    }
}

/// Tells how many variants are done, because it takes a while: a bar on a terminal, else a line at each tenth.
fn progress() -> impl Fn(usize, usize) + Sync {
    let bar = out::shows_progress().then(|| indicatif::ProgressBar::new(0));
    move |done, all| match &bar {
        Some(bar) if done == all => bar.finish_and_clear(),
        Some(bar) => {
            bar.set_length(all as u64);
            bar.set_position(done as u64);
        }
        None if done * 10 / all > (done - 1) * 10 / all => out::error(&format!("{done} of {all} variants")),
        None => {}
    }
}

/// Proves.
pub fn prove(options: &ProveOptions) -> Result<Exit, Stop> {
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
    let wire = match options.wire {
        WireName::Tcp => proof::Wire::Tcp,
        WireName::Memory => proof::Wire::Memory,
    };
    let proof = proof::prove(&suites.chosen, &known, &faults, &readings, wire, progress()).map_err(Stop::harness)?;
    for path in &options.report {
        let markdown = path.extension().is_some_and(|extension| extension == "md");
        let text = if markdown {
            matrix::markdown(&proof)
        } else {
            matrix::json(&proof)
        };
        store::write(path, &text)
            .map_err(|error| Stop::harness(format!("{} can't be written: {error}", path.display())))?;
    }
    let text = format!(
        "{}wall      {} ms",
        matrix::text(&proof, options.verbose),
        began.elapsed().as_millis()
    );
    out::print(&text).map_err(Stop::harness)?;
    Ok(if proof.holds() {
        Exit::Conformant
    } else {
        Exit::Violated
    })
}
