//! Every check of a suite, as a list: for listings, coverage and proof.

use super::{Row, rows};
use crate::{
    suite::Suite, suite::case::Step, suite::manifest::fixed_clause, syntax::source::Place, syntax::template::Template,
};

/// One check of one row, or one of the manifest's.
#[derive(Clone, Debug)]
pub struct Checked {
    pub clause: String,
    /// The case; none for the manifest's checks, which every row has.
    pub case: Option<String>,
    pub place: Place,
    /// The check's kind or readings, or the act that is judged by itself.
    pub kind: String,
}

/// Every check that a suite can exercise, row by row. What blocks a row judges nothing and is not among them.
pub fn checks(suite: &Suite) -> Vec<Checked> {
    let mut all = Vec::new();
    for case in &suite.cases {
        for row in rows(case) {
            case.walk(&mut |step| {
                if !step.given {
                    all.extend(of_step(&row, step));
                }
            });
            if let (Some(clause), Some(place)) = (&case.survives, &case.survives_place) {
                all.extend(checked(&row, clause, place, "survives"));
            }
        }
    }
    let always = suite.manifest.always.iter().flat_map(|always| &always.checks);
    all.extend(always.filter_map(|check| {
        Some(Checked {
            clause: fixed_clause(check.requirement.as_ref()?)?.to_owned(),
            case: None,
            place: check.place.clone(),
            kind: check.label(),
        })
    }));
    all.extend(suite.manifest.leftover.iter().map(|clause| Checked {
        clause: clause.clone(),
        case: None,
        place: suite.manifest.source.place(0..0),
        kind: "leftover".into(),
    }));
    all
}

fn of_step(row: &Row, step: &Step) -> Vec<Checked> {
    let own = step.requirement.iter();
    let own = own.filter_map(|clause| checked(row, clause, &step.place, step.label()));
    let checks = step
        .checks
        .iter()
        .filter_map(|check| checked(row, check.requirement.as_ref()?, &check.place, &check.label()));
    own.chain(checks).collect()
}

fn checked(row: &Row, clause: &Template, place: &Place, kind: &str) -> Option<Checked> {
    Some(Checked {
        clause: row.clause(clause)?,
        case: Some(row.case.id.clone()),
        place: place.clone(),
        kind: kind.to_owned(),
    })
}
