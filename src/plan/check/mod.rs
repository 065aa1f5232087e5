//! What only shows when a suite's files are read together: unknown clauses, readings, names, endpoints, and clauses that
//! nobody checks.

mod clauses;
mod names;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use super::places::value_place;
use crate::{
    suite::Suite,
    suite::load::Gaps,
    syntax::diagnostic::{Diagnostic, nearest},
};

/// Every mistake that shows between the files of a suite.
pub fn check(suite: &Suite) -> Vec<Diagnostic> {
    check_draft(suite, &Gaps::default())
}

/// The same of a suite that could be read in part: what a gap would explain is no mistake.
pub fn check_draft(suite: &Suite, gaps: &Gaps) -> Vec<Diagnostic> {
    // Two cases that use a fragment have its mistakes in common.
    let mut told: Vec<Diagnostic> = Vec::new();
    for diagnostic in mistakes(suite, gaps) {
        if !told.iter().any(|known| known.is_same(&diagnostic)) {
            told.push(diagnostic);
        }
    }
    told
}

fn mistakes(suite: &Suite, gaps: &Gaps) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut judged = BTreeSet::new();
    for case in &suite.cases {
        if !(gaps.manifest || gaps.cases.contains(&case.id)) {
            names::check_case(suite, case, &mut found);
        }
        if !gaps.catalogue {
            clauses::check_case(suite, case, &mut judged, &mut found);
        }
    }
    if !gaps.manifest {
        names::check_manifest(&suite.manifest, &mut found);
    }
    if gaps.catalogue {
        return found;
    }
    clauses::check_manifest(suite, &mut judged, &mut found);
    let whole = suite.manifest.whole();
    let ids = || suite.cases.iter().map(|case| case.id.as_str());
    let lost = |id: &str| gaps.cases.contains(id);
    if let Some(clock) = &suite.manifest.clock
        && !ids().any(|id| id == clock)
        && !lost(clock)
    {
        let what = format!("`clock` names no case: `{clock}`");
        let diagnostic = Diagnostic::at(value_place(&whole, clock), what, "expected a case's id");
        found.push(match nearest(clock, ids()) {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
            None => diagnostic.help("`conformist list cases` shows them"),
        });
    }
    if gaps.manifest || !gaps.cases.is_empty() {
        return found;
    }
    let used = suite.cases.iter().flat_map(|case| &case.fragments);
    let used: BTreeSet<&String> = used.chain(&suite.manifest.alive_fragments).collect();
    for fragment in &suite.manifest.common.fragments {
        if !used.contains(&fragment.name) {
            let what = format!("no case uses the fragment `{}`", fragment.name);
            found.push(
                Diagnostic::at(fragment.place.clone(), what, "steps that nobody runs")
                    .help("take it away, or use it: `{\"use\": \"NAME\"}` among a case's steps"),
            );
        }
    }
    for requirement in &suite.catalogue.requirements {
        let help = "write a case, or say in `excluded` why nobody can observe it";
        match (judged.contains(&requirement.id), requirement.excluded.is_some()) {
            (false, false) => {
                let what = format!("no case checks {}", requirement.id);
                found.push(Diagnostic::at(requirement.place.clone(), what, "a clause without a check").help(help));
            }
            (true, true) => {
                let what = format!("{} is excluded, and checked", requirement.id);
                found.push(Diagnostic::at(requirement.place.clone(), what, "take one of them away"));
            }
            _ => {}
        }
    }
    found
}
