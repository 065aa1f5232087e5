//! Coverage: for each clause its cases, checks, faults and readings, or why there are none.

use std::{collections::BTreeMap, fmt::Write as _, sync::Arc};

use serde_json::{Value, json};

use super::sanitize;
use crate::{
    plan,
    suite::Suite,
    suite::catalogue::{Level, Requirement},
};

/// Cases of a clause that are named in a text; of more the areas are.
const NAMED: usize = 8;

/// A named server and what of the clauses it is about.
#[derive(Clone, Debug)]
pub struct Named {
    pub name: &'static str,
    pub suite: &'static str,
    /// The clauses that a fault breaks, or that a reading reads in another way, with the interpretation's name.
    pub about: Vec<(&'static str, &'static str)>,
}

/// One clause.
#[derive(Clone, Debug)]
pub struct Covered {
    pub requirement: Requirement,
    /// Checks by case; the empty case is the manifest, whose checks every row has.
    pub cases: BTreeMap<String, usize>,
    pub faults: Vec<&'static str>,
    /// Interpretation and reading.
    pub readings: Vec<(&'static str, &'static str)>,
}

/// One suite.
#[derive(Clone, Debug)]
pub struct Coverage {
    pub suite: String,
    pub clauses: Vec<Covered>,
}

/// What covers the clauses of some suites.
pub fn coverage(suites: &[Arc<Suite>], faults: &[Named], readings: &[Named]) -> Vec<Coverage> {
    suites.iter().map(|suite| of_suite(suite, faults, readings)).collect()
}

fn of_suite(suite: &Suite, faults: &[Named], readings: &[Named]) -> Coverage {
    let mut cases: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
    for checked in plan::checks(suite) {
        let by_case = cases.entry(checked.clause).or_default();
        *by_case.entry(checked.case.unwrap_or_default()).or_default() += 1;
    }
    let covered = |requirement: &Requirement| {
        let about = |all: &[Named]| -> Vec<(&'static str, &'static str)> {
            let own = all.iter().filter(|named| named.suite == suite.name);
            own.flat_map(|named| named.about.iter().map(|about| (named.name, *about)))
                .filter(|(_, (clause, _))| *clause == requirement.id)
                .map(|(name, (_, interpretation))| (interpretation, name))
                .collect()
        };
        Covered {
            requirement: requirement.clone(),
            cases: cases.remove(&requirement.id).unwrap_or_default(),
            faults: about(faults).into_iter().map(|(_, name)| name).collect(),
            readings: about(readings),
        }
    };
    Coverage {
        suite: suite.name.clone(),
        clauses: suite.catalogue.requirements.iter().map(covered).collect(),
    }
}

impl Covered {
    /// How many checks judge it.
    pub fn checks(&self) -> usize {
        self.cases.values().sum()
    }

    /// What is missing for a clause that is to be believed.
    pub fn gap(&self) -> Option<&'static str> {
        let requirement = &self.requirement;
        if requirement.excluded.is_some() {
            return None;
        }
        if self.cases.is_empty() {
            return Some("no check");
        }
        // What is optional is broken by nobody; a server can only choose otherwise.
        let chosen = requirement.level == Level::May && !self.readings.is_empty();
        (self.faults.is_empty() && !chosen && requirement.unbroken.is_none()).then_some("no fault, and no reason why")
    }

    /// The cases, or their areas if there are many.
    fn places(&self) -> String {
        let (mut named, mut areas) = (Vec::new(), BTreeMap::<&str, usize>::new());
        for case in self.cases.keys() {
            match case.split_once('/') {
                Some((_, rest)) => {
                    named.push(format!("`{rest}`"));
                    *areas.entry(rest.split('/').next().unwrap_or_default()).or_default() += 1;
                }
                None => named.push("every message of every row".into()),
            }
        }
        if named.len() <= NAMED {
            return named.join(", ");
        }
        let every = self
            .cases
            .contains_key("")
            .then(|| "every message of every row".to_owned());
        let areas = areas.into_iter().map(|(area, count)| format!("`{area}/` ({count})"));
        every.into_iter().chain(areas).collect::<Vec<_>>().join(", ")
    }
}

/// As Markdown.
pub fn markdown(all: &[Coverage]) -> String {
    let mut out = String::from(
        "# Coverage\n\nFor each clause: its level, how many checks judge it in which cases (for many, their areas), the faults \
         of the reference\nserver that break it, and the readings of the reference that show another of its interpretations.\n\
         `conformist coverage --format markdown` prints this file; a test keeps it true. That every single check has been \
         made to\nfail is proved by `conformist prove`.\n",
    );
    // Writing to a String can't fail.
    for coverage in all {
        let _ = writeln!(out, "\n## {}\n\n{}\n", coverage.suite, sum(coverage));
        out.push_str("| clause | level | checks | cases | faults | readings |\n|---|---|---|---|---|---|\n");
        for clause in &coverage.clauses {
            let requirement = &clause.requirement;
            let reason = |what: &str, why: &str| format!("*{what}: {}*", sanitize::markdown(why));
            let cases = match &requirement.excluded {
                Some(why) => reason("excluded", &why.en),
                None => clause.places(),
            };
            let faults: Vec<String> = clause.faults.iter().map(|name| format!("`{name}`")).collect();
            let faults = match &requirement.unbroken {
                Some(why) => reason("none", &why.en),
                None => faults.join(", "),
            };
            let readings = clause.readings.iter().map(|(shown, name)| format!("{shown}: `{name}`"));
            let readings: Vec<String> = readings.collect();
            let _ = writeln!(
                out,
                "| {} | {} | {} | {cases} | {faults} | {} |",
                requirement.id,
                requirement.level.name(),
                clause.checks(),
                readings.join(", ")
            );
        }
    }
    out
}

fn sum(coverage: &Coverage) -> String {
    let clauses = &coverage.clauses;
    let count = |test: &dyn Fn(&Covered) -> bool| clauses.iter().filter(|clause| test(clause)).count();
    let checks: usize = clauses.iter().map(Covered::checks).sum();
    format!(
        "{} clauses: {} with {checks} checks, {} excluded; {} broken by a fault, {} read in another way.",
        clauses.len(),
        count(&|clause| !clause.cases.is_empty()),
        count(&|clause| clause.requirement.excluded.is_some()),
        count(&|clause| !clause.faults.is_empty()),
        count(&|clause| !clause.readings.is_empty()),
    )
}

/// As text for a terminal.
pub fn text(all: &[Coverage]) -> String {
    let mut out = String::new();
    // Writing to a String can't fail.
    for coverage in all {
        let _ = writeln!(out, "{}: {}", sanitize::line(&coverage.suite), sum(coverage));
        for clause in &coverage.clauses {
            let requirement = &clause.requirement;
            let gap = clause.gap().map(|gap| format!("  ({gap})")).unwrap_or_default();
            let _ = writeln!(
                out,
                "  {:<14} {:<6} {:>4} checks in {:>3} cases{gap}",
                sanitize::line(&requirement.id),
                requirement.level.name(),
                clause.checks(),
                clause.cases.len(),
            );
            for (what, why) in [("excluded", &requirement.excluded), ("unbroken", &requirement.unbroken)] {
                if let Some(why) = why {
                    let _ = writeln!(out, "    {what}  {}", sanitize::line(&why.en));
                }
            }
            if !clause.cases.is_empty() {
                let _ = writeln!(out, "    cases     {}", sanitize::line(&clause.places()));
            }
            if !clause.faults.is_empty() {
                let _ = writeln!(out, "    faults    {}", clause.faults.join(", "));
            }
            for (shown, name) in &clause.readings {
                let _ = writeln!(out, "    reading   {shown}: {name}");
            }
        }
    }
    out
}

/// As JSON, with every case by name.
pub fn json(all: &[Coverage]) -> String {
    let clause = |clause: &Covered| -> Value {
        let requirement = &clause.requirement;
        let readings = clause
            .readings
            .iter()
            .map(|(shown, name)| json!({"interpretation": shown, "reading": name}));
        json!({
            "id": requirement.id,
            "level": requirement.level.name(),
            "source": requirement.source,
            "checks": clause.checks(),
            "cases": clause.cases,
            "faults": clause.faults,
            "readings": readings.collect::<Vec<_>>(),
            "excluded": requirement.excluded.as_ref().map(|why| &why.en),
            "unbroken": requirement.unbroken.as_ref().map(|why| &why.en),
            "gap": clause.gap(),
        })
    };
    let suites = all.iter().map(|coverage| {
        let clauses: Vec<Value> = coverage.clauses.iter().map(clause).collect();
        json!({"suite": coverage.suite, "clauses": clauses})
    });
    format!("{:#}\n", json!({"suites": suites.collect::<Vec<_>>()}))
}
