//! `check`: are the case files sound? All mistakes at once; no network.

use super::{
    Files,
    exit::{Exit, Stop},
    out,
};
use crate::{plan, run::summary::checks_by_clause};

/// Reads everything and says what is wrong.
pub fn check(files: &Files) -> Result<Exit, Stop> {
    let library = files.load()?;
    let mut found: Vec<_> = library.suites.iter().flat_map(|suite| plan::check(suite)).collect();
    found.extend(library.schemas.compile());
    if !found.is_empty() {
        return Err(found.into());
    }
    for suite in &library.suites {
        let rows: usize = suite.cases.iter().map(|case| plan::rows(case).len()).sum();
        let checks: usize = checks_by_clause(suite).values().sum();
        let clauses = suite.catalogue.requirements.len();
        let line = format!(
            "{}: {} cases, {rows} rows, {checks} checks of {clauses} clauses: sound",
            suite.name,
            suite.cases.len()
        );
        out::print(&line).map_err(Stop::harness)?;
    }
    Ok(Exit::Conformant)
}
