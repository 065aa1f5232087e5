//! A run: the judgements of its rows, how each clause stands, and one tally. Counted once here, printed by many.

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
    /// How much of the clauses must be assessed, in percent, for the run to be conformant.
    pub min_assessed: u8,
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
            min_assessed: 0,
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
        } else if any(&|verdict| matches!(verdict, Verdict::Inconclusive(_))) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{judge::CheckResult, tests::fixture::suite};

    fn row(verdict: Verdict, results: &[(&str, CheckOutcome)], findings: &[(&str, Severity)]) -> Judgement {
        let result = |(clause, result): &(&str, CheckOutcome)| CheckResult {
            clause: (*clause).into(),
            what: "equals".into(),
            result: result.clone(),
        };
        let finding = |(clause, severity): &(&str, Severity)| Finding {
            clause: (*clause).into(),
            severity: *severity,
            at: String::new(),
            expected: "a".into(),
            seen: "b".into(),
            reading: None,
            line: "t.json:1".into(),
            entry: None,
        };
        Judgement {
            row: "t/a/b".into(),
            verdict,
            findings: findings.iter().map(finding).collect(),
            check_results: results.iter().map(result).collect(),
            kept: Vec::new(),
            duration: 1,
        }
    }

    fn summary(rows: Vec<Judgement>) -> Summary {
        Summary::new("t".into(), &[suite(&[])], rows, Duration::ZERO, false)
    }

    /// How the clause T-1 stands after one row.
    fn status(results: &[CheckOutcome], findings: &[Severity]) -> ClauseStatus {
        let results: Vec<_> = results.iter().map(|result| ("T-1", result.clone())).collect();
        let findings: Vec<_> = findings.iter().map(|severity| ("T-1", *severity)).collect();
        summary(vec![row(Verdict::Conforms, &results, &findings)]).clauses[0].status
    }

    #[test]
    fn a_clause_stands_as_its_severest_finding_says() {
        use CheckOutcome::{Chose, Failed, Held, NotApplicable, NotExercised, Unknown};
        use Severity::{Note, Violation, Warning};
        let why = || "why".to_owned();
        assert_eq!(status(&[], &[]), ClauseStatus::NotSelected);
        assert_eq!(status(&[NotExercised(why())], &[]), ClauseStatus::NotAssessed);
        assert_eq!(status(&[Unknown(why())], &[]), ClauseStatus::Inconclusive);
        assert_eq!(status(&[Unknown(why()), Held], &[]), ClauseStatus::Holds);
        assert_eq!(status(&[NotExercised(why()), Held], &[]), ClauseStatus::Holds);
        assert_eq!(status(&[Chose("plain".into())], &[]), ClauseStatus::Holds);
        assert_eq!(status(&[Chose("plain".into())], &[Note]), ClauseStatus::Noted);
        assert_eq!(status(&[Held, Failed], &[Note, Warning]), ClauseStatus::Warned);
        assert_eq!(
            status(&[Held, Failed], &[Warning, Violation, Note]),
            ClauseStatus::Violated
        );
        assert_eq!(status(&[NotApplicable(why())], &[]), ClauseStatus::NotApplicable);
    }

    #[test]
    fn a_clause_that_nobody_can_observe_stays_excluded() {
        let clauses = summary(vec![row(Verdict::Conforms, &[("T-3", CheckOutcome::Held)], &[])]).clauses;
        let statuses: Vec<ClauseStatus> = clauses.iter().map(|clause| clause.status).collect();
        assert_eq!(
            statuses,
            [
                ClauseStatus::NotSelected,
                ClauseStatus::NotSelected,
                ClauseStatus::Excluded
            ]
        );
    }

    #[test]
    fn what_was_exercised_is_counted_by_check_and_by_row() {
        use CheckOutcome::{Chose, Held, NotExercised};
        let rows = vec![
            row(Verdict::Conforms, &[("T-1", Held), ("T-1", Held), ("T-2", Held)], &[]),
            row(
                Verdict::Conforms,
                &[("T-1", Chose("plain".into())), ("unknown", Held)],
                &[],
            ),
            row(
                Verdict::NotAssessed("why".into()),
                &[("T-1", NotExercised("a".into())), ("T-1", NotExercised("b".into()))],
                &[],
            ),
        ];
        let summary = summary(rows);
        let [first, second, _] = &summary.clauses[..] else {
            panic!("{:?}", summary.clauses)
        };
        assert_eq!((first.exercised, first.rows), (3, 2));
        assert_eq!((second.exercised, second.rows), (1, 1));
        assert_eq!(first.readings, BTreeSet::from(["plain".to_owned()]));
        // A row says once why, however many of its checks were not exercised.
        assert_eq!(first.unassessed, BTreeMap::from([("a".to_owned(), 1)]));
        assert_eq!(
            summary.tally.rows,
            BTreeMap::from([("conforms", 2), ("not assessed", 1)])
        );
        assert_eq!(summary.tally.clauses, BTreeMap::from([("holds", 2), ("excluded", 1)]));
    }

    #[test]
    fn the_gravest_verdict_concludes() {
        use Verdict::{Conforms, HarnessError, Inconclusive, NotAssessed, Violates, Warning};
        let conclusion = |verdicts: &[Verdict]| {
            let rows = verdicts.iter().map(|verdict| row(verdict.clone(), &[], &[])).collect();
            summary(rows).conclusion()
        };
        let why = || "why".to_owned();
        assert_eq!(conclusion(&[]), Conclusion::NothingAssessed);
        assert_eq!(conclusion(&[NotAssessed(why())]), Conclusion::NothingAssessed);
        assert_eq!(conclusion(&[NotAssessed(why()), Warning]), Conclusion::Conformant);
        assert_eq!(conclusion(&[Conforms]), Conclusion::Conformant);
        assert_eq!(conclusion(&[Conforms, Inconclusive(why())]), Conclusion::Inconclusive);
        assert_eq!(conclusion(&[Inconclusive(why()), Violates]), Conclusion::Violated);
        assert_eq!(conclusion(&[Violates, HarnessError(why())]), Conclusion::HarnessError);
    }

    #[test]
    fn what_was_assessed_is_counted_of_what_applies() {
        use CheckOutcome::{Held, NotApplicable, NotExercised, Unknown};
        use Severity::{Note, Violation, Warning};
        let clauses = |results: &[CheckOutcome], findings: &[Severity]| {
            let results: Vec<_> = results.iter().map(|result| ("T-1", result.clone())).collect();
            let findings: Vec<_> = findings.iter().map(|severity| ("T-1", *severity)).collect();
            let rows = vec![row(
                Verdict::Conforms,
                &[&results[..], &[("T-2", Held)]].concat(),
                &findings,
            )];
            let share = summary(rows).clauses_assessed();
            (share.assessed, share.of)
        };
        let why = || "why".to_owned();
        assert_eq!(clauses(&[Held], &[]), (2, 2));
        for severity in [Note, Warning, Violation] {
            assert_eq!(clauses(&[Held], &[severity]), (2, 2));
        }
        assert_eq!(clauses(&[NotExercised(why())], &[]), (1, 2));
        assert_eq!(clauses(&[Unknown(why())], &[]), (1, 2));
        assert_eq!(clauses(&[NotApplicable(why())], &[]), (1, 1));
        assert_eq!(clauses(&[], &[]), (1, 1));
        let verdicts = [
            Verdict::Conforms,
            Verdict::Warning,
            Verdict::Violates,
            Verdict::NotAssessed(why()),
            Verdict::Inconclusive(why()),
            Verdict::Interrupted,
            Verdict::HarnessError(why()),
            Verdict::NotApplicable(why()),
        ];
        let rows = verdicts.map(|verdict| row(verdict, &[], &[])).to_vec();
        assert_eq!(summary(rows).rows_assessed(), Share { assessed: 3, of: 7 });
    }

    #[test]
    fn a_share_is_whole_only_if_nothing_is_left() {
        let share = |assessed, of| Share { assessed, of };
        assert_eq!((share(0, 0).percent(), share(0, 0).is_whole()), (100, true));
        assert_eq!((share(7, 7).percent(), share(7, 7).is_whole()), (100, true));
        // 99.8 % is less than all.
        assert_eq!((share(499, 500).percent(), share(499, 500).is_whole()), (99, false));
        assert_eq!((share(0, 7).percent(), share(0, 7).is_whole()), (0, false));
    }

    #[test]
    fn less_than_was_asked_for_is_no_conformance() {
        use CheckOutcome::{Held, NotExercised};
        // One of two clauses.
        let half = |least| {
            let results = [("T-1", Held), ("T-2", NotExercised("why".into()))];
            let mut summary = summary(vec![row(Verdict::Conforms, &results, &[])]);
            summary.min_assessed = least;
            summary.conclusion()
        };
        assert_eq!(half(0), Conclusion::Conformant);
        assert_eq!(half(50), Conclusion::Conformant);
        assert_eq!(half(51), Conclusion::TooLittleAssessed);
    }

    #[test]
    fn the_obstacle_is_what_keeps_most_clauses_from_being_assessed() {
        use CheckOutcome::{Held, NotExercised};
        let not = |clause, why: &str| (clause, NotExercised(why.to_owned()));
        let rows = |all: &[&[(&str, CheckOutcome)]]| {
            let rows = all.iter().map(|results| row(Verdict::Conforms, results, &[]));
            summary(rows.collect())
        };
        // For one clause the reason that most rows give counts, however many rows have another clause's.
        let both = rows(&[
            &[not("T-1", "a"), not("T-2", "b")],
            &[not("T-1", "b"), not("T-2", "b")],
            &[not("T-1", "b")],
        ]);
        assert_eq!(both.obstacle(), Some(("b", 2)));
        // A clause that was assessed all the same has none.
        let one = rows(&[
            &[not("T-1", "a"), not("T-2", "b")],
            &[("T-1", Held)],
            &[not("T-1", "a")],
        ]);
        assert_eq!(one.obstacle(), Some(("b", 1)));
        assert_eq!(rows(&[&[("T-1", Held)]]).obstacle(), None);
    }

    #[test]
    fn checks_are_counted_for_the_clauses_that_they_name() {
        let case = r#"{"title": {"en": "t"}, "steps": [
            {"open": "a", "requirement": "T-1"},
            {"expect": "a", "requirement": "T-1", "checks": [{"requirement": "T-2", "is": "json"}]}]}"#;
        assert_eq!(
            checks_by_clause(&suite(&[("a/b", case)])),
            BTreeMap::from([("T-1".to_owned(), 2), ("T-2".to_owned(), 1)])
        );
    }

    #[test]
    fn the_slowest_row_is_told() {
        let mut slow = row(Verdict::Conforms, &[], &[]);
        (slow.duration, slow.row) = (9, "t/a/slow".into());
        let rows = vec![row(Verdict::Conforms, &[], &[]), slow, row(Verdict::Conforms, &[], &[])];
        assert_eq!(
            summary(rows).slowest().map(|row| row.row.clone()).as_deref(),
            Some("t/a/slow")
        );
    }
}
