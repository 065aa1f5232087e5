//! The machine and the judge without hands: time and events are arguments, so nothing here waits. Rows are played to their
//! end here; `step/tests.rs` looks at each act by itself.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use crate::{
    judge::{CheckOutcome, Judgement, Severity, Verdict, judge},
    plan::{self, Plan, rows},
    replay::{
        Machine,
        io::{Action, Event, Now, Replay, Write},
    },
    suite::Suite,
    suite::case::{Case, Common},
    suite::catalogue::Catalogue,
    suite::manifest::Manifest,
    syntax::schema::Schemas,
    syntax::source::Source,
    target::Profile,
    transcript::Transcript,
};
use wire::{
    event::{Ended, Failure, FailureKind, Received},
    frame::Opcode,
    http::Response,
};

const MANIFEST: &str = r#"{
  "title": {"en": "t", "zh": "t"}, "document": "t.md",
  "endpoints": {
    "ws": {"schemes": ["ws"], "text": {"en": "t", "zh": "t"}},
    "http": {"schemes": ["http"], "text": {"en": "t", "zh": "t"}}
  },
  "calls": {"slow": {"text": {"en": "t", "zh": "t"}, "members": {}}},
  "credentials": {"token.good": {"text": {"en": "t", "zh": "t"}, "several": true, "exclusive": true}},
  "ignore": {"at": {"/code": 1200}},
  "fence": {"send": {"text": "ping"}, "match": {"text": "pong"}},
  "leftover": "T-2",
  "answers": {"served": {"has": ["/echo"]}, "refused": {"has": ["/errorCode"]}},
  "always": [{"on": {"not": {"text": "pong"}}, "checks": [{"requirement": "T-3", "is": "json-object"}]}],
  "alive": [{"open": "alive"}]
}"#;

const CATALOGUE: &str = r#"{"requirements": {
  "T-1": {"level": "must", "source": "t", "text": {"en": "t", "zh": "t"}, "mend": {"en": "t", "zh": "t"},
    "readings": {"echo": {"verdict": "met", "text": {"en": "e", "zh": "e"}}, "null": {"verdict": "warning", "text": {"en": "n", "zh": "n"}}}},
  "T-2": {"level": "must", "source": "t", "text": {"en": "t", "zh": "t"}, "mend": {"en": "t", "zh": "t"}},
  "T-3": {"level": "should", "source": "t", "text": {"en": "t", "zh": "t"}, "mend": {"en": "t", "zh": "t"}},
  "T-4": {"level": "may", "source": "t", "text": {"en": "t", "zh": "t"}, "mend": {"en": "t", "zh": "t"}}
}}"#;

const PROFILE: &str = "[t.endpoints]\nws = \"ws://127.0.0.1:1/ws\"\nhttp = \"http://127.0.0.1:1\"\n[t.credentials]\n\"token.good\" = [\"secret-one-123\", \"secret-two-456\"]\n";

pub fn plan_with(case: &str, more: &str) -> Arc<Plan> {
    let schemas = Schemas::default();
    let manifest = Manifest::read(&Source::new("suite.json", MANIFEST), &schemas).unwrap_or_else(|f| panic!("{f:?}"));
    let catalogue = Catalogue::read(&Source::new("requirements.json", CATALOGUE)).unwrap_or_else(|f| panic!("{f:?}"));
    let text = format!("{{\"title\": {{\"en\": \"t\", \"zh\": \"t\"}}, {case}}}");
    let case = Case::read(
        "t/a/case",
        &Source::new("case.json", text),
        &schemas,
        &Common::default(),
    )
    .unwrap_or_else(|found| panic!("{}", found[0].render(false)));
    let row = rows(&Arc::new(case)).remove(0);
    let suite = Arc::new(Suite {
        name: "t".into(),
        manifest,
        catalogue,
        cases: Vec::new(),
    });
    let interfaces = plan::interfaces(std::slice::from_ref(&suite));
    let profile = Profile::read(&Source::new("t.toml", format!("{PROFILE}{more}")), &interfaces)
        .unwrap_or_else(|found| panic!("{}", found[0].render(false)));
    Arc::new(Plan::new(row, &suite, &Arc::new(profile.suite("t"))))
}

/// What the peer of a test does with a message: its replies, in order; one that begins with `@300 ` comes 300 ms later.
type Peer<'a> = &'a mut dyn FnMut(&str) -> Vec<String>;

pub fn accepted() -> Response {
    Response {
        status: 101,
        ..Response::default()
    }
}

/// Plays a row against a peer that is a function; what time passes is told by the machine's own waits.
fn play(plan: &Arc<Plan>, open: impl Fn(usize) -> Event, peer: Peer<'_>) -> (Judgement, Transcript) {
    let supplies = vec![
        ("token.good".to_owned(), "secret-one-123".to_owned()),
        ("token.good.2".to_owned(), "secret-two-456".to_owned()),
    ];
    let mut machine = Machine::new(plan.clone(), supplies, 1);
    let mut now = Now {
        elapsed: Duration::ZERO,
        unix: Duration::from_secs(1_700_000_000),
    };
    let mut events: VecDeque<Event> = VecDeque::new();
    let mut late: BTreeMap<Duration, Event> = BTreeMap::new();
    for _ in 0..100_000 {
        match machine.poll(now) {
            Action::Done => {
                let transcript = machine.into_transcript();
                return (judge(plan, &transcript), transcript);
            }
            Action::Wait { until } => match events.pop_front() {
                Some(event) => machine.handle(now, event),
                None => {
                    let mut until = until.expect("the machine waits for nothing, for ever");
                    if let Some(next) = late.first_entry().filter(|next| *next.key() <= until) {
                        until = *next.key();
                        events.push_back(next.remove());
                    }
                    now.unix += until.saturating_sub(now.elapsed);
                    now.elapsed = until.max(now.elapsed);
                }
            },
            Action::Open { connection, .. } => events.push_back(open(connection)),
            Action::Write { connection, write } => {
                if let Write::Message(Opcode::Text, bytes) = write {
                    let text = String::from_utf8(bytes.into()).expect("text is UTF-8");
                    for reply in peer(&text) {
                        if let Some((after, reply)) = reply.strip_prefix('@').and_then(|reply| reply.split_once(' ')) {
                            let at = now.elapsed + Duration::from_millis(after.parse().expect("milliseconds"));
                            let received = Received::new(Opcode::Text, reply.to_owned());
                            late.insert(at, Event::Received { connection, received });
                            continue;
                        }
                        events.push_back(match reply.as_str() {
                            "<end>" => Event::Ended {
                                connection,
                                ended: Ended::Eof,
                            },
                            reply => Event::Received {
                                connection,
                                received: Received::new(Opcode::Text, reply),
                            },
                        });
                    }
                }
            }
            Action::Drop { .. } | Action::Exchange { .. } | Action::Hook { .. } => {}
        }
    }
    panic!("the row does not end");
}

fn run(case: &str, peer: Peer<'_>) -> (Judgement, Transcript) {
    play(
        &plan_with(case, ""),
        |connection| Event::Opened {
            connection,
            response: accepted(),
        },
        peer,
    )
}

/// A server that answers `ping` and echoes whatever else as `{"echo": ..}`.
fn echo(text: &str) -> Vec<String> {
    match text {
        "ping" => vec!["pong".into()],
        text => vec![format!("{{\"echo\":{text}}}")],
    }
}

const CALL: &str = r#""steps": [
  {"open": "a", "query": {"t": "${token.good}"}, "requirement": "T-1"},
  {"send": "a", "json": {"n": 1}},
  {"expect": "a", "requirement": "T-1", "checks": [{"requirement": "T-1", "at": "/echo/n", "equals": 1}]}
]"#;

fn clauses(judgement: &Judgement) -> Vec<(&str, Severity)> {
    judgement
        .findings
        .iter()
        .map(|finding| (finding.clause.as_str(), finding.severity))
        .collect()
}

#[test]
fn an_honest_server_conforms() {
    let (judgement, _) = run(CALL, &mut echo);
    assert_eq!(judgement.verdict, Verdict::Conforms);
    assert!(judgement.check_results.len() >= 4);
}

#[test]
fn a_wrong_value_is_a_finding_with_its_place() {
    let (judgement, transcript) = run(CALL, &mut |text| match text {
        "ping" => vec!["pong".into()],
        _ => vec![r#"{"echo":{"n":2}}"#.into()],
    });
    assert_eq!(judgement.verdict, Verdict::Violates);
    let finding = &judgement.findings[0];
    assert_eq!((finding.clause.as_str(), finding.at.as_str()), ("T-1", "/echo/n"));
    assert_eq!((finding.expected.as_str(), finding.seen.as_str()), ("1", "2"));
    assert_eq!(finding.line, "case.json:4");
    let entry = finding.entry.expect("a message");
    assert_eq!(
        transcript.received(entry).and_then(Received::text),
        Some(r#"{"echo":{"n":2}}"#)
    );
}

#[test]
fn silence_violates_the_clause_of_the_reply_alone_and_takes_two_seconds_of_its_time() {
    let (judgement, _) = run(CALL, &mut |_| Vec::new());
    assert_eq!(clauses(&judgement), [("T-1", Severity::Violation)]);
    assert!(judgement.findings[0].seen.contains("nothing within 2s"));
    assert!(
        (2_000_000..3_000_000).contains(&judgement.duration),
        "{}",
        judgement.duration
    );
}

#[test]
fn a_doubled_reply_is_left_over_and_breaks_that_clause_only() {
    let (judgement, _) = run(CALL, &mut |text| {
        let replies = echo(text);
        if text == "ping" {
            replies
        } else {
            [replies.clone(), replies].concat()
        }
    });
    assert_eq!(clauses(&judgement), [("T-2", Severity::Violation)]);
}

#[test]
fn a_push_is_passed_over_and_not_left_over() {
    let (judgement, _) = run(CALL, &mut |text| {
        let mut replies = echo(text);
        if text != "ping" {
            replies.insert(0, r#"{"code":1200}"#.into());
        }
        replies
    });
    assert_eq!(judgement.verdict, Verdict::Conforms, "{judgement:?}");
}

/// A server that answers the fence at once, and pushes some time after each call.
fn pushing<'p>(after: &'p str, push: &'p str) -> impl FnMut(&str) -> Vec<String> + 'p {
    move |text| match text {
        "ping" => vec!["pong".into()],
        text => vec![format!("{{\"echo\":{text}}}"), format!("@{after} {push}")],
    }
}

#[test]
fn a_push_that_comes_later_than_the_fence_is_judged_where_the_row_is_about_it() {
    let row = |fence: &str| {
        format!(
            r#""given": [{{"open": "a"}}, {{"send": "a", "json": {{"n": 1}}}}, {{"expect": "a", "match": {{"has": ["/echo"]}}}}],
            "steps": [{{"expect": "a", "match": {{"at": {{"/code": 1200}}}}, "or": "silence", {fence}
                "checks": [{{"requirement": "T-1", "at": "/msg", "equals": "news"}}]}}]"#
        )
    };
    let waited = row(r#""fence": false,"#);
    let (right, _) = run(&waited, &mut pushing("300", r#"{"code":1200,"msg":"news"}"#));
    assert_eq!(right.verdict, Verdict::Conforms, "{right:?}");
    let (wrong, _) = run(&waited, &mut pushing("300", r#"{"code":1200,"msg":"ok"}"#));
    assert_eq!(clauses(&wrong), [("T-1", Severity::Violation)]);
    let (never, _) = run(&waited, &mut echo);
    assert_eq!(never.verdict.name(), "not assessed");
    // The fence is for what is ordered.
    let (cut_short, _) = run(&row(""), &mut pushing("300", r#"{"code":1200,"msg":"ok"}"#));
    assert_eq!(cut_short.verdict.name(), "not assessed");
}

#[test]
fn what_a_fence_overtakes_is_heard_all_the_same() {
    let case = r#""given": [{"open": "a"}], "steps": [{"send": "a", "json": {"n": 1}}, {"silence": "a", "requirement": "T-1"}]"#;
    let plan = |reply| {
        let mut plan = Plan::clone(&plan_with(case, ""));
        Arc::make_mut(&mut plan.target).timeouts.reply = Duration::from_millis(reply);
        Arc::new(plan)
    };
    let mut late = |text: &str| match text {
        "ping" => vec!["pong".to_owned()],
        _ => vec!["@80 {}".to_owned()],
    };
    let open = |connection| Event::Opened {
        connection,
        response: accepted(),
    };
    let (heard, _) = play(&plan(20), open, &mut late);
    assert_eq!(clauses(&heard), [("T-1", Severity::Violation)]);
    // Nobody is listened to for longer than five times what an answer takes.
    let (quiet, _) = play(&plan(5), open, &mut late);
    assert_eq!(quiet.verdict, Verdict::Conforms, "{quiet:?}");
}

#[test]
fn what_comes_about_by_itself_is_waited_for_as_long_as_the_profile_says() {
    let case = r#""given": [{"open": "a"}], "steps": [{"provoke": "slow", "on": "a", "json": {}, "reply": {"requirement": "T-2"}},
        {"expect": "a", "match": {"at": {"/code": 1200}}, "requirement": "T-1"}]"#;
    let plan = |means: &str| plan_with(case, &format!("[t.calls.slow]\n{means}\n"));
    let open = |connection| Event::Opened {
        connection,
        response: accepted(),
    };
    let mut silent = |_: &str| Vec::new();
    let took = |judgement: Judgement| (clauses(&judgement).len(), judgement.duration / 1_000_000);
    assert_eq!(took(play(&plan("by_itself = \"3s\""), open, &mut silent).0), (1, 6));
    assert_eq!(took(play(&plan("by_itself = \"500ms\""), open, &mut silent).0), (1, 2));
}

#[test]
fn a_fence_that_is_answered_wrongly_is_no_leftover() {
    let (judgement, _) = run(CALL, &mut |text| {
        if text == "ping" {
            vec![r#"{"what":1}"#.into()]
        } else {
            echo(text)
        }
    });
    assert_eq!(judgement.verdict, Verdict::Conforms, "{judgement:?}");
}

#[test]
fn a_failed_precondition_blocks_and_accuses_nobody() {
    let case = r#""given": [{"open": "a"}, {"send": "a", "text": "x"}, {"expect": "a"}],
      "steps": [{"send": "a", "text": "y"}, {"expect": "a", "requirement": "T-1"}]"#;
    let (judgement, _) = run(case, &mut |_| Vec::new());
    assert!(
        matches!(&judgement.verdict, Verdict::NotAssessed(why) if why.contains("blocked") && why.contains("case.json"))
    );
    assert!(judgement.findings.is_empty());
}

#[test]
fn a_server_that_can_not_be_reached_is_not_accused() {
    let refused = |connection| Event::OpenFailed {
        connection,
        failure: Failure {
            kind: FailureKind::Unreachable,
            text: "nobody listens".into(),
            cut: None,
        },
    };
    let (judgement, _) = play(&plan_with(CALL, ""), refused, &mut echo);
    assert!(
        matches!(&judgement.verdict, Verdict::Inconclusive(why) if why == "nobody listens"),
        "{judgement:?}"
    );
}

#[test]
fn a_refused_handshake_is_not_faked_by_a_dead_server() {
    let case = r#""steps": [{"open": "a", "outcome": "refused", "requirement": "T-1"}]"#;
    let failed = |kind| {
        move |connection| Event::OpenFailed {
            connection,
            failure: Failure {
                kind,
                text: "x".into(),
                cut: None,
            },
        }
    };
    let verdict = |kind| play(&plan_with(case, ""), failed(kind), &mut echo).0.verdict;
    assert_eq!(verdict(FailureKind::Closed), Verdict::Conforms);
    assert!(matches!(verdict(FailureKind::Unreachable), Verdict::Inconclusive(_)));
    assert!(matches!(verdict(FailureKind::Timeout), Verdict::Inconclusive(_)));
}

#[test]
fn an_upgraded_connection_is_refused_only_if_it_is_dropped_without_an_answer() {
    let case = r#""steps": [{"open": "a", "outcome": "refused", "probe": {"text": "x"}, "requirement": "T-1"}]"#;
    assert_eq!(run(case, &mut |_| vec!["<end>".into()]).0.verdict, Verdict::Conforms);
    assert_eq!(run(case, &mut echo).0.verdict, Verdict::Violates);
    let (judgement, _) = run(case, &mut |_| Vec::new());
    assert_eq!(judgement.verdict, Verdict::Violates);
    assert!(judgement.findings[0].seen.contains("stayed open"));
    // A word of refusal goes before the end, and is no leftover; without the end it is an answer.
    let refusal = || r#"{"errorCode":-9999}"#.to_owned();
    let (judgement, _) = run(case, &mut |_| vec![refusal(), "<end>".into()]);
    assert_eq!(judgement.verdict, Verdict::Conforms, "{judgement:?}");
    let (judgement, _) = run(case, &mut |_| vec![refusal()]);
    assert_eq!(judgement.verdict, Verdict::Violates);
    // A push is none either way.
    let push = || r#"{"code":1200}"#.to_owned();
    let (judgement, _) = run(case, &mut |_| vec![push(), "<end>".into()]);
    assert_eq!(judgement.verdict, Verdict::Conforms, "{judgement:?}");
    let (judgement, _) = run(case, &mut |text| [vec![push()], echo(text)].concat());
    assert!(
        clauses(&judgement).contains(&("T-1", Severity::Violation)),
        "{judgement:?}"
    );
    let served = r#"{"echo":1}"#.to_owned();
    assert_eq!(
        run(case, &mut |_| vec![served.clone(), "<end>".into()]).0.verdict,
        Verdict::Violates
    );
}

#[test]
fn secrets_are_in_no_entry_in_any_form() {
    let case = r#""steps": [
      {"open": "a", "query": {"t": "${token.good | percent}"}, "headers": {"X": "${token.good.2 | base64}"}, "requirement": "T-1"},
      {"send": "a", "json": {"t": "${token.good}"}},
      {"expect": "a", "requirement": "T-1", "capture": {"session": {"at": "/echo/session", "secret": true}}, "checks": [
        {"requirement": "T-1", "at": "/echo/t", "equals": "${token.good}"}
      ]},
      {"send": "a", "json": {"s": "${session}"}},
      {"expect": "a", "requirement": "T-1", "checks": [{"requirement": "T-1", "at": "/echo/s", "equals": "${session}"}]}
    ]"#;
    let (judgement, transcript) = run(case, &mut |text| match text {
        "ping" => vec!["pong".into()],
        text if text.contains("\"t\"") => {
            vec![format!(
                "{{\"echo\":{},\"session\":\"captured-789\"}}",
                text.replace('}', ",\"session\":\"captured-789\"}")
            )]
        }
        text => echo(text),
    });
    assert_eq!(judgement.verdict, Verdict::Conforms, "{judgement:?}");
    let everything = format!(
        "{}{judgement:?}",
        serde_json::to_string(&transcript).expect("a transcript is JSON")
    );
    for secret in [
        "secret-one-123",
        "secret-two-456",
        "captured-789",
        "%73%65%63",
        "c2VjcmV0",
    ] {
        assert!(!everything.contains(secret), "{secret} is in {everything}");
    }
    assert!(everything.contains("‹token.good›"));
}

#[test]
fn a_row_ends_at_its_deadline() {
    let case = r#""deadline": "3s", "steps": [{"open": "a", "requirement": "T-1"}, {"wait": "1h"}]"#;
    let (judgement, _) = run(case, &mut echo);
    assert!(
        matches!(&judgement.verdict, Verdict::Inconclusive(why) if why.contains("deadline")),
        "{judgement:?}"
    );
    assert!((3_000_000..3_100_000).contains(&judgement.duration));
}

#[test]
fn overlapping_calls_are_matched_in_any_order() {
    let case = r#""steps": [
      {"open": "a", "requirement": "T-1"},
      {"repeat": [1, "1", true, null], "as": "m", "overlap": true, "steps": [
        {"send": "a", "json": {"m": "${m}"}},
        {"expect": "a", "match": {"at": {"/echo/m": "${m}"}}, "requirement": "T-1", "checks": [
          {"requirement": "T-1", "at": "/echo/m", "equals": "${m}", "as": "exact"}
        ]}
      ]}
    ]"#;
    let mut held: Vec<String> = Vec::new();
    let (judgement, _) = run(case, &mut |text| {
        if text == "ping" {
            return vec!["pong".into()];
        }
        held.push(format!("{{\"echo\":{text}}}"));
        // All four at once, the last first.
        if held.len() == 4 {
            held.drain(..).rev().collect()
        } else {
            Vec::new()
        }
    });
    assert_eq!(judgement.verdict, Verdict::Conforms, "{judgement:?}");
    assert_eq!(
        judgement
            .check_results
            .iter()
            .filter(|check| check.what == "equals")
            .count(),
        4
    );
}

#[test]
fn a_reading_is_named_and_a_pin_makes_another_a_violation() {
    let case = r#""steps": [
      {"open": "a", "requirement": "T-1"}, {"send": "a", "json": null},
      {"expect": "a", "requirement": "T-2", "checks": [{"requirement": "T-1", "readings": [
        {"reading": "echo", "at": "/echo", "type": "object"}, {"reading": "null", "at": "/echo", "type": "null"}
      ]}]}
    ]"#;
    let opened = |connection| Event::Opened {
        connection,
        response: accepted(),
    };
    let (judgement, _) = play(&plan_with(case, ""), opened, &mut echo);
    assert_eq!(judgement.verdict, Verdict::Warning);
    assert_eq!(judgement.findings[0].reading.as_deref(), Some("null"));
    let pinned = |reading: &str| format!("[t.pins]\nT-1 = {{ reading = \"{reading}\", reason = \"so\" }}\n");
    let (judgement, _) = play(&plan_with(case, &pinned("null")), opened, &mut echo);
    assert_eq!(judgement.verdict, Verdict::Conforms);
    let (judgement, _) = play(&plan_with(case, &pinned("echo")), opened, &mut echo);
    assert_eq!(judgement.verdict, Verdict::Violates);
}

#[test]
fn every_message_is_checked_and_levels_weigh() {
    let case = r#""steps": [
      {"open": "a", "requirement": "T-1"}, {"send": "a", "text": "x"},
      {"expect": "a", "requirement": "T-1", "checks": [{"requirement": "T-4", "text": "y"}]}
    ]"#;
    let (judgement, _) = run(case, &mut |text| vec![if text == "ping" { "pong" } else { "x" }.into()]);
    // A broken `may` is a note, a broken `should` a warning.
    assert_eq!(
        clauses(&judgement),
        [("T-4", Severity::Note), ("T-3", Severity::Warning)]
    );
    assert_eq!(judgement.verdict, Verdict::Warning);
}

#[test]
fn a_window_is_found_wherever_the_clock_of_the_server_is() {
    let case = r#""steps": [
      {"open": "a", "requirement": "T-1"},
      {"search": "a", "bind": "window", "json": {"ts": "${probe}"}, "requirement": "T-1",
       "inside": {"has": ["/in"]}, "outside": {"has": ["/out"]},
       "checks": [{"requirement": "T-1", "value": "${window.width}", "between": [598, 602]}]},
      {"send": "a", "json": {"ts": "${window.now-290s}"}},
      {"expect": "a", "requirement": "T-1", "checks": [{"requirement": "T-1", "at": "/in", "present": true}]}
    ]"#;
    for ahead in [0_i64, 100, -1000, 8 * 3600] {
        let (judgement, _) = run(case, &mut |text| {
            if text == "ping" {
                return vec!["pong".into()];
            }
            let message: serde_json::Value = serde_json::from_str(text).expect("JSON");
            let ts = message["ts"].as_i64().expect("a number");
            // The machine's waits are instant here, so its clock stands still.
            let inside = (ts - 1_700_000_000 - ahead).abs() <= 300;
            vec![if inside { r#"{"in":1}"# } else { r#"{"out":1}"# }.into()]
        });
        assert_eq!(judgement.verdict, Verdict::Conforms, "{ahead}: {judgement:?}");
    }
    let (judgement, _) = run(case, &mut |text| {
        vec![if text == "ping" { "pong" } else { r#"{"in":1}"# }.into()]
    });
    assert_eq!(judgement.verdict, Verdict::Violates);
    assert!(judgement.findings[0].seen.contains("unbounded"));
}

#[test]
fn a_dead_server_violates_the_clause_of_survival() {
    let case = r#""survives": "T-2", "steps": [
      {"open": "a", "requirement": "T-1"}, {"send": "a", "text": "x"}, {"expect": "a", "or": ["closed"]}
    ]"#;
    let dies = |connection| match connection {
        0 => Event::Opened {
            connection,
            response: accepted(),
        },
        _ => Event::OpenFailed {
            connection,
            failure: Failure {
                kind: FailureKind::Unreachable,
                text: "nobody listens".into(),
                cut: None,
            },
        },
    };
    let (judgement, _) = play(&plan_with(case, ""), dies, &mut |_| vec!["<end>".into()]);
    assert_eq!(clauses(&judgement), [("T-2", Severity::Violation)]);
    let lives = |connection| Event::Opened {
        connection,
        response: accepted(),
    };
    assert_eq!(
        play(&plan_with(case, ""), lives, &mut |_| vec!["<end>".into()])
            .0
            .verdict,
        Verdict::Conforms
    );
}

#[test]
fn a_row_in_which_nothing_was_exercised_is_no_pass() {
    let case = r#""steps": [{"open": "a", "outcome": "any"}, {"send": "a", "text": "x"}, {"expect": "a", "or": ["closed"],
      "checks": [{"requirement": "T-1", "text": "y"}]}]"#;
    let (judgement, _) = run(case, &mut |_| vec!["<end>".into()]);
    assert!(matches!(judgement.verdict, Verdict::NotAssessed(_)), "{judgement:?}");
}

#[test]
fn what_does_not_apply_accuses_nobody_and_passes_nothing() {
    let wrong: Peer<'_> = &mut |text| vec![if text == "ping" { "pong" } else { r#"{"echo":{"n":2}}"# }.into()];
    let opened = |connection| Event::Opened {
        connection,
        response: accepted(),
    };
    let aside = "[t.not_applicable]\nT-1 = \"it has none\"\n";
    let (judgement, _) = play(&plan_with(CALL, aside), opened, wrong);
    assert_eq!(judgement.findings, []);
    assert!(
        judgement
            .check_results
            .iter()
            .any(|e| e.clause == "T-3" && e.result == CheckOutcome::Held)
    );
    assert!(
        judgement
            .check_results
            .iter()
            .all(|e| e.clause != "T-1" || matches!(e.result, CheckOutcome::NotApplicable(_)))
    );
    assert_eq!(plan_with(CALL, aside).not_applicable(), Some("it has none"));
    assert_eq!(plan_with(CALL, "").not_applicable(), None);
}

#[test]
fn a_server_that_answers_one_call_after_the_other_is_waited_for() {
    let case = r#""steps": [
      {"open": "a", "requirement": "T-1"},
      {"repeat": [1, 2, 3], "as": "m", "overlap": true, "steps": [
        {"send": "a", "json": {"m": "${m}"}},
        {"expect": "a", "match": {"at": {"/echo/m": "${m}"}}, "requirement": "T-1"}
      ]}
    ]"#;
    for (pause, verdict) in [(1500, Verdict::Conforms), (2500, Verdict::Violates)] {
        let plan = plan_with(case, "");
        let mut machine = Machine::new(plan.clone(), Vec::new(), 1);
        let mut now = Now {
            elapsed: Duration::ZERO,
            unix: Duration::from_secs(1_700_000_000),
        };
        let mut calls: VecDeque<(usize, String)> = VecDeque::new();
        let mut due = Duration::from_millis(pause);
        loop {
            match machine.poll(now) {
                Action::Done => break,
                Action::Open { connection, .. } => {
                    let response = accepted();
                    machine.handle(now, Event::Opened { connection, response });
                }
                Action::Write {
                    connection,
                    write: Write::Message(Opcode::Text, bytes),
                } => calls.push_back((connection, String::from_utf8(bytes.into()).expect("text is UTF-8"))),
                Action::Wait { until } => {
                    let until = until.expect("a moment");
                    if due > until || calls.is_empty() {
                        now.elapsed = until;
                        continue;
                    }
                    now.elapsed = now.elapsed.max(due);
                    due += Duration::from_millis(pause);
                    let (connection, text) = calls.pop_front().expect("a call");
                    for reply in echo(&text) {
                        let received = Received::new(Opcode::Text, reply);
                        machine.handle(now, Event::Received { connection, received });
                    }
                }
                _ => {}
            }
        }
        let judgement = judge(&plan, &machine.into_transcript());
        assert_eq!(judgement.verdict, verdict, "{pause}: {judgement:?}");
    }
}

#[test]
fn a_row_knows_how_many_connections_it_has_at_once() {
    let count = |steps: &str| plan_with(&format!("\"steps\": [{steps}]"), "").script.connections;
    let (a, b) = (
        r#"{"open": "a", "requirement": "T-1"}"#,
        r#"{"open": "b", "requirement": "T-1"}"#,
    );
    assert_eq!(count(a), 1);
    assert_eq!(count(&format!("{a}, {b}")), 2);
    assert_eq!(count(&format!(r#"{a}, {{"close": "a"}}, {b}"#)), 1);
    assert_eq!(count(&format!(r#"{a}, {{"together": [[{b}], [{a}]]}}"#)), 3);
    let refused = r#"{"open": "r", "outcome": "refused", "requirement": "T-1"}"#;
    assert_eq!(count(&format!("{refused}, {refused}, {a}")), 1);
}
