use std::future::pending;

use tokio::time;

use super::*;
use crate::{
    run::{confirm, scheduler::Examined},
    tests::fixture::{PROFILE, suite, suite_with},
    tests::scripted::with,
};

const THREE: &str = r#""each": {"x": {"a": 1, "b": 2, "c": 3}},
    "steps": [{"request": "r", "requirement": "T-1", "path": "/${x}"}]"#;

#[test]
fn a_target_that_is_slow_with_everything_is_waited_for() {
    let text = format!(r#"{{"title": {{"en": "t"}}, {THREE}}}"#);
    let suite = suite(&[("a/b", &text)]);
    let (reply, connections, _) = with(&[Some(3000)], &suite, PROFILE, async |scheduler| {
        let fitted = fitted(&scheduler, scheduler.plans(|_| true), false, pending()).await;
        let mut verdicts = Vec::new();
        let each = |examined: Examined| verdicts.push(examined.judgement.verdict.name());
        confirm::run(&fitted.scheduler, fitted.plans, 1, pending(), each).await;
        assert_eq!(verdicts, ["conforms"; 3]);
        fitted.reply
    });
    assert_eq!((reply, connections), (Duration::from_secs(3), 4));
    // One that says nothing at all is waited for as usual.
    let (reply, ..) = with(&[None], &suite, PROFILE, async |scheduler| {
        fitted(&scheduler, scheduler.plans(|_| true), false, pending())
            .await
            .reply
    });
    assert_eq!(reply, Duration::ZERO);
}

const WAIT: &str = r#"{"title": {"en": "t"}, "given": [{"wait": "1s"}], "steps": []}"#;

#[test]
fn a_run_that_is_cut_while_the_target_is_looked_at_begins_no_row() {
    let suite = suite_with(r#""clock": "t/a/b","#, &[("a/b", WAIT), ("a/c", WAIT)]);
    let (verdicts, connections, seconds) = with(&[None], &suite, PROFILE, async |scheduler| {
        let interrupt = async {
            time::sleep(Duration::from_millis(500)).await;
            Cut::Interrupted
        };
        let interrupt = futures_util::FutureExt::shared(interrupt);
        let fitted = fitted(&scheduler, scheduler.plans(|_| true), false, interrupt.clone()).await;
        let mut verdicts = Vec::new();
        let each = |examined: Examined| verdicts.push(examined.judgement.verdict.name());
        confirm::run(&fitted.scheduler, fitted.plans, 1, interrupt, each).await;
        verdicts
    });
    assert_eq!((verdicts, connections, seconds), (vec!["interrupted"; 2], 1, 0));
}
