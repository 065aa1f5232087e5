//! `judge`: a recorded run, judged again with the cases of today and no network.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    path::PathBuf,
    time::Duration,
};

use clap::Args;

use super::{
    Files,
    exit::{Exit, Stop},
    out,
    reporting::Reporting,
};
use crate::{
    report,
    run::recording::{self, Bench, Facts, Line, Rejudged},
    run::summary::Summary,
    store,
};

/// The most rows that are named where verdicts differ.
const SHOWN: usize = 50;

#[derive(Debug, Args)]
pub struct JudgeOptions {
    /// The folder that `run --record` wrote
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    #[command(flatten)]
    files: Files,
    #[command(flatten)]
    reporting: Reporting,
}

/// Judges.
pub fn judge(options: &JudgeOptions) -> Result<Exit, Stop> {
    let unreadable = |file: &str, why: String| {
        Stop::Plain(
            Exit::Usage,
            format!("{} can't be judged: {why}", options.folder.join(file).display()),
        )
    };
    let text = store::read(&options.folder.join(recording::RUN))
        .map_err(|error| unreadable(recording::RUN, error.to_string()))?;
    let facts = Facts::read(&text).map_err(|why| unreadable(recording::RUN, why))?;
    let mut suites = options.files.load()?;
    suites
        .chosen
        .retain(|suite| facts.suites.iter().any(|about| about.suite == suite.name));
    let mut bench = Bench::new(&suites.chosen, &facts);
    let before = Before::read(options)?;
    let mut journals = options.reporting.journals()?;
    let names: Vec<&str> = suites.names().collect();
    journals.line(&report::ndjson::began(&facts.target, &names, facts.planned.len()));
    let levels = report::ndjson::Levels::of(&suites.chosen);
    let mut changes = Changes::default();
    let mut rows = Vec::new();
    let mut end = None;
    let mut known = BTreeSet::new();
    let lines = store::lines(&options.folder.join(recording::ROWS))
        .map_err(|error| unreadable(recording::ROWS, error.to_string()))?;
    let mut lines = lines.enumerate().peekable();
    while let Some((number, line)) = lines.next() {
        let told = |why: String| unreadable(recording::ROWS, format!("line {}: {why}", number + 1));
        let line = line.map_err(|error| told(error.to_string()))?;
        match Line::read(&line) {
            Ok(Line::End(ended)) => end = Some(ended),
            Ok(Line::Row(recorded)) if known.contains(&recorded.row) => changes.doubled.push(recorded.row),
            Ok(Line::Row(recorded)) => {
                known.insert(recorded.row.clone());
                match bench.judge(&recorded) {
                    Rejudged::Judged(judgement) => {
                        let line = report::ndjson::row(&judgement, &levels);
                        journals.line(&line);
                        changes.compare(&judgement.row, judgement.verdict.name(), &line, &before);
                        rows.push(judgement);
                    }
                    Rejudged::OtherSteps => changes.other_steps.push(recorded.row),
                    Rejudged::Gone => changes.gone.push(recorded.row),
                }
            }
            // Whoever was killed may have left half a line; one in the middle was changed by somebody else.
            Err(_) if lines.peek().is_none() => changes.cut = true,
            Err(why) => return Err(told(why)),
        }
    }
    changes.new = bench.missing(&known).map(str::to_owned).collect();
    changes.missing = facts.planned.difference(&known).cloned().collect();
    changes.unplanned = known.difference(&facts.planned).cloned().collect();
    changes.ended = end.is_some();
    rows.sort_by(|a, b| a.row.cmp(&b.row));
    let wall = Duration::from_micros(end.map_or(0, |end| end.wall_us));
    let signal = end.and_then(|end| end.signal);
    let interrupted = end.is_none() || signal.is_some();
    let run = Summary {
        whole: changes.is_whole(),
        contradicted: facts.contradicted.clone(),
        ..Summary::new(facts.target.clone(), &suites.chosen, rows, wall, interrupted)
    };
    let exit = signal.map_or_else(|| run.conclusion().into(), Exit::Signal);
    journals.line(&report::ndjson::ended(&run, exit.code()));
    options.reporting.tell(&run, exit, journals)?;
    out::print(&changes.render(&facts)).map_err(Stop::harness)?;
    Ok(exit)
}

/// The lines of the recorded journal, by row.
struct Before(BTreeMap<String, String>);

impl Before {
    fn read(options: &JudgeOptions) -> Result<Self, Stop> {
        let path = options.folder.join(recording::JOURNAL);
        let failed = |error| Stop::Plain(Exit::Usage, format!("{} can't be read: {error}", path.display()));
        let mut rows = BTreeMap::new();
        for line in store::lines(&path).map_err(failed)? {
            let line = line.map_err(failed)?;
            if let Some((row, _)) = report::ndjson::verdict(&line) {
                rows.insert(row, line);
            }
        }
        Ok(Self(rows))
    }
}

/// What is judged otherwise than it was when it was recorded.
#[derive(Default)]
struct Changes {
    same: usize,
    /// Row, verdict then and now.
    verdicts: Vec<(String, String, &'static str)>,
    /// The verdict is the same, what is told of it is not.
    told: Vec<String>,
    other_steps: Vec<String>,
    gone: Vec<String>,
    new: Vec<String>,
    /// Planned, and not in the recording.
    missing: Vec<String>,
    /// In the recording, and not planned.
    unplanned: Vec<String>,
    /// Recorded more than once; the first counts.
    doubled: Vec<String>,
    /// The last line is not whole.
    cut: bool,
    /// The run came to its end.
    ended: bool,
}

impl Changes {
    /// Whether there is one verdict of every row that was planned. A row that is no longer a row of the suites is not asked for.
    fn is_whole(&self) -> bool {
        let lacking = [&self.missing, &self.other_steps, &self.unplanned, &self.doubled];
        self.ended && !self.cut && lacking.iter().all(|rows| rows.is_empty())
    }

    fn compare(&mut self, row: &str, verdict: &'static str, line: &str, before: &Before) {
        let then = before.0.get(row);
        let known = then.and_then(|then| report::ndjson::verdict(then));
        match known {
            Some(_) if then.is_some_and(|then| then == line) => self.same += 1,
            Some((_, known)) if known == verdict => self.told.push(row.to_owned()),
            Some((_, known)) => self.verdicts.push((row.to_owned(), known, verdict)),
            None => self.verdicts.push((row.to_owned(), "no verdict".into(), verdict)),
        }
    }

    fn render(&self, facts: &Facts) -> String {
        let mut out = String::new();
        // Writing to a String can't fail.
        let _ = writeln!(
            out,
            "\nrecorded  {} of {} rows judged exactly as then",
            self.same,
            facts.planned.len()
        );
        let verdicts = self
            .verdicts
            .iter()
            .map(|(row, then, now)| format!("{row}: {then} then, {now} now"));
        name(&mut out, "have another verdict", verdicts.collect());
        name(&mut out, "have the same verdict, told otherwise", self.told.clone());
        name(
            &mut out,
            "do something else now, so that what was seen then says nothing about them",
            self.other_steps.clone(),
        );
        name(&mut out, "are no longer there", self.gone.clone());
        // A selection is recorded as it was selected; what it left out is no news.
        if !self.new.is_empty() {
            let _ = writeln!(
                out,
                "          {} rows of these suites were not recorded",
                self.new.len()
            );
        }
        name(
            &mut out,
            "were planned and are not in the recording",
            self.missing.clone(),
        );
        name(
            &mut out,
            "are in the recording and were not planned",
            self.unplanned.clone(),
        );
        name(
            &mut out,
            "are recorded more than once; the first counts",
            self.doubled.clone(),
        );
        if self.cut {
            out.push_str("          its last line was cut, and dropped\n");
        }
        if !self.ended {
            out.push_str("          the recording is not complete: the run did not come to its end\n");
        }
        out
    }
}

fn name(out: &mut String, what: &str, rows: Vec<String>) {
    if rows.is_empty() {
        return;
    }
    let _ = writeln!(out, "          {} {what}:", rows.len());
    for row in rows.iter().take(SHOWN) {
        let _ = writeln!(out, "            {}", report::sanitize::line(row));
    }
    if rows.len() > SHOWN {
        let _ = writeln!(out, "            and {} more", rows.len() - SHOWN);
    }
}
