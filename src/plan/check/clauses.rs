//! Clauses and readings that a suite's files name, and its catalogue does not have.

use std::{collections::BTreeSet, sync::Arc};

use crate::{
    check::{Check, Demand},
    plan::{
        Row,
        places::{clause_place, value_place},
        rows,
    },
    suite::Suite,
    suite::case::Case,
    syntax::diagnostic::{Diagnostic, nearest},
    syntax::source::Place,
    syntax::template::Template,
};

/// Every clause of a case; `judged` gets those that a server can violate.
pub(super) fn check_case(suite: &Suite, case: &Arc<Case>, judged: &mut BTreeSet<String>, found: &mut Vec<Diagnostic>) {
    let rows = rows(case);
    let mut seen = BTreeSet::new();
    for row in &rows {
        case.walk(&mut |step| {
            let own = step.requirement.iter().map(|clause| (clause, &step.place, None));
            let checks = step
                .checks
                .iter()
                .filter_map(|check| Some((check.requirement.as_ref()?, &check.place, Some(check))));
            for (clause, place, check) in own.chain(checks) {
                let said_already = match clause {
                    Template::Fixed(node) => node.as_str().is_none(),
                    Template::Array(_) | Template::Object(_) => true,
                    _ => false,
                };
                if said_already {
                    continue;
                }
                let text = clause_text(clause, Some(row));
                let before = found.len();
                if seen.insert((place.line(), place.span.start, check.is_some(), text.clone())) {
                    let place = clause_place(clause, place);
                    match check {
                        Some(check) => check_clause(suite, text.as_deref(), &place, check, found),
                        None => check_id(suite, text.as_deref(), &place, found),
                    }
                    // Which row gave it can't be seen at the place.
                    if !matches!(clause, Template::Fixed(_)) {
                        for mistake in &mut found[before..] {
                            mistake.label = format!("{}, in the row `{}`", mistake.label, row.name);
                        }
                    }
                }
                if !step.given {
                    judged.extend(text);
                }
            }
        });
        if let (Some(clause), Some(place)) = (&case.survives, &case.survives_place) {
            let text = clause_text(clause, Some(row));
            if seen.insert((place.line(), place.span.start, false, text.clone())) {
                check_id(suite, text.as_deref(), place, found);
            }
            judged.extend(text);
        }
    }
}

/// The clauses of what the manifest says of every case.
pub(super) fn check_manifest(suite: &Suite, judged: &mut BTreeSet<String>, found: &mut Vec<Diagnostic>) {
    for check in suite.manifest.always.iter().flat_map(|always| &always.checks) {
        let clause = check.requirement.as_ref().and_then(|clause| clause_text(clause, None));
        let place = (check.requirement.as_ref())
            .map_or_else(|| check.place.clone(), |clause| clause_place(clause, &check.place));
        check_clause(suite, clause.as_deref(), &place, check, found);
        judged.extend(clause);
    }
    if let Some(leftover) = &suite.manifest.leftover {
        let place = value_place(&suite.manifest.whole(), leftover);
        check_id(suite, Some(leftover), &place, found);
        judged.insert(leftover.clone());
    }
}

fn clause_text(clause: &Template, row: Option<&Row>) -> Option<String> {
    match (clause, row) {
        (Template::Fixed(node), _) => node.as_str().map(str::to_owned),
        (_, Some(row)) => row.clause(clause),
        _ => None,
    }
}

fn check_id(suite: &Suite, clause: Option<&str>, place: &Place, found: &mut Vec<Diagnostic>) {
    let Some(clause) = clause else {
        found.push(Diagnostic::at(
            place.clone(),
            "a clause without a name",
            "expected a clause's id",
        ));
        return;
    };
    if suite.catalogue.find(clause).is_none() {
        let ids = suite
            .catalogue
            .requirements
            .iter()
            .map(|requirement| requirement.id.as_str());
        let what = format!("no clause is called `{clause}`");
        let diagnostic = Diagnostic::at(place.clone(), what, "not in the suite's requirements.json");
        found.push(match nearest(clause, ids) {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
            None => diagnostic.help("`conformist list requirements` shows all clauses; a new one is added there"),
        });
    }
}

fn check_clause(suite: &Suite, clause: Option<&str>, place: &Place, check: &Check, found: &mut Vec<Diagnostic>) {
    check_id(suite, clause, place, found);
    let requirement = clause.and_then(|clause| suite.catalogue.find(clause));
    if let (Demand::Readings(readings), Some(requirement)) = (&check.demand, requirement) {
        for reading in readings {
            if requirement.reading(&reading.name).is_none() {
                let names: Vec<String> = requirement.readings.iter().map(|r| format!("`{}`", r.name)).collect();
                found.push(Diagnostic::at(
                    value_place(&reading.place, &reading.name),
                    format!("{} has no reading `{}`", requirement.id, reading.name),
                    if names.is_empty() {
                        "the catalogue lists no readings of this clause".to_owned()
                    } else {
                        format!("the catalogue has {}", names.join(", "))
                    },
                ));
            }
        }
    }
}
