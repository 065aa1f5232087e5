//! The face of libtest: every row a test of its own, so that `cargo test`, its filters and IDEs know each of them.
//!
//! ```no_run
//! // tests/conformance.rs, with `harness = false` for it in Cargo.toml
//! use std::{path::Path, process::ExitCode};
//!
//! use conformist::{Error, Suites, Target, libtest};
//!
//! fn conclude() -> Result<ExitCode, Error> {
//!     let suites = Suites::built_in()?.only(&["ws-service"])?;
//!     let target = Target::from_profile(Path::new("target.toml"), &suites)?;
//!     libtest::run(&suites, target, |judgement| libtest::passes(judgement))
//! }
//!
//! fn main() -> ExitCode {
//!     conclude().unwrap_or_else(|error| {
//!         eprintln!("{error}");
//!         ExitCode::from(2)
//!     })
//! }
//! ```

use std::{
    collections::HashMap,
    process::ExitCode,
    sync::{Arc, Condvar, Mutex, PoisonError},
    thread,
};

use libtest_mimic::{Arguments, Failed, Trial};

use super::{Error, Run, Suites, Target, run::replay};
use crate::{
    judge::{Judgement, Severity, Verdict},
    syntax::diagnostic::Diagnostic,
};

/// The judgements so far, and somebody to wake when there are more.
#[derive(Default)]
struct Results {
    by_row: Mutex<(HashMap<String, Judgement>, bool)>,
    more: Condvar,
}

impl Results {
    fn add(&self, judgement: Judgement) {
        let mut results = self.by_row.lock().unwrap_or_else(PoisonError::into_inner);
        results.0.insert(judgement.row.clone(), judgement);
        self.more.notify_all();
    }

    fn end(&self) {
        self.by_row.lock().unwrap_or_else(PoisonError::into_inner).1 = true;
        self.more.notify_all();
    }

    /// The judgement of a row, `None` if the run ended without it.
    fn wait(&self, row: &str) -> Option<Judgement> {
        let mut results = self.by_row.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(judgement) = results.0.remove(row) {
                return Some(judgement);
            }
            if results.1 {
                return None;
            }
            results = self.more.wait(results).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// Whether a row is chosen by libtest's arguments: the same rule as libtest's own.
fn chooses(arguments: &Arguments, id: &str) -> bool {
    let meets = |filter: &String| {
        if arguments.exact {
            id == filter
        } else {
            id.contains(filter.as_str())
        }
    };
    !arguments.list && arguments.filter.iter().all(meets) && !arguments.skip.iter().any(meets)
}

/// Runs the chosen rows side by side and gives each as a test of its own, with the arguments of this process. `judge` says
/// whether a row passes, and why not; [`passes`] is the usual answer. Rows that lack something of the profile are ignored.
///
/// # Errors
/// When nothing could be run, and when the target denies what the profile says.
pub fn run(
    suites: &Suites,
    target: Target,
    judge: impl Fn(&Judgement) -> Result<(), String> + Send + Sync + 'static,
) -> Result<ExitCode, Error> {
    let arguments = Arguments::from_args();
    let scheduler = Run::new(suites, &target).scheduler()?;
    let jobs = target.jobs();
    let results = Arc::new(Results::default());
    let judge = Arc::new(judge);
    let (mut trials, mut chosen) = (Vec::new(), Vec::new());
    for plan in scheduler.plans(|_| true) {
        let id = plan.row.id.clone();
        let lacks = !plan.missing().is_empty();
        if !lacks && chooses(&arguments, &id) {
            chosen.push(plan);
        }
        let (results, judge) = (results.clone(), judge.clone());
        let trial = Trial::test(id.clone(), move || {
            let judgement = results.wait(&id).ok_or("the run ended before this row")?;
            judge(&judgement).map_err(Failed::from)
        });
        trials.push(trial.with_ignored_flag(lacks));
    }
    let worker = thread::Builder::new()
        .name("run".into())
        .spawn(move || {
            let ran = replay(&target, &scheduler, chosen, jobs, |judgement| results.add(judgement));
            // Whatever came of it, nobody waits any longer.
            results.end();
            // The embedded reference goes when its rows are over.
            drop(target);
            ran
        })
        .map_err(Error::harness)?;
    let conclusion = libtest_mimic::run(&arguments, trials);
    let contradicted = worker
        .join()
        .unwrap_or_else(|_| Err(Error::harness("the run panicked")))?;
    // Rows that were not assessed for it pass, and that must not look as if all were well.
    if !contradicted.is_empty() {
        return Err(Diagnostic::plain(contradicted.join("\n")).into());
    }
    Ok(conclusion.exit_code())
}

/// A row passes if it was judged and no required clause is violated. One that the target lacks something for, or that does not
/// apply to it, passes too.
///
/// # Errors
/// The findings, as a text.
pub fn passes(judgement: &Judgement) -> Result<(), String> {
    match judgement.verdict {
        Verdict::Conforms | Verdict::Warning | Verdict::NotAssessed(_) | Verdict::NotApplicable(_) => Ok(()),
        _ => Err(told(judgement, Severity::Violation)),
    }
}

/// The verdict of a row and its findings from a severity on, one a line.
pub fn told(judgement: &Judgement, from: Severity) -> String {
    let because = judgement.verdict.because().unwrap_or_default();
    let mut text = format!("{}: {} {because}\n", judgement.row, judgement.verdict.name());
    for finding in judgement.findings.iter().filter(|finding| finding.severity >= from) {
        text.push_str(&format!(
            "{} {} at {}: expected {}, seen {} {}\n",
            finding.severity.name(),
            finding.clause,
            finding.line,
            finding.expected,
            finding.at,
            finding.seen
        ));
    }
    text
}
