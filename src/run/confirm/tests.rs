use tokio::time;

use super::*;
use crate::{
    judge::Judgement,
    suite::Suite,
    tests::fixture::{PROFILE, suite},
    tests::scripted::{Answers, NOBODY, with},
};

/// What a run came to.
struct Ran {
    rows: Vec<Judgement>,
    connections: usize,
    seconds: u64,
}

impl Ran {
    /// The verdicts, with the reason or what was seen.
    fn told(&self) -> Vec<String> {
        let told = self.rows.iter().map(|row| {
            let seen = row.findings.first().map(|finding| finding.seen.as_str());
            let why = row.verdict.because().or(seen).unwrap_or_default();
            format!("{}: {why}", row.verdict.name())
        });
        told.collect()
    }
}

fn ran_until(answers: Answers, suite: &Arc<Suite>, jobs: usize, interrupt: impl Future<Output = Cut>) -> Ran {
    let (mut rows, connections, seconds) = with(answers, suite, PROFILE, async |scheduler| {
        let mut rows = Vec::new();
        let plans = scheduler.plans(|_| true);
        run(&scheduler, plans, jobs, interrupt, |examined| {
            rows.push(examined.judgement)
        })
        .await;
        rows
    });
    rows.sort_by(|a, b| a.row.cmp(&b.row));
    Ran {
        rows,
        connections,
        seconds,
    }
}

fn ran(answers: Answers, case: &str) -> Ran {
    let case = format!(r#"{{"title": {{"en": "t"}}, {case}}}"#);
    ran_until(answers, &suite(&[("a/b", &case)]), 1, std::future::pending())
}

const ONE: &str = r#""steps": [{"request": "r", "requirement": "T-1", "path": "/x"}]"#;
const THREE: &str = r#""each": {"x": {"a": 1, "b": 2, "c": 3}},
    "steps": [{"request": "r", "requirement": "T-1", "path": "/${x}"}]"#;

#[test]
fn what_came_is_not_asked_for_again() {
    let ran = ran(&[Some(1900)], THREE);
    assert_eq!(ran.told(), ["conforms: "; 3]);
    assert_eq!(ran.connections, 3);
}

#[test]
fn what_never_comes_is_asked_for_once_more_and_then_held_against_the_target() {
    let ran = ran(&[None], ONE);
    assert_eq!(
        ran.told(),
        ["violates: no whole response came in time; asked again, it did not come within 10.0 s either"]
    );
    assert_eq!((ran.connections, ran.seconds), (2, 12));
}

#[test]
fn what_comes_late_is_inconclusive_for_all_rows_that_waited_for_it_and_one_of_them_asks() {
    let ran = ran(&[Some(3000)], THREE);
    let late = "inconclusive: T-1: what was waited for came late, after 3.0 s when asked again; \
                `timeouts.expect = \"6s\"` in the profile allows more";
    assert_eq!(ran.told(), [late; 3]);
    assert_eq!(ran.connections, 4);
}

#[test]
fn what_comes_in_time_when_asked_again_is_lost_now_and_then() {
    let ran = ran(&[None, Some(0)], ONE);
    assert_eq!(ran.told().len(), 1);
    assert!(ran.told()[0].starts_with("violates: "), "{:?}", ran.told());
    assert!(ran.told()[0].ends_with("(intermittent)"), "{:?}", ran.told());
}

#[test]
fn what_may_not_be_repeated_is_not_asked_for_again() {
    let ran = ran(&[None, Some(0)], &format!(r#""effects": "creates", {ONE}"#));
    assert_eq!(ran.told(), ["violates: no whole response came in time"]);
    assert_eq!(ran.connections, 1);
}

#[test]
fn asking_again_ends_after_a_minute_and_with_the_run() {
    // Fifteen things of their own, ten seconds each, one after the other.
    let steps = |n| {
        format!(r#"{{"title": {{"en": "t"}}, "steps": [{{"request": "r", "requirement": "T-1", "path": "/{n}"}}]}}"#)
    };
    let texts: Vec<(String, String)> = (0..15).map(|n| (format!("a/b{n:02}"), steps(n))).collect();
    let cases: Vec<(&str, &str)> = texts
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    let suite = suite(&cases);
    let whole = ran_until(&[None], &suite, 1, std::future::pending());
    assert_eq!(whole.seconds, 15 * 2 + 60);
    // What was asked again is told so, the rest stands as it was seen.
    let told = |ran: &Ran| {
        let told = ran.told();
        (
            told.len(),
            told.iter().filter(|told| told.contains("asked again")).count(),
        )
    };
    assert_eq!(told(&whole), (15, 6));
    let deadline = async {
        time::sleep(Duration::from_secs(45)).await;
        Cut::RunDeadline
    };
    let cut = ran_until(&[None], &suite, 1, deadline);
    assert_eq!((cut.seconds, told(&cut)), (45, (15, 1)));
}

#[test]
fn a_run_whose_target_is_gone_ends() {
    let rows: Vec<String> = (0..40).map(|n| format!(r#""r{n:02}": {n}"#)).collect();
    let case = format!(
        r#"{{"title": {{"en": "t"}}, "each": {{"x": {{{}}}}}, "given": [{{"wait": "1s"}}], {ONE}}}"#,
        rows.join(", ")
    );
    let suite = suite(&[("a/b", &case)]);
    let (told, _, seconds) = with(&[Some(0), Some(0), NOBODY], &suite, PROFILE, async |scheduler| {
        let mut rows = Vec::new();
        let each = |examined: Examined| rows.push(examined.judgement.verdict);
        let there = run(&scheduler, scheduler.plans(|_| true), 1, std::future::pending(), each).await;
        assert!(!there);
        rows.sort_by_key(|verdict| format!("{verdict:?}"));
        rows.dedup();
        rows
    });
    let why: Vec<&str> = told
        .iter()
        .map(|verdict| verdict.because().unwrap_or(verdict.name()))
        .collect();
    assert_eq!(
        why,
        [
            "conforms",
            "nothing listens there: the connection was refused",
            "the target can't be reached any more"
        ]
    );
    assert_eq!(seconds, 2 + 11);
}
