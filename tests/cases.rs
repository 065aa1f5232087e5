//! Every row of every case as a test of its own, against the reference server in memory: no load of the machine is in a
//! verdict. The same rows over sockets are what `conformist run` does, and a test of the command line.
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
    collections::{BTreeMap, HashSet},
    path::Path,
    process::ExitCode,
    sync::{Arc, Mutex},
};

use conformist::{Error, Judgement, Kept, Severity, Suites, Target, Verdict, libtest};

#[path = "cases/trace.rs"]
mod trace;

use trace::Golden;

fn main() -> ExitCode {
    conclude().unwrap_or_else(|error| {
        eprintln!("{error}");
        ExitCode::from(2)
    })
}

fn conclude() -> Result<ExitCode, Error> {
    let suites = Suites::built_in()?;
    if let Some(path) = std::env::var_os("CONFORMIST_TARGET") {
        let target = Target::from_profile(Path::new(&path), &suites)?;
        return libtest::run(&suites, target, libtest::passes);
    }
    let rows: HashSet<String> = suites.rows().collect();
    let updates = std::env::var_os("CONFORMIST_UPDATE").is_some();
    let golden = (!updates).then(Golden::read);
    let stale = golden.iter().flat_map(|golden| golden.stale(&|row| rows.contains(row)));
    let stale: Vec<&str> = stale.collect();
    if !stale.is_empty() {
        eprintln!("traces are kept of rows that are gone: {}", stale.join(", "));
        return Ok(ExitCode::FAILURE);
    }
    let traces = Arc::new(Mutex::new(BTreeMap::new()));
    let target = Target::reference_in_memory(&suites)?;
    let code = libtest::run(&suites, target, {
        let traces = traces.clone();
        move |judgement| {
            conforms(judgement)?;
            match &golden {
                Some(golden) => golden.difference(judgement).map_or(Ok(()), Err),
                None => {
                    let mut traces = traces.lock().expect("nobody panics with the lock");
                    traces.insert(judgement.row.clone(), trace::of(judgement));
                    Ok(())
                }
            }
        }
    })?;
    let traces = traces.lock().expect("nobody panics with the lock");
    // Only those of all rows together are kept.
    if updates && traces.len() == rows.len() {
        trace::write(&traces);
    }
    Ok(code)
}

/// The reference conforms, is warned of nothing, and replies as it did. Notes are no findings to fail by.
fn conforms(judgement: &Judgement) -> Result<(), String> {
    let severe = judgement
        .findings
        .iter()
        .any(|finding| finding.severity >= Severity::Warning);
    if judgement.verdict != Verdict::Conforms || severe {
        return Err(libtest::told(judgement, Severity::Warning));
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases").join(&judgement.row);
    let folder = folder.parent().map(|area| area.join("snapshots")).unwrap_or_default();
    judgement
        .kept
        .iter()
        .for_each(|kept| compare(&judgement.row, kept, &folder));
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
