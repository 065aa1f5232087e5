//! Proof by failure: every named fault of the reference server breaks exactly the clauses that it names, the honest server
//! breaks none, every other lawful reading is recognised and not accused, and every check has been made to fail. It is what
//! `prove --wire memory` says, with each variant as a test of its own.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test has hands and may panic"
)]

use std::{
    collections::HashMap,
    fs,
    process::{Command, ExitCode, Stdio},
    sync::Arc,
};

use libtest_mimic::{Arguments, Failed, Trial};
use reference::{FAULTS, READINGS};
use serde_json::Value;

/// What a proof says: of each variant, of the honest server, and of the checks. Nothing is what it should say.
struct Proof {
    variants: HashMap<String, String>,
    honest: String,
    checks: String,
}

/// Proves with the binary. How far it is, it says itself on standard error.
fn prove(faults: &[&str], readings: &[&str]) -> Result<Proof, String> {
    let folder = tempfile::tempdir().expect("a folder");
    let matrix = folder.path().join("matrix.json");
    let named = |option: &'static str, names: &[&str]| -> Vec<String> {
        let options = names.iter().flat_map(|name| [option, name]);
        options.map(str::to_owned).collect()
    };
    let status = Command::new(env!("CARGO_BIN_EXE_conformist"))
        .args(["prove", "--wire", "memory", "--report"])
        .arg(format!("matrix={}", matrix.display()))
        .args(named("--fault", faults))
        .args(named("--reading", readings))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status()
        .expect("the binary runs");
    // Nothing is wrong, or something that the matrix tells.
    if !matches!(status.code(), Some(0 | 1)) {
        return Err(format!("the proof ends with {status}"));
    }
    let matrix = fs::read_to_string(matrix).expect("a matrix");
    let matrix: Value = serde_json::from_str(&matrix).expect("JSON");
    let faults = all(&matrix["faults"]).map(|fault| (text(&fault["fault"]), of_fault(fault)));
    let readings = all(&matrix["readings"]).map(|reading| (text(&reading["reading"]), of_reading(reading)));
    let unproved = all(&matrix["unproved"]).map(|check| {
        format!(
            "{} at {}, {}",
            text(&check["clause"]),
            text(&check["place"]),
            text(&check["kind"])
        )
    });
    Ok(Proof {
        variants: faults.chain(readings).collect(),
        honest: lines(all(&matrix["accusations"]).map(text)),
        checks: lines(unproved),
    })
}

fn all(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().expect("a list").iter()
}

fn text(value: &Value) -> String {
    value.as_str().expect("a string").to_owned()
}

fn lines(lines: impl Iterator<Item = String>) -> String {
    lines.collect::<Vec<_>>().join("\n")
}

/// What a fault breaks too little or too much.
fn of_fault(fault: &Value) -> String {
    let survives =
        all(&fault["survives"]).map(|clause| format!("survives: no case caught it breaking {}", text(clause)));
    let spreads = all(&fault["spreads"]).map(|clause| {
        let broken = all(&fault["broken"]).find(|broken| broken["clause"] == *clause);
        let broken = broken.expect("what spreads is broken");
        let (severity, told) = (text(&broken["severity"]), text(&broken["told"]));
        format!("breaks more than it names: {} ({severity}) in {told}", text(clause))
    });
    let troubled = all(&fault["troubled"]).map(|row| format!("trouble: {}", text(row)));
    lines(survives.chain(spreads).chain(troubled))
}

/// What a reading is accused of, and what of it was not recognised.
fn of_reading(reading: &Value) -> String {
    let unseen = all(&reading["unseen"]).map(|unseen| {
        format!(
            "not recognised: {} {}",
            text(&unseen["clause"]),
            text(&unseen["reading"])
        )
    });
    lines(all(&reading["accusations"]).map(text).chain(unseen))
}

fn must_be_nothing(told: &str) -> Result<(), Failed> {
    if told.is_empty() {
        Ok(())
    } else {
        Err(Failed::from(told))
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
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
    let names = || {
        let faults = FAULTS.iter().map(|fault| fault.name);
        faults.chain(READINGS.iter().map(|reading| reading.name))
    };
    let mut faults: Vec<&str> = FAULTS
        .iter()
        .map(|fault| fault.name)
        .filter(|name| chosen(name))
        .collect();
    let readings = READINGS.iter().map(|reading| reading.name);
    let readings: Vec<&str> = readings.filter(|name| chosen(name)).collect();
    // Only the whole proof says that nothing was left unproved.
    let whole = names().all(chosen);
    if faults.is_empty() && readings.is_empty() && chosen("honest") {
        // The honest server is examined in every proof, whatever else is.
        faults.extend(FAULTS.first().map(|fault| fault.name));
    }
    let mut proof = Err("it was not run".to_owned());
    if !faults.is_empty() || !readings.is_empty() {
        proof = match prove(&faults, &readings) {
            Ok(proof) => Ok(Arc::new(proof)),
            Err(why) => {
                eprintln!("{why}");
                return ExitCode::from(5);
            }
        };
    }
    let trial = |name: &'static str, told: fn(&Proof, &str) -> Option<String>| {
        let proof = proof.clone();
        Trial::test(name, move || {
            let told = told(proof.as_deref()?, name).ok_or("it was not run")?;
            must_be_nothing(&told)
        })
    };
    let mut trials: Vec<Trial> = names()
        .map(|name| trial(name, |proof, name| proof.variants.get(name).cloned()))
        .collect();
    let unproved = |proof: &Proof, _: &str| {
        let told = &proof.checks;
        Some(if told.is_empty() {
            String::new()
        } else {
            format!("nothing has made these fail:\n{told}")
        })
    };
    trials.push(trial("checks", unproved).with_ignored_flag(!whole));
    trials.push(trial("honest", |proof, _| Some(proof.honest.clone())));
    libtest_mimic::run(&arguments, trials).exit_code()
}
