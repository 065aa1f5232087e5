use super::*;
use crate::{
    judge::{CheckResult, judge, verdict::Waited},
    tests::fixture::{PROFILE, first, suite},
    transcript::{Cut, Entry, FinishedStep, WireEvent},
};
use wire::{
    event::{Failure, FailureKind},
    http::{Request, Response},
};

/// A finding about this clause; with an absence of two seconds that ended in this entry, if there is one.
fn finding(clause: &str, severity: Severity, entry: Option<usize>, absent: Option<usize>) -> Finding {
    Finding {
        clause: clause.into(),
        severity,
        at: String::new(),
        expected: "a reply".into(),
        seen: "nothing".into(),
        reading: None,
        line: "a.json:1".into(),
        entry,
        absent: absent.map(|entry| Waited { us: 2_000_000, entry }),
    }
}

fn judgement(verdict: Verdict, findings: Vec<Finding>) -> Judgement {
    let failed = |finding: &Finding| CheckResult {
        clause: finding.clause.clone(),
        what: "expect".into(),
        result: CheckOutcome::Failed,
    };
    Judgement {
        row: "t/a/b".into(),
        verdict,
        check_results: findings.iter().map(failed).collect(),
        findings,
        kept: Vec::new(),
        answered: Default::default(),
        duration: 1,
    }
}

fn lacking() -> Judgement {
    judgement(
        Verdict::Violates,
        vec![finding("T-1", Severity::Violation, None, Some(5))],
    )
}

/// Whether it came when it was asked for again, and after how many milliseconds.
fn again(came: bool, ms: u64, harness_late_ms: u64) -> Repeated {
    let again = Again {
        clause: "T-1".into(),
        line: "a.json:1".into(),
        waited_us: ms * 1000,
        came,
    };
    Repeated {
        again: vec![again],
        harness_late_ms,
    }
}

/// The verdict and what is said.
fn said(judgement: &Judgement) -> (&'static str, String) {
    let seen = judgement.findings.iter().map(|finding| finding.seen.clone());
    let because = judgement.verdict.because().map(str::to_owned);
    (
        judgement.verdict.name(),
        because.unwrap_or_else(|| seen.collect::<Vec<_>>().join(" / ")),
    )
}

#[test]
fn what_does_not_come_again_is_absent_however_late_the_harness_was() {
    for late in [0, 5000] {
        assert_eq!(
            said(&again(false, 10_000, late).apply(lacking())),
            (
                "violates",
                "nothing; asked again, it did not come within 10.0 s either".into()
            )
        );
    }
}

#[test]
fn what_comes_later_than_was_waited_is_late_and_no_violation() {
    let late = again(true, 3_250, 0).apply(lacking());
    let why = "T-1: what was waited for came late, after 3.2 s when asked again; `timeouts.expect = \"7s\"` in the profile allows more";
    assert_eq!(said(&late), ("inconclusive", why.into()));
    assert_eq!(late.findings, []);
    assert_eq!(late.check_results[0].result, CheckOutcome::Unknown(why.into()));
    // Exactly as late as it was waited for is in time.
    assert_eq!(said(&again(true, 2_000, 0).apply(lacking())).0, "violates");
}

#[test]
fn what_comes_in_time_the_second_time_was_lost_the_first_unless_the_harness_was_late() {
    assert_eq!(
        said(&again(true, 40, 99).apply(lacking())),
        (
            "violates",
            "nothing; asked again, it came after 40 ms: it is missing now and then (intermittent)".into()
        )
    );
    assert_eq!(
        said(&again(true, 40, 100).apply(lacking())),
        (
            "inconclusive",
            "the harness was 100 ms late, and may have missed it".into()
        )
    );
}

#[test]
fn what_nobody_asked_for_again_stands_unless_the_harness_was_late() {
    let nobody = |harness_late_ms| Repeated {
        again: Vec::new(),
        harness_late_ms,
    };
    assert_eq!(nobody(0).apply(lacking()), lacking());
    assert_eq!(said(&nobody(700).apply(lacking())).0, "inconclusive");
    // Of another place or clause nothing is known.
    let mut other = again(true, 3_000, 0);
    other.again[0].line = "a.json:2".into();
    assert_eq!(other.apply(lacking()), lacking());
    let mut other = again(true, 3_000, 0);
    other.again[0].clause = "T-2".into();
    assert_eq!(other.apply(lacking()), lacking());
}

#[test]
fn what_was_seen_before_stays_and_what_followed_goes_with_it() {
    let row = |more: Finding| {
        let absent = finding("T-1", Severity::Violation, None, Some(5));
        judgement(Verdict::Violates, vec![absent, more])
    };
    let late = again(true, 3_000, 0);
    let before = late.apply(row(finding("T-2", Severity::Violation, Some(4), None)));
    assert_eq!((before.verdict.name(), before.findings.len()), ("violates", 1));
    assert_eq!(before.check_results[1].result, CheckOutcome::Failed);
    // A warning alone does not make up for what is not known.
    let before = late.apply(row(finding("T-2", Severity::Warning, Some(4), None)));
    assert_eq!((before.verdict.name(), before.findings.len()), ("inconclusive", 1));
    // The answer that came late is left over.
    let after = late.apply(row(finding("T-2", Severity::Violation, Some(6), None)));
    assert_eq!((after.verdict.name(), after.findings.len()), ("inconclusive", 0));
    assert!(matches!(after.check_results[1].result, CheckOutcome::Unknown(_)));
}

#[test]
fn only_what_weighs_is_asked_for_again() {
    let all = |severity, absent| {
        absences(&judgement(
            Verdict::Violates,
            vec![finding("T-1", severity, None, absent)],
        ))
        .count()
    };
    assert_eq!(all(Severity::Violation, Some(5)), 1);
    assert_eq!(all(Severity::Warning, Some(5)), 1);
    assert_eq!(all(Severity::Note, Some(5)), 0);
    assert_eq!(all(Severity::Violation, None), 0);
}

/// What came of the only step of a row that asks at 1 s and ends so at 4 s.
fn of(outcome: StepOutcome, cut: Option<Cut>) -> Option<(u64, bool)> {
    let case = r#"{"title": {"en": "t"}, "steps": [{"request": "r", "requirement": "T-1", "path": "/x"}]}"#;
    let plan = first(&suite(&[("a/b", case)]), PROFILE);
    let line = plan.script.instances[0].step.place.line();
    let exchange = || "r".to_owned();
    let events = [
        (
            1_000_000,
            WireEvent::Requested {
                exchange: exchange(),
                request: Request {
                    method: "POST".into(),
                    url: "http://x/x".into(),
                    headers: Vec::new(),
                    body: Vec::new(),
                    chunked: false,
                },
            },
        ),
        (
            4_000_000,
            WireEvent::Responded {
                exchange: exchange(),
                response: Response::default(),
            },
        ),
        (
            4_000_000,
            WireEvent::Step(FinishedStep {
                step: 0,
                outcome,
                values: Vec::new(),
            }),
        ),
    ];
    let mut transcript = Transcript::new("t/a/b");
    transcript.entries = events.into_iter().map(|(at, what)| Entry { at, what }).collect();
    transcript.cut = cut;
    let judgement = judge(&plan, &transcript);
    Again::of("T-1", &line, &plan, &transcript, &judgement).map(|again| (again.waited_us, again.came))
}

#[test]
fn only_what_came_excuses_the_first_time() {
    let failed = |kind| {
        StepOutcome::Failed(Failure {
            kind,
            text: "so".into(),
            cut: None,
        })
    };
    assert_eq!(of(StepOutcome::Took(1), None), Some((3_000_000, true)));
    assert_eq!(of(failed(FailureKind::Timeout), None), Some((3_000_000, false)));
    // It was not reached, could not be done, or came to something else.
    let skipped = || StepOutcome::Skipped("an earlier step failed".into());
    for outcome in [
        skipped(),
        StepOutcome::Broken("so".into()),
        failed(FailureKind::Reset),
        failed(FailureKind::Unreachable),
    ] {
        assert_eq!(of(outcome.clone(), None), None, "{outcome:?}");
    }
    assert_eq!(of(StepOutcome::Took(1), Some(Cut::RunDeadline)), None);
}
