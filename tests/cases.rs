//! Every row of every case as a test of its own, against the reference server in this process.
//!
//! `CONFORMIST_TARGET=profile.toml cargo test --test cases` aims the same tests at another server. Replies worth keeping
//! are insta snapshots beside the cases; `INSTA_UPDATE=always cargo test --test cases` accepts what has changed.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test has hands and may panic"
)]

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::{Arc, Condvar, Mutex},
    thread,
};

use conformist::{
    check::Kept,
    drive::{Network, Settings},
    judge::{Judgement, Severity, Verdict},
    run::scheduler::{Embedded, Scheduler},
    store,
    syntax::source::Source,
    target::Profile,
};
use libtest_mimic::{Arguments, Conclusion, Failed, Trial};
use reference::Variant;

#[path = "cases/trace.rs"]
mod trace;

use trace::Golden;

/// The judgements so far, and somebody to wake when there are more.
#[derive(Default)]
struct Results {
    by_row: Mutex<HashMap<String, Judgement>>,
    more: Condvar,
}

impl Results {
    fn wait(&self, row: &str) -> Judgement {
        let mut by_row = self.by_row.lock().expect("nobody panics with the lock");
        loop {
            if let Some(judgement) = by_row.remove(row) {
                return judgement;
            }
            by_row = self.more.wait(by_row).expect("nobody panics with the lock");
        }
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    match conclude(&arguments) {
        Ok(conclusion) => conclusion.exit_code(),
        Err(why) => {
            eprintln!("{why}");
            ExitCode::from(2)
        }
    }
}

fn told(found: Vec<conformist::syntax::diagnostic::Diagnostic>) -> String {
    found.iter().map(|d| d.render(false)).collect::<Vec<_>>().join("\n")
}

fn conclude(arguments: &Arguments) -> Result<Conclusion, String> {
    let library = store::load(None, None).map_err(told)?;
    let interfaces = library.interfaces();
    let (profile, embedded) = match std::env::var_os("CONFORMIST_TARGET") {
        None => {
            let embedded = Embedded::start(Variant::Honest).map_err(|error| error.to_string())?;
            let source = Source::new("the reference's profile", embedded.profile.clone());
            (Profile::read(&source, &interfaces).map_err(told)?, Some(embedded))
        }
        Some(path) => {
            let path = PathBuf::from(path);
            let text = store::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
            let source = Source::new(path.display().to_string(), text);
            let mut profile = Profile::read(&source, &interfaces).map_err(told)?;
            let folder = path.parent().unwrap_or(Path::new(".")).to_owned();
            let found = profile.supply(|origin| store::secret(origin, &folder));
            if !found.is_empty() {
                return Err(told(found));
            }
            (profile, None)
        }
    };
    let ours = embedded.is_some();
    let network = Network::new(Settings {
        requests_per_second: profile.limits.requests_per_second,
        ..Settings::default()
    })
    .map_err(|error| error.to_string())?;
    let session = Scheduler::new(&library.suites, &profile, network, 1);
    let plans = session.plans(|_| true);
    let chosen = |id: &str| {
        let meets = |filter: &String| {
            if arguments.exact {
                id == filter
            } else {
                id.contains(filter.as_str())
            }
        };
        !arguments.list && arguments.filter.iter().all(meets) && !arguments.skip.iter().any(meets)
    };
    let results = Arc::new(Results::default());
    // Only the reference's traces are kept, and only those of all rows together.
    let updates =
        ours && std::env::var_os("CONFORMIST_UPDATE").is_some() && plans.iter().all(|plan| chosen(&plan.row.id));
    let golden = (ours && !updates).then(|| Arc::new(Golden::read()));
    let mut trials = Vec::new();
    let mut run = Vec::new();
    for plan in plans {
        let id = plan.row.id.clone();
        let lacks = !plan.missing().is_empty();
        if !lacks && chosen(&id) {
            run.push(plan.clone());
        }
        let results = results.clone();
        let golden = golden.clone();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases").join(&id);
        let folder = folder.parent().map(|area| area.join("snapshots")).unwrap_or_default();
        trials.push(
            Trial::test(id.clone(), move || {
                let judgement = results.wait(&id);
                verdict(&judgement, ours.then_some(&*folder))?;
                let difference = golden.and_then(|golden| golden.difference(&judgement));
                difference.map_or(Ok(()), |difference| Err(Failed::from(difference)))
            })
            .with_ignored_flag(lacks),
        );
    }
    if let Some(golden) = golden {
        let known: HashSet<String> = session.plans(|_| true).iter().map(|plan| plan.row.id.clone()).collect();
        trials.push(Trial::test("traces", move || {
            let stale = golden.stale(&|row| known.contains(row));
            if stale.is_empty() {
                return Ok(());
            }
            Err(Failed::from(format!(
                "traces are kept of rows that are gone: {}",
                stale.join(", ")
            )))
        }));
    }
    let worker = thread::spawn(move || {
        let mut traces = BTreeMap::new();
        let _embedded = embedded;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        let ran = session.run(run, 64, std::future::pending(), |examined| {
            let judgement = examined.judgement;
            if updates {
                traces.insert(judgement.row.clone(), trace::of(&judgement));
            }
            results
                .by_row
                .lock()
                .expect("nobody panics with the lock")
                .insert(judgement.row.clone(), judgement);
            results.more.notify_all();
        });
        tokio::task::LocalSet::new().block_on(&runtime, ran);
        if updates {
            trace::write(&traces);
        }
    });
    let conclusion = libtest_mimic::run(arguments, trials);
    worker.join().map_err(|_| "the session panicked".to_owned())?;
    Ok(conclusion)
}

/// A row passes if it conforms; against another server a row that could not be assessed does not fail either.
fn verdict(judgement: &Judgement, snapshots: Option<&Path>) -> Result<(), Failed> {
    let mut text = String::new();
    for finding in &judgement.findings {
        // Notes are no findings to fail by, and neither are warnings about somebody else's server.
        if finding.severity == Severity::Violation || (snapshots.is_some() && finding.severity == Severity::Warning) {
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
    }
    let passes = match snapshots {
        Some(_) => judgement.verdict == Verdict::Conforms,
        None => matches!(
            judgement.verdict,
            Verdict::Conforms | Verdict::Warning | Verdict::NotAssessed(_)
        ),
    };
    if !passes || !text.is_empty() {
        let because = judgement.verdict.because().unwrap_or_default();
        return Err(Failed::from(format!(
            "{}: {} {because}\n{text}",
            judgement.row,
            judgement.verdict.name()
        )));
    }
    if let Some(folder) = snapshots {
        judgement
            .kept
            .iter()
            .for_each(|kept| compare(&judgement.row, kept, folder));
    }
    Ok(())
}

fn compare(row: &str, kept: &Kept, folder: &Path) {
    let case = row.rsplit('/').next().unwrap_or(row).replace('#', ".");
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(folder);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(format!("{case}.{}", kept.name), kept.text));
}
