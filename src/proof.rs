//! Proof by failure: the suites against the honest reference and against every named fault of it. A fault must break exactly
//! the clauses that it names, and the honest server none.

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
    drive::{Settings, World},
    judge::{Verdict, Weight},
    plan::Suite,
    reference::Fault,
    session::{Embedded, Examined, Session},
    source::Source,
    target::{Asking, Profile},
};

/// The reference answers at once or not at all.
const PATIENCE: Duration = Duration::from_millis(700);
/// It always accepts a connection in the end, however busy the machine is with the other faults.
const CONNECT: Duration = Duration::from_secs(20);
/// Rows under way at once.
const JOBS: usize = 64;

/// A clause that was found broken.
#[derive(Clone, Debug)]
pub struct Broken {
    pub weight: Weight,
    /// The rows that caught it.
    pub rows: BTreeSet<String>,
    /// The heaviest finding, in a sentence.
    pub told: String,
}

/// What a run against one server came to.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    pub clauses: BTreeMap<String, Broken>,
    /// The checks (place in the case file, clause) that failed.
    pub failed: BTreeSet<(String, String)>,
    /// Rows that say nothing about the server.
    pub troubled: Vec<String>,
}

/// One fault and what became of it.
#[derive(Clone, Debug)]
pub struct Trial {
    pub fault: &'static Fault,
    pub seen: Seen,
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

/// The whole proof.
#[derive(Clone, Debug)]
pub struct Proof {
    pub honest: Seen,
    pub trials: Vec<Trial>,
    /// Checks that no fault has made fail.
    pub unproved: BTreeSet<(String, String)>,
}

impl Proof {
    /// Whether every fault is killed and the honest server accused of nothing.
    pub fn holds(&self) -> bool {
        self.accusations().is_empty() && self.trials.iter().all(Trial::is_killed)
    }

    /// What the honest server is accused of.
    pub fn accusations(&self) -> Vec<String> {
        let heavy = self
            .honest
            .clauses
            .iter()
            .filter(|(_, broken)| broken.weight > Weight::Note);
        let told = heavy.map(|(clause, broken)| format!("{clause}: {}", broken.told));
        told.chain(self.honest.troubled.iter().cloned()).collect()
    }
}

/// Runs the suites against the honest reference, then against every fault, on all cores.
///
/// # Errors
/// When a reference can't be started.
pub fn prove(suites: &[Arc<Suite>], faults: &[&'static Fault]) -> io::Result<Proof> {
    let honest = examine(suites, None)?;
    let results: Mutex<Vec<Option<io::Result<Seen>>>> = Mutex::new(faults.iter().map(|_| None).collect());
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(fault) = faults.get(at) else { return };
                    let seen = examine(suites, Some(fault));
                    let mut results = results.lock().unwrap_or_else(PoisonError::into_inner);
                    results[at] = Some(seen);
                }
            });
        }
    });
    let mut trials = Vec::new();
    for (fault, seen) in faults
        .iter()
        .zip(results.into_inner().unwrap_or_else(PoisonError::into_inner))
    {
        let seen = seen.unwrap_or_else(|| Err(io::Error::other("it was not run")))?;
        trials.push(judge(fault, seen, &honest));
    }
    let failed: BTreeSet<&(String, String)> = trials.iter().flat_map(|trial| &trial.seen.failed).collect();
    let unproved = checks(suites)
        .into_iter()
        .filter(|check| !failed.contains(check))
        .collect();
    Ok(Proof {
        honest,
        trials,
        unproved,
    })
}

/// The clauses that count as broken: violated or warned of. A note, which only tells what the server chose, counts if the
/// fault names the clause: a clause that leaves something open can't be broken in any other way.
fn judge(fault: &'static Fault, seen: Seen, honest: &Seen) -> Trial {
    let named: BTreeSet<String> = fault.breaks.iter().map(|clause| (*clause).to_owned()).collect();
    let new = |(clause, broken): &(&String, &Broken)| {
        let counts = broken.weight > Weight::Note || named.contains(*clause);
        counts
            && honest
                .clauses
                .get(*clause)
                .is_none_or(|before| before.weight < broken.weight)
    };
    let broken: BTreeSet<String> = seen
        .clauses
        .iter()
        .filter(new)
        .map(|(clause, _)| clause.clone())
        .collect();
    Trial {
        fault,
        survives: named.difference(&broken).cloned().collect(),
        spreads: broken.difference(&named).cloned().collect(),
        seen,
    }
}

fn examine(suites: &[Arc<Suite>], fault: Option<&'static Fault>) -> io::Result<Seen> {
    let embedded = Embedded::start(fault)?;
    let source = Source::new("the reference's profile", embedded.profile.clone());
    let asking: Vec<Asking<'_>> = suites
        .iter()
        .map(|suite| Asking {
            suite: &suite.name,
            manifest: &suite.manifest,
            catalogue: &suite.catalogue,
        })
        .collect();
    let mut profile = Profile::read(&source, &asking).map_err(|found| {
        let told: Vec<String> = found.iter().map(|diagnostic| diagnostic.render(false)).collect();
        io::Error::other(told.join("\n"))
    })?;
    profile.patience.expect = PATIENCE;
    profile.patience.connect = CONNECT;
    let world = World::new(Settings::default()).map_err(|error| io::Error::other(error.to_string()))?;
    let session = Session::new(suites, &profile, world, 1);
    let plans = session.plans(|row| {
        let suite = row.id.split('/').next();
        fault.is_none_or(|fault| suite == Some(fault.suite))
    });
    let mut seen = Seen::default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(session.run(plans, JOBS, std::future::pending(), |examined| {
        note(&mut seen, examined)
    }));
    Ok(seen)
}

fn note(seen: &mut Seen, examined: Examined) {
    let judgement = examined.judgement;
    if let Verdict::HarnessError(why) = &judgement.verdict {
        seen.troubled.push(format!("{}: {why}", judgement.row));
    }
    for finding in judgement.findings {
        seen.failed.insert((finding.line.clone(), finding.clause.clone()));
        let told = format!(
            "{}: expected {}, seen {}",
            judgement.row, finding.expected, finding.seen
        );
        let broken = seen.clauses.entry(finding.clause).or_insert_with(|| Broken {
            weight: finding.weight,
            rows: BTreeSet::new(),
            told: told.clone(),
        });
        broken.rows.insert(judgement.row.clone());
        if finding.weight > broken.weight {
            broken.weight = finding.weight;
            broken.told = told;
        }
    }
}

/// Every check of the suites, by its place and clause.
fn checks(suites: &[Arc<Suite>]) -> BTreeSet<(String, String)> {
    let mut all = BTreeSet::new();
    for suite in suites {
        for row in suite.cases.iter().flat_map(crate::plan::rows) {
            row.case.walk(&mut |step| {
                let own = step.requirement.iter().map(|clause| (&step.place, clause));
                let checks = step
                    .checks
                    .iter()
                    .filter_map(|check| Some((&check.place, check.requirement.as_ref()?)));
                for (place, clause) in own.chain(checks).filter(|_| !step.given) {
                    all.extend(row.clause(clause).map(|clause| (place.line(), clause)));
                }
            });
        }
    }
    all
}
