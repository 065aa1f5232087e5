//! `check`: are the case files sound? All mistakes at once; no network.

use super::{
    Files,
    exit::{Exit, Stop},
    out,
};
use crate::{plan, run::summary::checks_by_clause};

/// Reads everything and says what is wrong.
pub fn check(files: &Files) -> Result<Exit, Stop> {
    let suites = files.load()?;
    let mut found: Vec<_> = suites.chosen.iter().flat_map(|suite| plan::check(suite)).collect();
    found.extend(suites.schemas.compile());
    if !found.is_empty() {
        return Err(found.into());
    }
    for suite in &suites.chosen {
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
