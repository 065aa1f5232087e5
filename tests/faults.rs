//! Proof by failure: every named fault of the reference server breaks exactly the clauses that it names, the honest server
//! breaks none, every other lawful reading is recognised and not accused, and every check has been made to fail. In memory:
//! the wire that users have is proved by `prove`.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test has hands and may panic"
)]

use std::{process::ExitCode, sync::Arc};

use conformist::{
    run::proof::{self, FaultResult, Proof, ReadingResult, Wire},
    store,
};
use libtest_mimic::{Arguments, Failed, Trial};
use reference::{FAULTS, Fault, READINGS, Reading};

fn killed(result: &FaultResult) -> Result<(), Failed> {
    let mut text = String::new();
    for clause in &result.survives {
        text.push_str(&format!("survives: no case caught it breaking {clause}\n"));
    }
    for clause in &result.spreads {
        let broken = &result.broken[clause];
        text.push_str(&format!(
            "breaks more than it names: {clause} ({}) in {}\n",
            broken.severity.name(),
            broken.told
        ));
    }
    for row in &result.troubled {
        text.push_str(&format!("trouble: {row}\n"));
    }
    if text.is_empty() {
        Ok(())
    } else {
        Err(Failed::from(text))
    }
}

fn fair(result: &ReadingResult) -> Result<(), Failed> {
    if result.is_fair() {
        return Ok(());
    }
    let unseen = result
        .unseen
        .iter()
        .map(|(clause, name)| format!("not recognised: {clause} {name}"));
    let told: Vec<String> = result.accusations.iter().cloned().chain(unseen).collect();
    Err(Failed::from(told.join("\n")))
}

/// A line at each tenth: the whole takes a while, and says nothing before its end.
fn progress(done: usize, all: usize) {
    if done * 10 / all > (done - 1) * 10 / all {
        eprintln!("{done} of {all} variants");
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let library = match store::load(None, None) {
        Ok(library) => library,
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
    let readings = READINGS.iter().copied().filter(|reading| chosen(reading.name));
    let readings: Vec<&'static Reading> = readings.collect();
    let mut proof = None;
    if !faults.is_empty() || !readings.is_empty() || chosen("honest") {
        let suites = &library.suites;
        match proof::prove(suites, suites, &faults, &readings, Wire::Memory, progress) {
            Ok(whole) => proof = Some(Arc::new(whole)),
            Err(error) => {
                eprintln!("{error}");
                return ExitCode::from(5);
            }
        }
    }
    let told = |proof: &Option<Arc<Proof>>| proof.clone().ok_or_else(|| Failed::from("it was not run"));
    let mut trials: Vec<Trial> = FAULTS
        .iter()
        .map(|fault| {
            let proof = proof.clone();
            Trial::test(fault.name, move || {
                let proof = told(&proof)?;
                let result = proof.faults.iter().find(|result| result.fault.name == fault.name);
                result.map_or_else(|| Err(Failed::from("it was not run")), killed)
            })
        })
        .collect();
    trials.extend(READINGS.iter().map(|reading| {
        let proof = proof.clone();
        Trial::test(reading.name, move || {
            let proof = told(&proof)?;
            let mut results = proof.readings.iter();
            let result = results.find(|result| result.reading.name == reading.name);
            result.map_or_else(|| Err(Failed::from("it was not run")), fair)
        })
    }));
    // Only the whole proof says that nothing was left unproved.
    let whole = faults.len() == FAULTS.len() && readings.len() == READINGS.len();
    let all = proof.clone();
    trials.push(
        Trial::test("checks", move || {
            let unproved = &told(&all)?.unproved;
            let line = |((place, clause), kind): (&proof::CheckId, &String)| format!("{clause} at {place}, {kind}");
            let lines: Vec<String> = unproved.iter().map(line).collect();
            if lines.is_empty() {
                return Ok(());
            }
            Err(Failed::from(format!(
                "nothing has made these fail:\n{}",
                lines.join("\n")
            )))
        })
        .with_ignored_flag(!whole),
    );
    trials.push(Trial::test("honest", move || {
        let accusations = &told(&proof)?.accusations;
        if accusations.is_empty() {
            Ok(())
        } else {
            Err(Failed::from(accusations.join("\n")))
        }
    }));
    libtest_mimic::run(&arguments, trials).exit_code()
}
