use super::*;
use crate::{
    tests::fixture::{PROFILE, first, plans, profile, suite, target},
    transcript::{Entry, FinishedStep, StepOutcome, WireEvent},
};
use wire::{event::Received, frame::Opcode};

const PROMISES: &str = r#"
[t.pins]
T-1 = { reading = "odd", reason = "it is old" }
[t.not_applicable]
T-2 = "it has none"
[timeouts]
expect = "3s"
case = "4m"
"#;

/// A profile that says all that a verdict depends on.
fn full() -> String {
    let calls = "hook = \"http://127.0.0.1:1/\"";
    format!("{}{PROMISES}", PROFILE.replace("action = \"shout\"", calls))
}

/// A row that judges a reading of T-1, and a T-2.
const CASE: &str = r#"{"title": {"en": "t"}, "steps": [
    {"expect": "a", "requirement": "T-2", "checks": [{"requirement": "T-1", "readings": [
        {"reading": "plain", "text": "x"}, {"reading": "odd", "text": "y"}]}]}]}"#;

fn facts(about: Vec<About>) -> Facts {
    Facts {
        version: VERSION,
        harness: "1.2.3".into(),
        target: "t".into(),
        seed: 7,
        suites: about,
        contradicted: Vec::new(),
        planned: ["t/a/b".to_owned()].into(),
    }
}

/// What a server that sent this leaves in the transcript of a row of [`CASE`].
fn said(text: &str) -> Transcript {
    let received = Received::new(Opcode::Text, text);
    let connection = "a".to_owned();
    let took = FinishedStep {
        step: 0,
        outcome: StepOutcome::Took(0),
        values: Vec::new(),
    };
    let mut transcript = Transcript::new("t/a/b");
    for what in [WireEvent::Received { connection, received }, WireEvent::Step(took)] {
        transcript.entries.push(Entry { at: 1, what });
    }
    transcript
}

#[test]
fn what_a_verdict_depends_on_comes_back_from_disk() {
    let suite = suite(&[("a/b", CASE)]);
    let about = About::new("t", &target(&suite, &full()));
    assert_eq!(
        about.pins,
        BTreeMap::from([("T-1".into(), ("odd".into(), "it is old".into()))])
    );
    assert_eq!(
        about.not_applicable,
        BTreeMap::from([("T-2".into(), "it has none".into())])
    );
    assert_eq!(about.hooks, BTreeSet::from(["push".to_owned()]));
    assert_eq!((about.expect_us, about.case_us), (3_000_000, 240_000_000));
    // A call that the target triggers itself is no hook.
    assert_eq!(About::new("t", &target(&suite, PROFILE)).hooks, BTreeSet::new());
    let facts = facts(vec![about.clone()]);
    assert_eq!(Facts::read(&facts.write()), Ok(facts));
    assert_eq!(About::new("t", &about.target()), about);
}

#[test]
fn a_line_comes_back_as_it_was_written() {
    let row = |kept| {
        Line::Row(Recorded {
            row: "t/a/b".into(),
            steps: "f".into(),
            kept,
            repeated: Repeated::default(),
        })
    };
    let end = |signal| Line::End(End { wall_us: 5, signal });
    let why = || "why".to_owned();
    for line in [
        row(KeptRow::Transcript(said("x"))),
        row(KeptRow::NotRun(Verdict::NotAssessed(why()))),
        row(KeptRow::NotRun(Verdict::Interrupted)),
        end(Some(2)),
        end(None),
    ] {
        let text = line.clone().write();
        assert!(!text.contains('\n'), "{text}");
        assert_eq!(Line::read(&text), Ok(line), "{text}");
    }
    let bare = r#"{"row": "a", "steps": "b"}"#;
    assert_eq!(
        Line::read(bare),
        Err("expected a `transcript`, `not-run` or `end`".into())
    );
    for half in [
        r#"{"steps": "b", "not-run": "interrupted"}"#,
        r#"{"row": "b", "not-run": "interrupted"}"#,
    ] {
        assert_eq!(Line::read(half), Err("expected `row` and `steps`".into()), "{half}");
    }
}

#[test]
fn a_recorded_row_is_judged_as_it_was_with_what_the_profile_promised() {
    let suite = suite(&[("a/b", CASE)]);
    for (profile, verdicts) in [
        (
            PROFILE.to_owned(),
            [Verdict::Conforms, Verdict::Warning, Verdict::Violates],
        ),
        (full(), [Verdict::Violates, Verdict::Conforms, Verdict::Violates]),
    ] {
        let plan = first(&suite, &profile);
        let mut bench = Bench::new(
            std::slice::from_ref(&suite),
            &facts(vec![About::new("t", &plan.target)]),
        );
        for (text, verdict) in ["x", "y", "z"].into_iter().zip(verdicts) {
            let recorded = Recorded {
                row: "t/a/b".into(),
                steps: Fingerprints::default().of(&plan),
                kept: KeptRow::Transcript(said(text)),
                repeated: Repeated::default(),
            };
            let Rejudged::Judged(judgement) = bench.judge(&recorded) else {
                panic!("{text} is not judged");
            };
            assert_eq!(judgement, judge(&plan, &said(text)), "{text}");
            assert_eq!(judgement.verdict, verdict, "{text}");
        }
    }
}

#[test]
fn a_row_that_is_gone_or_does_something_else_is_not_judged() {
    let suite = suite(&[("a/b", CASE), ("a/c", CASE)]);
    let about = About::new("t", &profile(&suite, PROFILE).suite("t"));
    let mut bench = Bench::new(std::slice::from_ref(&suite), &facts(vec![about]));
    let recorded = |row: &str, kept| Recorded {
        row: row.into(),
        steps: "other".into(),
        kept,
        repeated: Repeated::default(),
    };
    let seen = || KeptRow::Transcript(said("x"));
    assert!(matches!(bench.judge(&recorded("t/a/b", seen())), Rejudged::OtherSteps));
    assert!(matches!(bench.judge(&recorded("t/a/d", seen())), Rejudged::Gone));
    // What was not run did nothing, whatever it does now.
    let why = Verdict::NotAssessed("needs old".into());
    let Rejudged::Judged(judgement) = bench.judge(&recorded("t/a/b", KeptRow::NotRun(why.clone()))) else {
        panic!("it is judged");
    };
    assert_eq!((judgement.verdict, judgement.findings.len()), (why, 0));
    let known = BTreeSet::from(["t/a/b".to_owned()]);
    assert_eq!(bench.missing(&known).collect::<Vec<_>>(), ["t/a/c"]);
    // A suite that was not run has no rows there.
    let empty = Bench::new(std::slice::from_ref(&suite), &facts(Vec::new()));
    assert_eq!(empty.missing(&BTreeSet::new()).count(), 0);
}

#[test]
fn rows_of_one_case_have_one_fingerprint_and_cases_their_own() {
    let each = |wait: &str| {
        format!(
            r#"{{"title": {{"en": "t"}}, "each": {{"x": {{"a": 1, "b": 2}}}}, "given": [{{"wait": "{wait}"}}], "steps": []}}"#
        )
    };
    let suite = suite(&[("a/b", &each("1s")), ("a/c", &each("2s"))]);
    let mut fingerprints = Fingerprints::default();
    let all: Vec<String> = plans(&suite, PROFILE)
        .iter()
        .map(|plan| fingerprints.of(plan))
        .collect();
    let [one, same, other, _] = &all[..] else {
        panic!("{all:?}");
    };
    assert_eq!(one, same);
    assert_ne!(one, other);
    // SHA-1 in hexadecimal.
    assert!(
        one.len() == 40 && one.bytes().all(|byte| byte.is_ascii_hexdigit()),
        "{one}"
    );
}

#[test]
fn a_fingerprint_is_of_what_is_done_and_not_of_what_is_judged() {
    let read = |text: &str| serde_json::from_str(text).unwrap_or_default();
    let doing = |text: &str| doing(read(text), &["title"], &Value::Null);
    let old = doing(r#"{"title": 1, "steps": [{"expect": "a", "checks": [1], "requirement": "X"}]}"#);
    let judged = doing(r#"{"title": 2, "steps": [{"expect": "a", "checks": [2, 3]}]}"#);
    let done = doing(r#"{"title": 1, "steps": [{"expect": "b", "checks": [1]}]}"#);
    let sent = |checks| {
        doing(&format!(
            r#"{{"steps": [{{"send": "a", "json": {{"checks": {checks}}}}}]}}"#
        ))
    };
    assert_eq!(old, judged);
    assert_ne!(old, done);
    assert_ne!(sent("1"), sent("2"));
}

#[test]
fn steps_of_a_fragment_are_as_good_as_steps_in_place() {
    let read = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_default();
    let fragments = read(
        r#"{"ready": [{"use": "hello"}, {"expect": "a", "checks": [1]}], "hello": [{"open": "a"}, {"send": "a", "text": "x"}]}"#,
    );
    let used = read(r#"{"steps": [{"together": [[{"use": "ready"}], [{"wait": "1s"}]]}]}"#);
    let placed = read(
        r#"{"steps": [{"together": [[{"open": "a"}, {"send": "a", "text": "x"}, {"expect": "a"}], [{"wait": "1s"}]]}]}"#,
    );
    assert_eq!(doing(used, &[], &fragments), doing(placed, &[], &fragments));
}

#[test]
fn what_is_no_recording_is_said_to_be_none() {
    assert!(Facts::read("{}").unwrap_err().contains("no recording"));
    let other = r#"{"version": 9, "harness": "", "target": "", "seed": 1, "rows": 0, "suites": []}"#;
    assert!(Facts::read(other).unwrap_err().contains("version is 9"));
    let line = r#"{"row": "a", "steps": "b", "transcript": {"version": 9, "row": "a", "entries": [], "cut": null}}"#;
    assert!(Line::read(line).unwrap_err().contains("version is 9"));
}
