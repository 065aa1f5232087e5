use std::{io, sync::Mutex, time::Duration};

use tokio::{runtime, task::LocalSet, time};

use super::*;
use crate::{
    drive::{MemoryStream, Settings, pair},
    tests::fixture::{PROFILE, profile, suite},
};

/// How a run of a suite went: its rows as they ended, and how long it took by a clock that nothing holds up.
struct Ran {
    rows: Vec<(String, Verdict)>,
    took: Duration,
}

impl Ran {
    fn verdicts(&self) -> Vec<&'static str> {
        self.rows.iter().map(|(_, verdict)| verdict.name()).collect()
    }
}

/// Where nobody listens.
fn nobody(_: &str, _: u16) -> io::Result<MemoryStream> {
    Err(io::ErrorKind::ConnectionRefused.into())
}

fn run(suite: &Arc<Suite>, text: &str, jobs: usize, interrupt: impl Future<Output = Cut>) -> Ran {
    run_over(nobody, suite, text, jobs, interrupt)
}

fn run_over(
    dial: impl Fn(&str, u16) -> io::Result<MemoryStream> + Send + Sync + 'static,
    suite: &Arc<Suite>,
    text: &str,
    jobs: usize,
    interrupt: impl Future<Output = Cut>,
) -> Ran {
    let profile = profile(suite, text);
    let runtime = runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap_or_else(|error| panic!("{error}"));
    let ran = async {
        let settings = Settings {
            connections: profile.limits.connections.unwrap_or(64),
            ..Settings::default()
        };
        let network = Network::in_memory(settings, Duration::ZERO, dial).unwrap_or_else(|error| panic!("{error}"));
        let scheduler = Scheduler::new(std::slice::from_ref(suite), &profile, network, 1);
        let began = time::Instant::now();
        let mut rows = Vec::new();
        let plans = scheduler.plans(|_| true);
        let each = |examined: Examined| rows.push((examined.plan.row.id.clone(), examined.judgement.verdict));
        scheduler.run(plans, jobs, interrupt, each).await;
        Ran {
            rows,
            took: began.elapsed(),
        }
    };
    LocalSet::new().block_on(&runtime, ran)
}

/// Four rows that wait a second each, and do this before.
fn waiting(first: &str) -> Arc<Suite> {
    let text = format!(
        r#"{{"title": {{"en": "t"}}, "each": {{"x": {{"a": 1, "b": 2, "c": 3, "d": 4}}}},
            "given": [{first} {{"wait": "1s"}}], "steps": []}}"#
    );
    suite(&[("a/b", &text)])
}

fn never() -> impl Future<Output = Cut> {
    std::future::pending()
}

#[test]
fn rows_run_side_by_side_as_far_as_jobs_and_limits_allow() {
    let seconds = |first: &str, text: &str, jobs| run(&waiting(first), text, jobs, never()).took.as_secs();
    assert_eq!(seconds("", PROFILE, 8), 1);
    assert_eq!(seconds("", PROFILE, 3), 2);
    assert_eq!(seconds("", PROFILE, 1), 4);
    let limit = |limits: &str| PROFILE.replace("[limits]", &format!("[limits]\n{limits}"));
    assert_eq!(seconds("", &limit("connections = 2"), 8), 2);
    // Two accounts, and a credential that is lent to one row at a time.
    let token = r#"{"let": {"v": "${token}"}},"#;
    assert_eq!(seconds(token, PROFILE, 8), 2);
    assert_eq!(seconds(token, &limit("connections_per_account = 2"), 8), 1);
    // Nobody else may use an old one at once either, but it is not exclusive.
    assert_eq!(seconds(r#"{"let": {"v": "${old}"}},"#, PROFILE, 8), 1);
}

#[test]
fn what_may_harm_the_server_runs_last_and_by_itself() {
    let case = |more: &str, times: u32| {
        format!(
            r#"{{"title": {{"en": "t"}}, {more} "each": {{"x": {{"a": 1, "b": 2}}}}, "given": [
                {{"build": {{"long": [{{"repeat": "x", "times": {times}}}]}}}}, {{"wait": "1s"}}], "steps": []}}"#
        )
    };
    // A small one does no harm; a large one that nobody asks to survive is none that might.
    let (burden, small, plain) = (
        case(r#""survives": "T-1","#, 20_000),
        case(r#""survives": "T-1","#, 20),
        case("", 20_000),
    );
    let all = [("a/b", &*burden), ("a/c", &*plain), ("a/d", &*small)];
    let ran = run(&suite(&all), PROFILE, 8, never());
    let cases: Vec<&str> = ran.rows.iter().map(|(id, _)| &id[..5]).collect();
    assert_eq!(cases[4..], ["t/a/b", "t/a/b"]);
    assert_eq!(ran.took.as_secs(), 3);
}

#[test]
fn a_row_takes_as_many_connections_as_it_has_at_once() {
    // Whoever is dialled says nothing, so each row ends when its first handshake has been waited for.
    let silent = || {
        let open = Mutex::new(Vec::new());
        move |_: &str, _| {
            let (near, far) = pair();
            open.lock().map_err(|_| io::ErrorKind::Other)?.push(far);
            Ok(near)
        }
    };
    let each = r#""each": {"x": {"a": 1, "b": 2, "c": 3, "d": 4}}"#;
    let suite = |opens: &str| {
        let case = format!(r#"{{"title": {{"en": "t"}}, {each}, "given": [{opens}], "steps": []}}"#);
        suite(&[("a/b", &case)])
    };
    let turns = |opens: &str, connections: &str| {
        let limit = PROFILE.replace(
            "[limits]",
            &format!("[timeouts]\nconnect = \"1s\"\n[limits]\n{connections}"),
        );
        let ran = run_over(silent(), &suite(opens), &limit, 8, never());
        assert_eq!(ran.verdicts(), ["not assessed"; 4]);
        ran.took.as_secs()
    };
    let (one, two) = (r#"{"open": "a"}"#, r#"{"open": "a"}, {"open": "b"}"#);
    assert_eq!(turns(one, "connections = 4"), 1);
    assert_eq!(turns(two, "connections = 4"), 2);
    assert_eq!(turns(two, "connections = 2"), 4);
    // One that needs more than there are has them to itself.
    assert_eq!(turns(two, "connections = 1"), 4);
    assert_eq!(turns(two, ""), 1);
}

#[test]
fn a_row_that_waits_begins_before_those_that_do_not() {
    let wait = r#"{"title": {"en": "t"}, "given": [{"wait": "1s"}], "steps": []}"#;
    let quick = r#"{"title": {"en": "t"}, "given": [{"let": {"v": 1}}], "steps": []}"#;
    let suite = suite(&[("a/a", quick), ("a/b", wait), ("a/c", quick)]);
    let ran = run(&suite, PROFILE, 1, never());
    let order: Vec<&str> = ran.rows.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!(order, ["t/a/b", "t/a/a", "t/a/c"]);
}

#[test]
fn a_row_that_the_target_can_not_serve_says_what_is_missing() {
    let poor = "[t.endpoints]\nws = \"ws://127.0.0.1:1/ws\"";
    let ran = run(&waiting(r#"{"let": {"v": "${old}"}},"#), poor, 8, never());
    assert_eq!((ran.rows.len(), ran.took), (4, Duration::ZERO));
    assert!(
        ran.rows
            .iter()
            .all(|(_, verdict)| *verdict == Verdict::NotAssessed("needs old".into()))
    );
}

#[test]
fn a_row_whose_accounts_can_never_be_had_together_keeps_nobody_waiting() {
    let same = PROFILE.replace("account = \"b\"", "account = \"a\"");
    let ran = run(&waiting(r#"{"let": {"v": "${token}${token.2}"}},"#), &same, 8, never());
    let why = "needs 2 of token of different accounts".to_owned();
    assert!(
        ran.rows
            .iter()
            .all(|(_, verdict)| *verdict == Verdict::NotAssessed(why.clone()))
    );
    assert_eq!(ran.rows.len(), 4);
}

#[test]
fn every_row_is_reported_when_the_run_is_cut() {
    for (cut, word) in [(Cut::Interrupted, "interrupted"), (Cut::RunDeadline, "inconclusive")] {
        let interrupt = async move {
            time::sleep(Duration::from_millis(1500)).await;
            cut
        };
        let ran = run(&waiting(""), PROFILE, 2, interrupt);
        // Two rows are over; two were under way.
        assert_eq!(ran.verdicts(), ["not assessed", "not assessed", word, word]);
        assert_eq!(ran.took, Duration::from_millis(1500));
        let interrupt = async move { cut };
        assert_eq!(run(&waiting(""), PROFILE, 2, interrupt).verdicts(), [word; 4]);
    }
}
