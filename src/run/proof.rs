//! Proof by failure: the suites against the honest reference, against every named fault of it and against its other lawful
//! readings. A fault must break exactly the clauses that it names; a reading must break none and be recognised; and every
//! check must have been seen to fail, or to choose another reading, at least once.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use crate::{
    drive::{Network, Settings},
    judge::{CheckOutcome, Severity, Verdict},
    plan,
    run::scheduler::{Embedded, Examined, Scheduler},
    suite::Suite,
    syntax::diagnostic::Diagnostic,
    syntax::source::Source,
    target::Profile,
};
use reference::{Fault, Reading, Variant};

/// The reference answers at once or not at all; the rest is for a machine that is busy with other trials.
const PATIENCE: Duration = Duration::from_secs(2);
/// No row takes longer against the honest reference; a fault that withholds everything need not be waited out.
const CASE: Duration = Duration::from_secs(12);
/// It always accepts a connection in the end, however busy the machine is.
const CONNECT: Duration = Duration::from_secs(20);
/// Rows under way at once.
const JOBS: usize = 128;
/// The most trials that are tried again with the machine to themselves. More are no accident.
const AGAIN: usize = 16;
/// Trials under way at once for every core: most of a trial is waiting for what a fault withholds.
const TRIALS_PER_CORE: usize = 8;

/// A clause that was found broken.
#[derive(Clone, Debug)]
pub struct Broken {
    pub severity: Severity,
    /// The rows that caught it.
    pub rows: BTreeSet<String>,
    /// The heaviest finding, in a sentence.
    pub told: String,
}

/// A check, by its place in the case file and its clause.
pub type CheckId = (String, String);

/// What a run against one server came to.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    pub clauses: BTreeMap<String, Broken>,
    /// The checks that failed or chose a reading worth telling, with these readings.
    pub told: BTreeSet<(CheckId, Option<String>)>,
    /// The readings that were chosen, by clause.
    pub chosen: BTreeSet<(String, String)>,
    /// Rows that say nothing about the server.
    pub troubled: Vec<String>,
}

/// One fault and what became of it.
#[derive(Clone, Debug)]
pub struct Trial {
    pub fault: &'static Fault,
    pub seen: Seen,
    /// Clauses that were found broken, and are not when the server is honest.
    pub broken: BTreeMap<String, Broken>,
    /// Clauses that it names and that no case caught.
    pub survives: BTreeSet<String>,
    /// Clauses that it breaks and does not name.
    pub spreads: BTreeSet<String>,
}

impl Trial {
    /// Whether it breaks exactly what it names.
    pub fn is_killed(&self) -> bool {
        self.survives.is_empty() && self.spreads.is_empty() && self.seen.troubled.is_empty()
    }
}

/// One reading and what became of it.
#[derive(Clone, Debug)]
pub struct Hearing {
    pub reading: &'static Reading,
    pub seen: Seen,
    /// What it is accused of although it is lawful.
    pub accusations: Vec<String>,
    /// Interpretations that it shows and that no case recognised.
    pub unseen: Vec<(String, String)>,
}

impl Hearing {
    /// Whether it is recognised and accused of nothing.
    pub fn is_fair(&self) -> bool {
        self.accusations.is_empty() && self.unseen.is_empty()
    }
}

/// The whole proof.
#[derive(Clone, Debug)]
pub struct Proof {
    pub honest: Seen,
    pub trials: Vec<Trial>,
    pub hearings: Vec<Hearing>,
    /// Checks that nothing has made fail: their kinds.
    pub unproved: BTreeMap<CheckId, String>,
}

impl Proof {
    /// Whether every fault is killed, every reading fairly heard and the honest server accused of nothing.
    pub fn holds(&self) -> bool {
        self.accusations().is_empty()
            && self.trials.iter().all(Trial::is_killed)
            && self.hearings.iter().all(Hearing::is_fair)
    }

    /// What the honest server is accused of.
    pub fn accusations(&self) -> Vec<String> {
        accusations(&self.honest, &[])
    }
}

/// What is held against a server that should be accused of nothing; the readings of `shown` clauses may be warned of.
fn accusations(seen: &Seen, shown: &[(&str, &str)]) -> Vec<String> {
    let heavy = seen.clauses.iter().filter(|(clause, broken)| match broken.severity {
        Severity::Note => false,
        Severity::Warning => !shown.iter().any(|(known, _)| known == clause),
        Severity::Violation => true,
    });
    let told = heavy.map(|(clause, broken)| format!("{clause}: {}", broken.told));
    told.chain(seen.troubled.iter().cloned()).collect()
}

/// Runs the suites against the honest reference, then against every fault and reading, on all cores. The reference's profile
/// speaks of all suites that are built in: `known` has them, selected or not.
///
/// # Errors
/// When a reference can't be started.
pub fn prove(
    suites: &[Arc<Suite>],
    known: &[Arc<Suite>],
    faults: &[&'static Fault],
    readings: &[&'static Reading],
) -> io::Result<Proof> {
    let honest = examine(suites, known, Variant::Honest)?;
    let faulty = faults.iter().map(|fault| Variant::Fault(fault));
    let variants: Vec<Variant> = faulty.chain(readings.iter().map(|r| Variant::Reading(r))).collect();
    let results: Mutex<Vec<Option<io::Result<Seen>>>> = Mutex::new(variants.iter().map(|_| None).collect());
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..TRIALS_PER_CORE * thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(variant) = variants.get(at) else { return };
                    let seen = examine(suites, known, *variant);
                    let mut results = results.lock().unwrap_or_else(PoisonError::into_inner);
                    results[at] = Some(seen);
                }
            });
        }
    });
    let (mut trials, mut hearings) = (Vec::new(), Vec::new());
    for (variant, seen) in variants
        .iter()
        .zip(results.into_inner().unwrap_or_else(PoisonError::into_inner))
    {
        let seen = seen.unwrap_or_else(|| Err(io::Error::other("it was not run")))?;
        match variant {
            Variant::Honest => {}
            Variant::Fault(fault) => trials.push(judge(fault, seen, &honest)),
            Variant::Reading(reading) => hearings.push(hear(reading, seen)),
        }
    }
    // A machine that is busy with many servers may keep one of them from answering in time: that is no proof of anything.
    for trial in trials.iter_mut().filter(|trial| !trial.is_killed()).take(AGAIN) {
        *trial = judge(
            trial.fault,
            examine(suites, known, Variant::Fault(trial.fault))?,
            &honest,
        );
    }
    for hearing in hearings.iter_mut().filter(|hearing| !hearing.is_fair()).take(AGAIN) {
        *hearing = hear(
            hearing.reading,
            examine(suites, known, Variant::Reading(hearing.reading))?,
        );
    }
    let seen = trials.iter().map(|trial| &trial.seen);
    let told = seen.chain(hearings.iter().map(|hearing| &hearing.seen));
    // What the honest server's own choices told proves nothing.
    let proved: BTreeSet<&CheckId> = told
        .flat_map(|seen| seen.told.difference(&honest.told))
        .map(|(check, _)| check)
        .collect();
    let unproved = checks(suites)
        .into_iter()
        .filter(|(check, _)| !proved.contains(check))
        .collect();
    Ok(Proof {
        honest,
        trials,
        hearings,
        unproved,
    })
}

fn hear(reading: &'static Reading, seen: Seen) -> Hearing {
    let shows = reading
        .shows
        .iter()
        .map(|(clause, name)| ((*clause).to_owned(), (*name).to_owned()));
    Hearing {
        reading,
        accusations: accusations(&seen, reading.shows),
        unseen: shows.filter(|shown| !seen.chosen.contains(shown)).collect(),
        seen,
    }
}

/// The clauses that count as broken: violated or warned of. A note, which only tells what the server chose, counts if the
/// fault names the clause: a clause that leaves something open can't be broken in any other way.
fn judge(fault: &'static Fault, seen: Seen, honest: &Seen) -> Trial {
    let named: BTreeSet<String> = fault.breaks.iter().map(|clause| (*clause).to_owned()).collect();
    let new = |(clause, broken): &(&String, &Broken)| {
        let counts = broken.severity > Severity::Note || named.contains(*clause);
        counts
            && honest
                .clauses
                .get(*clause)
                .is_none_or(|before| before.severity < broken.severity)
    };
    let found = seen.clauses.iter().filter(new);
    let broken: BTreeMap<String, Broken> = found.map(|(clause, broken)| (clause.clone(), broken.clone())).collect();
    let clauses: BTreeSet<String> = broken.keys().cloned().collect();
    Trial {
        fault,
        survives: named.difference(&clauses).cloned().collect(),
        spreads: clauses.difference(&named).cloned().collect(),
        broken,
        seen,
    }
}

fn examine(suites: &[Arc<Suite>], known: &[Arc<Suite>], variant: Variant) -> io::Result<Seen> {
    let embedded = Embedded::start(variant)?;
    let source = Source::new("the reference's profile", embedded.profile.clone());
    let mut profile = Profile::read(&source, &plan::interfaces(known)).map_err(|found| told(&found))?;
    profile.timeouts.expect = PATIENCE;
    profile.timeouts.connect = CONNECT;
    profile.timeouts.case = CASE;
    let network = Network::new(Settings::default()).map_err(|error| io::Error::other(error.to_string()))?;
    let session = Scheduler::new(suites, &profile, network, 1);
    let plans = session.plans(|row| {
        let suite = row.id.split('/').next();
        variant.suite().is_none_or(|own| suite == Some(own))
    });
    let mut seen = Seen::default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(session.run(plans, JOBS, std::future::pending(), |examined| {
        note(&mut seen, examined)
    }));
    Ok(seen)
}

fn told(found: &[Diagnostic]) -> io::Error {
    let told: Vec<String> = found.iter().map(|diagnostic| diagnostic.render(false)).collect();
    io::Error::other(told.join("\n"))
}

fn note(seen: &mut Seen, examined: Examined) {
    let judgement = examined.judgement;
    if let Verdict::HarnessError(why) = &judgement.verdict {
        seen.troubled.push(format!("{}: {why}", judgement.row));
    }
    for exercise in judgement.check_results {
        if let CheckOutcome::Chose(reading) = exercise.result {
            seen.chosen.insert((exercise.clause, reading));
        }
    }
    for finding in judgement.findings {
        let check = (finding.line.clone(), finding.clause.clone());
        seen.told.insert((check, finding.reading.clone()));
        let told = format!(
            "{}: expected {}, seen {}",
            judgement.row, finding.expected, finding.seen
        );
        let broken = seen.clauses.entry(finding.clause).or_insert_with(|| Broken {
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
fn checks(suites: &[Arc<Suite>]) -> BTreeMap<CheckId, String> {
    let all = suites.iter().flat_map(|suite| plan::checks(suite));
    // What is left over is told at the row, not at the manifest.
    let all = all.filter(|checked| checked.kind != "leftover");
    all.map(|checked| ((checked.place.line(), checked.clause), checked.kind))
        .collect()
}
