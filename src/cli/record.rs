//! `run --record`: keeps what a run saw, for `judge`.

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use super::{
    exit::{Exit, Stop},
    reporting::Lines,
};
use crate::{
    plan::Plan,
    report::sanitize,
    run::recording::{self, About, End, Facts, Fingerprints, KeptRow, Line, Recorded},
    run::scheduler::{Examined, Scheduler},
    store,
};

/// A recording that grows.
pub struct Recorder {
    folder: PathBuf,
    rows: Lines,
    fingerprints: Fingerprints,
}

impl Recorder {
    /// Begins a recording in a folder that is empty or not there yet; the run's journal is kept in it too.
    pub fn create(folder: &Path, journals: &mut Lines) -> Result<Self, Stop> {
        store::fresh_folder(folder).map_err(|error| failed(folder, &error))?;
        let mut rows = Lines::default();
        rows.begin(&folder.join(recording::ROWS))?;
        journals.begin(&folder.join(recording::JOURNAL))?;
        Ok(Self {
            folder: folder.to_owned(),
            rows,
            fingerprints: Fingerprints::default(),
        })
    }

    /// Keeps what is run.
    pub fn facts(&self, facts: &Facts) -> Result<(), Stop> {
        store::write(&self.folder.join(recording::RUN), &facts.write()).map_err(|error| failed(&self.folder, &error))
    }

    /// Keeps a row.
    pub fn row(&mut self, examined: &mut Examined) {
        let kept = match examined.transcript.take() {
            Some(transcript) => KeptRow::Transcript(transcript),
            None => KeptRow::NotRun(examined.judgement.verdict.clone()),
        };
        let recorded = Recorded {
            row: examined.judgement.row.clone(),
            steps: self.fingerprints.of(&examined.plan),
            kept,
            repeated: examined.repeated.clone(),
        };
        self.line(Line::Row(recorded));
    }

    /// The run is over.
    pub fn end(mut self, wall: Duration, signal: Option<u8>) -> Result<(), Stop> {
        let wall_us = u64::try_from(wall.as_micros()).unwrap_or(u64::MAX);
        self.line(Line::End(End { wall_us, signal }));
        self.rows.finish()
    }

    fn line(&mut self, line: Line) {
        self.rows.line(&sanitize::json(&line.write()));
    }
}

fn failed(folder: &Path, error: &io::Error) -> Stop {
    Stop::Plain(Exit::Usage, format!("the recording {}: {error}", folder.display()))
}

/// What a run is, for a recording.
pub fn facts(
    scheduler: &Scheduler,
    target: &str,
    seed: u64,
    suites: &[&str],
    plans: &[Arc<Plan>],
    contradicted: &[String],
) -> Facts {
    let about = |suite: &&str| Some(About::new(suite, scheduler.target(suite)?));
    Facts {
        version: recording::VERSION,
        harness: env!("CARGO_PKG_VERSION").into(),
        target: target.to_owned(),
        seed,
        suites: suites.iter().filter_map(about).collect(),
        contradicted: contradicted.to_vec(),
        planned: plans.iter().map(|plan| plan.row.id.clone()).collect(),
    }
}
