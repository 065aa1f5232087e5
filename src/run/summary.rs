//! A run: the judgements of its rows, how each clause stands, and one tally. Counted once here, printed by many.

#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use crate::{
    judge::{CheckOutcome, Finding, Judgement, Severity, Verdict},
    suite::Suite,
    suite::catalogue::Requirement,
};

/// How a clause stands after a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ClauseStatus {
    /// Every check that was exercised held.
    Holds,
    /// A note was taken.
    Noted,
    Warned,
    Violated,
    /// Checks were exercised, and none could be told.
    Inconclusive,
    /// No check was exercised.
    NotAssessed,
    /// The profile says that the target has nothing of the kind.
    NotApplicable,
    /// Nobody can observe it.
    Excluded,
    /// No selected row judges it.
    NotSelected,
}

impl ClauseStatus {
    /// The word for reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Noted => "noted",
            Self::Warned => "warning",
            Self::Violated => "violated",
            Self::Inconclusive => "inconclusive",
            Self::NotAssessed => "not assessed",
            Self::NotApplicable => "not applicable",
            Self::Excluded => "excluded",
            Self::NotSelected => "not selected",
        }
    }
}

/// One clause after a run.
#[derive(Clone, Debug)]
pub struct Clause {
    pub suite: String,
    pub requirement: Requirement,
    pub status: ClauseStatus,
    /// Checks that were exercised.
    pub exercised: usize,
    /// Rows in which one was.
    pub rows: usize,
    /// The readings that the server chose.
    pub readings: BTreeSet<String>,
    /// The findings, with their rows.
    pub findings: Vec<(String, Finding)>,
    /// Why checks were not exercised, with how many rows say so.
    pub unassessed: BTreeMap<String, usize>,
}

/// Counts of rows by verdict and of clauses by status.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub rows: BTreeMap<&'static str, usize>,
    pub clauses: BTreeMap<&'static str, usize>,
}

/// A whole run.
#[derive(Clone, Debug)]
pub struct Summary {
    /// What was run against, in a word.
    pub target: String,
    pub rows: Vec<Judgement>,
    pub clauses: Vec<Clause>,
    pub tally: Tally,
    pub wall: Duration,
    pub interrupted: bool,
    /// Whether there is a judgement of every row that was planned, and of no other: a recording may be cut or altered.
    pub whole: bool,
    /// How much of the clauses must be assessed, in percent, for the run to be conformant.
    pub min_assessed: u8,
    /// What the profile says and the target denies, a line each.
    pub contradicted: Vec<String>,
    /// Whether nobody's server was examined but the reference of this crate, because none was named.
    pub nobodys: bool,
}

/// How many were assessed, and of how many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    pub assessed: usize,
    pub of: usize,
}

impl Share {
    /// Whether all were.
    pub fn is_whole(self) -> bool {
        self.assessed == self.of
    }

    /// Rounded down: 99 % is less than all.
    pub fn percent(self) -> usize {
        (100 * self.assessed).checked_div(self.of).unwrap_or(100)
    }
}

impl Summary {
    /// Counts the rows of some suites.
    pub fn new(target: String, suites: &[Arc<Suite>], rows: Vec<Judgement>, wall: Duration, interrupted: bool) -> Self {
        let clauses: Vec<Clause> = suites.iter().flat_map(|suite| clauses(suite, &rows)).collect();
        let mut tally = Tally::default();
        for row in &rows {
            *tally.rows.entry(row.verdict.name()).or_default() += 1;
        }
        for clause in &clauses {
            *tally.clauses.entry(clause.status.name()).or_default() += 1;
        }
        Self {
            target,
            rows,
            clauses,
            tally,
            wall,
            interrupted,
            whole: true,
            min_assessed: 0,
            contradicted: Vec::new(),
            nobodys: false,
        }
    }

    /// The clauses that were assessed, of those that the selected rows judge and that apply to the target.
    pub fn clauses_assessed(&self) -> Share {
        let mut share = Share::default();
        for clause in &self.clauses {
            match clause.status {
                ClauseStatus::Holds | ClauseStatus::Noted | ClauseStatus::Warned | ClauseStatus::Violated => {
                    share.assessed += 1;
                    share.of += 1;
                }
                ClauseStatus::Inconclusive | ClauseStatus::NotAssessed => share.of += 1,
                ClauseStatus::NotApplicable | ClauseStatus::Excluded | ClauseStatus::NotSelected => {}
            }
        }
        share
    }

    /// The rows that were assessed, of those that apply to the target.
    pub fn rows_assessed(&self) -> Share {
        let mut share = Share::default();
        for row in &self.rows {
            match row.verdict {
                Verdict::NotApplicable(_) => continue,
                Verdict::Conforms | Verdict::Warning | Verdict::Violates => share.assessed += 1,
                _ => {}
            }
            share.of += 1;
        }
        share
    }

    /// Of the rows that saw something refused as they should, those with a control: the like was served in the same row, or in
    /// another row of the same case.
    pub fn refusals_controlled(&self) -> Share {
        let case = |row: &Judgement| row.row.split_once('#').map(|(case, _)| case.to_owned());
        let sound = |row: &&Judgement| matches!(row.verdict, Verdict::Conforms | Verdict::Warning);
        let served = self.rows.iter().filter(sound).filter(|row| row.answered.served);
        let served: BTreeSet<String> = served.filter_map(case).collect();
        let mut share = Share::default();
        for row in self.rows.iter().filter(sound).filter(|row| row.answered.refused) {
            let beside = case(row).is_some_and(|case| served.contains(&case));
            share.assessed += usize::from(row.answered.controlled || beside);
            share.of += 1;
        }
        share
    }

    /// What keeps most clauses from being assessed, and how many.
    pub fn obstacle(&self) -> Option<(&str, usize)> {
        let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
        for clause in &self.clauses {
            if clause.status == ClauseStatus::NotAssessed
                && let Some((why, _)) = clause.unassessed.iter().max_by_key(|(_, rows)| **rows)
            {
                *reasons.entry(why).or_default() += 1;
            }
        }
        reasons.into_iter().max_by_key(|(_, clauses)| *clauses)
    }

    /// The row that took longest.
    pub fn slowest(&self) -> Option<&Judgement> {
        self.rows.iter().max_by_key(|row| row.duration)
    }

    /// What the run comes to.
    pub fn conclusion(&self) -> Conclusion {
        let any = |test: &dyn Fn(&Verdict) -> bool| self.rows.iter().any(|row| test(&row.verdict));
        if any(&|verdict| matches!(verdict, Verdict::HarnessError(_))) {
            Conclusion::HarnessError
        } else if any(&|verdict| *verdict == Verdict::Violates) {
            Conclusion::Violated
        } else if !self.contradicted.is_empty() {
            Conclusion::Contradicted
        } else if !self.whole || any(&|verdict| matches!(verdict, Verdict::Inconclusive(_))) {
            Conclusion::Inconclusive
        } else if any(&|verdict| matches!(verdict, Verdict::Conforms | Verdict::Warning)) {
            if self.clauses_assessed().percent() < usize::from(self.min_assessed) {
                Conclusion::TooLittleAssessed
            } else {
                Conclusion::Conformant
            }
        } else {
            Conclusion::NothingAssessed
        }
    }
}

/// What a run comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conclusion {
    Conformant,
    Violated,
    /// The profile says something that the target denies.
    Contradicted,
    Inconclusive,
    /// Less than was asked for.
    TooLittleAssessed,
    NothingAssessed,
    HarnessError,
}

impl Conclusion {
    /// The sentence for people.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Conformant => "conformant: no required clause that was assessed is violated",
            Self::Violated => "not conformant: a required clause is violated",
            Self::Contradicted => "contradicted: the profile says something that the target denies",
            Self::Inconclusive => "inconclusive: the harness could not find out everything it asked",
            Self::TooLittleAssessed => "too little was assessed: nothing that was is violated",
            Self::NothingAssessed => "nothing was assessed",
            Self::HarnessError => "the harness itself failed",
        }
    }
}

fn clauses(suite: &Suite, rows: &[Judgement]) -> Vec<Clause> {
    let mut clauses: Vec<Clause> = suite
        .catalogue
        .requirements
        .iter()
        .map(|requirement| Clause {
            suite: suite.name.clone(),
            requirement: requirement.clone(),
            status: ClauseStatus::NotSelected,
            exercised: 0,
            rows: 0,
            readings: BTreeSet::new(),
            findings: Vec::new(),
            unassessed: BTreeMap::new(),
        })
        .collect();
    let index: BTreeMap<String, usize> = clauses
        .iter()
        .enumerate()
        .map(|(i, clause)| (clause.requirement.id.clone(), i))
        .collect();
    let mut aside = BTreeSet::new();
    let mut told = vec![(false, false); clauses.len()];
    for row in rows {
        let mut touched = BTreeSet::new();
        let mut lacking: BTreeMap<usize, &str> = BTreeMap::new();
        for check in &row.check_results {
            let Some(at) = index.get(&check.clause).copied() else {
                continue;
            };
            told[at].0 = true;
            match &check.result {
                CheckOutcome::NotExercised(why) => {
                    lacking.entry(at).or_insert(why);
                    continue;
                }
                CheckOutcome::NotApplicable(_) => {
                    aside.insert(at);
                    continue;
                }
                CheckOutcome::Unknown(_) => {}
                CheckOutcome::Chose(reading) => {
                    clauses[at].readings.insert(reading.clone());
                    told[at].1 = true;
                }
                CheckOutcome::Held | CheckOutcome::Failed => told[at].1 = true,
            }
            clauses[at].exercised += 1;
            touched.insert(at);
        }
        for (at, why) in lacking {
            *clauses[at].unassessed.entry(why.to_owned()).or_default() += 1;
        }
        touched.iter().for_each(|at| clauses[*at].rows += 1);
        for finding in &row.findings {
            if let Some(at) = index.get(&finding.clause) {
                clauses[*at].findings.push((row.row.clone(), finding.clone()));
            }
        }
    }
    for (at, (clause, (selected, told))) in clauses.iter_mut().zip(told).enumerate() {
        let severest = clause.findings.iter().map(|(_, finding)| finding.severity).max();
        clause.status = match severest {
            _ if clause.requirement.excluded.is_some() => ClauseStatus::Excluded,
            _ if aside.contains(&at) => ClauseStatus::NotApplicable,
            Some(Severity::Violation) => ClauseStatus::Violated,
            Some(Severity::Warning) => ClauseStatus::Warned,
            Some(Severity::Note) => ClauseStatus::Noted,
            None if !selected => ClauseStatus::NotSelected,
            None if told => ClauseStatus::Holds,
            None if clause.exercised > 0 => ClauseStatus::Inconclusive,
            None => ClauseStatus::NotAssessed,
        };
    }
    clauses
}

/// How many checks of a suite name each clause, whatever a target has.
pub fn checks_by_clause(suite: &Suite) -> BTreeMap<String, usize> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for checked in crate::plan::checks(suite) {
        *counts.entry(checked.clause).or_default() += 1;
    }
    counts
}
