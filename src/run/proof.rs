//! Proof by failure: the suites against the honest reference, against every named fault of it and against its other lawful
//! readings. A fault must break exactly the clauses that it names; a reading must break none and be recognised; and every
//! check must have been seen to fail, or to choose another reading, at least once.

#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use super::stage::Stage;
pub use super::stage::Wire;
use crate::{
    judge::{CheckOutcome, Severity, Verdict},
    plan,
    run::scheduler::Examined,
    suite::Suite,
};
use reference::{Fault, Reading, Variant};

/// The most trials over TCP that are tried again with the machine to themselves. More are no accident.
const AGAIN: usize = 16;
/// The faults that only TCP can show, and why the stream in memory can't. They are left out of a proof in memory.
pub const ONLY_TCP: &[(&str, &str)] = &[];

/// A clause that was found broken.
#[derive(Clone, Debug)]
pub struct Broken {
    pub severity: Severity,
    /// The rows that caught it.
    pub rows: BTreeSet<String>,
    /// The most severe finding, in a sentence.
    pub told: String,
}

/// A check, by its place in the case file and its clause.
pub type CheckId = (String, String);

/// What a run against one server came to.
#[derive(Clone, Debug, Default)]
struct VariantOutcome {
    clauses: BTreeMap<String, Broken>,
    /// The checks that failed or chose a reading worth telling, with these readings.
    told: BTreeSet<(CheckId, Option<String>)>,
    /// The readings that were chosen, by clause.
    chosen: BTreeSet<(String, String)>,
    /// Rows that say nothing about the server.
    troubled: BTreeSet<String>,
}

/// One fault and what became of it.
#[derive(Clone, Debug)]
pub struct FaultResult {
    pub fault: &'static Fault,
    /// Clauses that were found broken, and are not when the server is honest.
    pub broken: BTreeMap<String, Broken>,
    /// Clauses that it names and that no case caught.
    pub survives: BTreeSet<String>,
    /// Clauses that it breaks and does not name.
    pub spreads: BTreeSet<String>,
    /// Rows that say nothing about the server.
    pub troubled: Vec<String>,
}

impl FaultResult {
    /// Whether it breaks exactly what it names.
    pub fn is_killed(&self) -> bool {
        self.survives.is_empty() && self.spreads.is_empty() && self.troubled.is_empty()
    }
}

/// One reading and what became of it.
#[derive(Clone, Debug)]
pub struct ReadingResult {
    pub reading: &'static Reading,
    /// What it is accused of although it is lawful.
    pub accusations: Vec<String>,
    /// Interpretations that it shows and that no case recognised.
    pub unseen: Vec<(String, String)>,
}

impl ReadingResult {
    /// Whether it is recognised and accused of nothing.
    pub fn is_fair(&self) -> bool {
        self.accusations.is_empty() && self.unseen.is_empty()
    }
}

/// The whole proof.
#[derive(Clone, Debug)]
pub struct Proof {
    /// What the honest server is accused of.
    pub accusations: Vec<String>,
    pub faults: Vec<FaultResult>,
    pub readings: Vec<ReadingResult>,
    /// Checks that nothing has made fail: their kinds.
    pub unproved: BTreeMap<CheckId, String>,
}

impl Proof {
    /// Whether every fault is killed, every reading recognised and not accused, and the honest server accused of nothing.
    pub fn holds(&self) -> bool {
        self.accusations.is_empty()
            && self.faults.iter().all(FaultResult::is_killed)
            && self.readings.iter().all(ReadingResult::is_fair)
    }
}

/// What is held against a server that should be accused of nothing; the readings of `shown` clauses may be warned of.
fn accusations(outcome: &VariantOutcome, shown: &[(&str, &str)]) -> Vec<String> {
    let severe = outcome.clauses.iter().filter(|(clause, broken)| match broken.severity {
        Severity::Note => false,
        Severity::Warning => !shown.iter().any(|(known, _)| known == clause),
        Severity::Violation => true,
    });
    let told = severe.map(|(clause, broken)| format!("{clause}: {}", broken.told));
    told.chain(outcome.troubled.iter().cloned()).collect()
}

/// Either kind of variant, judged.
enum VariantResult {
    Fault(FaultResult),
    Reading(ReadingResult),
}

impl VariantResult {
    fn is_as_it_should_be(&self) -> bool {
        match self {
            Self::Fault(result) => result.is_killed(),
            Self::Reading(result) => result.is_fair(),
        }
    }
}

/// What the variants are held against, and what they have proved together.
struct Judging {
    honest: VariantOutcome,
    proved: Mutex<BTreeSet<CheckId>>,
}

impl Judging {
    /// Judges what a variant came to. Of what was seen only the result is kept: there are hundreds.
    fn variant(&self, variant: Variant, outcome: VariantOutcome) -> io::Result<VariantResult> {
        // What the honest server's own choices told proves nothing.
        let told = outcome.told.difference(&self.honest.told);
        let mut proved = self.proved.lock().unwrap_or_else(PoisonError::into_inner);
        for (check, _) in told {
            if !proved.contains(check) {
                proved.insert(check.clone());
            }
        }
        drop(proved);
        Ok(match variant {
            Variant::Fault(fault) => VariantResult::Fault(judge_fault(fault, outcome, &self.honest)),
            Variant::Reading(reading) => VariantResult::Reading(judge_reading(reading, &outcome)),
            Variant::Honest => return Err(io::Error::other("the honest server is no variant of itself")),
        })
    }
}

/// Runs the suites against the honest reference, then against every fault and reading, on all cores. The reference's profile
/// speaks of all suites that are built in: `known` has them, selected or not. `progress` is told how many variants of how
/// many are done.
///
/// # Errors
/// When a reference can't be started.
pub fn prove(
    suites: &[Arc<Suite>],
    known: &[Arc<Suite>],
    faults: &[&'static Fault],
    readings: &[&'static Reading],
    wire: Wire,
    progress: impl Fn(usize, usize) + Sync,
) -> io::Result<Proof> {
    let stage = Stage::new(suites, known, wire)?;
    let judging = Judging {
        honest: examine(&stage, Variant::Honest)?,
        proved: Mutex::default(),
    };
    let left_out =
        |fault: &&&'static Fault| wire == Wire::Memory && ONLY_TCP.iter().any(|(name, _)| *name == fault.name);
    let faulty = faults
        .iter()
        .filter(|fault| !left_out(fault))
        .map(|fault| Variant::Fault(fault));
    let variants: Vec<Variant> = faulty.chain(readings.iter().map(|r| Variant::Reading(r))).collect();
    let results: Mutex<Vec<Option<io::Result<VariantResult>>>> = Mutex::new(variants.iter().map(|_| None).collect());
    let done = AtomicUsize::new(0);
    stage.examine(&variants, note, |at, outcome| {
        let result = outcome.and_then(|outcome| judging.variant(variants[at], outcome));
        results.lock().unwrap_or_else(PoisonError::into_inner)[at] = Some(result);
        progress(done.fetch_add(1, Ordering::Relaxed) + 1, variants.len());
    });
    let (mut faults, mut readings) = (Vec::new(), Vec::new());
    let mut again = match wire {
        // A machine that is busy with many servers may keep one of them from answering in time: that is no proof of anything.
        Wire::Tcp => AGAIN,
        Wire::Memory => 0,
    };
    for (variant, result) in variants
        .iter()
        .zip(results.into_inner().unwrap_or_else(PoisonError::into_inner))
    {
        let mut result = result.unwrap_or_else(|| Err(io::Error::other("it was not run")))?;
        if !result.is_as_it_should_be() && again > 0 {
            again -= 1;
            result = judging.variant(*variant, examine(&stage, *variant)?)?;
        }
        match result {
            VariantResult::Fault(result) => faults.push(result),
            VariantResult::Reading(result) => readings.push(result),
        }
    }
    let proved = judging.proved.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(Proof {
        accusations: accusations(&judging.honest, &[]),
        faults,
        readings,
        unproved: checks(suites).filter(|(check, _)| !proved.contains(check)).collect(),
    })
}

fn judge_reading(reading: &'static Reading, outcome: &VariantOutcome) -> ReadingResult {
    let shows = reading
        .shows
        .iter()
        .map(|(clause, name)| ((*clause).to_owned(), (*name).to_owned()));
    ReadingResult {
        reading,
        accusations: accusations(outcome, reading.shows),
        unseen: shows.filter(|shown| !outcome.chosen.contains(shown)).collect(),
    }
}

/// The clauses that count as broken: violated or warned of. A note, which only tells what the server chose, counts if the
/// fault names the clause: a clause that leaves something open can't be broken in any other way.
fn judge_fault(fault: &'static Fault, outcome: VariantOutcome, honest: &VariantOutcome) -> FaultResult {
    let named: BTreeSet<String> = fault.breaks.iter().map(|clause| (*clause).to_owned()).collect();
    let new = |(clause, broken): &(String, Broken)| {
        let counts = broken.severity > Severity::Note || named.contains(clause);
        counts
            && honest
                .clauses
                .get(clause)
                .is_none_or(|before| before.severity < broken.severity)
    };
    let broken: BTreeMap<String, Broken> = outcome.clauses.into_iter().filter(new).collect();
    let clauses: BTreeSet<String> = broken.keys().cloned().collect();
    FaultResult {
        fault,
        survives: named.difference(&clauses).cloned().collect(),
        spreads: clauses.difference(&named).cloned().collect(),
        broken,
        troubled: outcome.troubled.into_iter().collect(),
    }
}

fn examine(stage: &Stage, variant: Variant) -> io::Result<VariantOutcome> {
    let seen = Mutex::new(Err(io::Error::other("it was not run")));
    stage.examine(&[variant], note, |_, outcome| {
        *seen.lock().unwrap_or_else(PoisonError::into_inner) = outcome;
    });
    seen.into_inner().unwrap_or_else(PoisonError::into_inner)
}

fn note(outcome: &mut VariantOutcome, examined: Examined) {
    let judgement = examined.judgement;
    if let Verdict::HarnessError(why) = &judgement.verdict {
        outcome.troubled.insert(format!("{}: {why}", judgement.row));
    }
    for result in judgement.check_results {
        if let CheckOutcome::Chose(reading) = result.result {
            outcome.chosen.insert((result.clause, reading));
        }
    }
    for finding in judgement.findings {
        let check = (finding.line.clone(), finding.clause.clone());
        outcome.told.insert((check, finding.reading.clone()));
        let told = format!(
            "{}: expected {}, seen {}",
            judgement.row, finding.expected, finding.seen
        );
        let broken = outcome.clauses.entry(finding.clause).or_insert_with(|| Broken {
            severity: finding.severity,
            rows: BTreeSet::new(),
            told: told.clone(),
        });
        broken.rows.insert(judgement.row.clone());
        if finding.severity > broken.severity {
            broken.severity = finding.severity;
            broken.told = told;
        }
    }
}

/// Every check of the suites, with its kind.
fn checks(suites: &[Arc<Suite>]) -> impl Iterator<Item = (CheckId, String)> {
    let all = suites.iter().flat_map(|suite| plan::checks(suite));
    // What is left over is told at the row, not at the manifest.
    let all = all.filter(|checked| checked.kind != "leftover");
    all.map(|checked| ((checked.place.line(), checked.clause), checked.kind))
}
