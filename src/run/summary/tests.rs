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
        absent: None,
    };
    Judgement {
        row: "t/a/b".into(),
        verdict,
        findings: findings.iter().map(finding).collect(),
        check_results: results.iter().map(result).collect(),
        kept: Vec::new(),
        answered: Default::default(),
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
