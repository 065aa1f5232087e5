//! Proof by failure: every named fault of the reference server breaks exactly the clauses that it names, and the honest
//! server breaks none.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test has hands and may panic"
)]

use std::{
    collections::{BTreeMap, BTreeSet},
    process::ExitCode,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use conformist::{
    drive::{Settings, World},
    judge::{Verdict, Weight},
    reference::{FAULTS, Fault},
    session::{Embedded, Session},
    source::Source,
    store::{self, Library},
    target::Profile,
};
use libtest_mimic::{Arguments, Failed, Trial};

/// What a run against one server came to.
struct Seen {
    /// Violated or warned-of clauses, each with a row that caught it.
    clauses: BTreeMap<String, (Weight, String)>,
    /// Rows that say nothing about the server.
    troubled: Vec<String>,
}

fn examine(library: &Library, fault: Option<&'static Fault>) -> Result<Seen, String> {
    let embedded = Embedded::start(fault).map_err(|error| error.to_string())?;
    let source = Source::new("the reference's profile", embedded.profile.clone());
    let mut profile = Profile::read(&source, &library.asking()).map_err(|found| found[0].render(false))?;
    // The reference answers at once or not at all.
    profile.patience.expect = Duration::from_millis(700);
    let world = World::new(Settings::default()).map_err(|error| error.to_string())?;
    let session = Session::new(&library.suites, &profile, world, 1);
    let suite = fault.map(|fault| fault.suite);
    let plans = session.plans(|row| suite.is_none_or(|suite| row.id.starts_with(suite)));
    let mut seen = Seen {
        clauses: BTreeMap::new(),
        troubled: Vec::new(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    runtime.block_on(session.run(plans, 64, std::future::pending(), |examined| {
        let judgement = examined.judgement;
        if matches!(judgement.verdict, Verdict::HarnessError(_)) {
            seen.troubled
                .push(format!("{}: {:?}", judgement.row, judgement.verdict));
        }
        for finding in judgement.findings {
            let told = format!(
                "{}: expected {}, seen {}",
                judgement.row, finding.expected, finding.seen
            );
            let known = seen
                .clauses
                .entry(finding.clause)
                .or_insert((finding.weight, told.clone()));
            if finding.weight > known.0 {
                *known = (finding.weight, told);
            }
        }
    }));
    Ok(seen)
}

/// The clauses that count as broken: violated or warned of. A note, which only tells what the server chose, counts if the
/// fault names the clause: a clause that leaves something open can't be broken in any other way.
fn broken(seen: &Seen, honest: &Seen, named: &BTreeSet<String>) -> BTreeSet<String> {
    let new = |clause: &&String| {
        let weight = seen.clauses[*clause].0;
        let counts = weight > Weight::Note || named.contains(*clause);
        counts && honest.clauses.get(*clause).is_none_or(|(before, _)| *before < weight)
    };
    seen.clauses.keys().filter(new).cloned().collect()
}

fn verdict(fault: &Fault, seen: &Result<Seen, String>, honest: &Seen) -> Result<(), Failed> {
    let seen = seen.as_ref().map_err(|why| Failed::from(why.clone()))?;
    let named: BTreeSet<String> = fault.breaks.iter().map(|clause| (*clause).to_owned()).collect();
    let broken = broken(seen, honest, &named);
    let mut text = String::new();
    for clause in named.difference(&broken) {
        text.push_str(&format!("survives: no case caught it breaking {clause}\n"));
    }
    for clause in broken.difference(&named) {
        let (weight, told) = &seen.clauses[clause];
        text.push_str(&format!(
            "breaks more than it names: {clause} ({}) in {told}\n",
            weight.name()
        ));
    }
    for row in &seen.troubled {
        text.push_str(&format!("trouble: {row}\n"));
    }
    if text.is_empty() {
        Ok(())
    } else {
        Err(Failed::from(text))
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let library = match store::load(None, None) {
        Ok(library) => Arc::new(library),
        Err(found) => {
            found.iter().for_each(|d| eprintln!("{}", d.render(false)));
            return ExitCode::from(2);
        }
    };
    let chosen = |name: &str| {
        let meets = |filter: &String| {
            if arguments.exact {
                name == filter
            } else {
                name.contains(filter.as_str())
            }
        };
        !arguments.list && arguments.filter.iter().all(meets) && !arguments.skip.iter().any(meets)
    };
    let faults: Vec<&'static Fault> = FAULTS.iter().copied().filter(|fault| chosen(fault.name)).collect();
    let mut results: BTreeMap<&str, Result<Seen, String>> = BTreeMap::new();
    let mut honest = Seen {
        clauses: BTreeMap::new(),
        troubled: Vec::new(),
    };
    if !faults.is_empty() || chosen("honest") {
        match examine(&library, None) {
            Ok(seen) => honest = seen,
            Err(why) => {
                eprintln!("{why}");
                return ExitCode::from(5);
            }
        }
        let done = Mutex::new(&mut results);
        let next = AtomicUsize::new(0);
        thread::scope(|scope| {
            for _ in 0..thread::available_parallelism().map_or(2, usize::from) {
                scope.spawn(|| {
                    while let Some(fault) = faults.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let seen = examine(&library, Some(fault));
                        done.lock()
                            .expect("nobody panics with the lock")
                            .insert(fault.name, seen);
                    }
                });
            }
        });
    }
    let honest = Arc::new(honest);
    let results = Arc::new(results);
    let mut trials: Vec<Trial> = FAULTS
        .iter()
        .map(|fault| {
            let (results, honest) = (results.clone(), honest.clone());
            Trial::test(fault.name, move || match results.get(fault.name) {
                Some(seen) => verdict(fault, seen, &honest),
                None => Err(Failed::from("it was not run")),
            })
        })
        .collect();
    trials.push(Trial::test("honest", move || {
        let heavy = honest.clauses.iter().filter(|(_, (weight, _))| *weight > Weight::Note);
        let told: Vec<String> = heavy.map(|(clause, (_, told))| format!("{clause} in {told}")).collect();
        if told.is_empty() && honest.troubled.is_empty() {
            return Ok(());
        }
        Err(Failed::from(format!(
            "{}\n{}",
            told.join("\n"),
            honest.troubled.join("\n")
        )))
    }));
    libtest_mimic::run(&arguments, trials).exit_code()
}
