//! The judge alone: transcripts are made by hand here, so also those that no machine of ours would write.

use super::{step::Arrival, *};
use crate::{
    plan::Plan,
    tests::fixture::{PROFILE, case, first, suite_with},
    transcript::{Cut, Entry, FinishedStep, Served, StepOutcome, Transcript, WireEvent},
};
use wire::{
    event::{Ended, Failure, FailureKind, Received},
    frame::Opcode,
    http::Response,
};

const MORE: &str = r#"
  "leftover": "T-2",
  "fence": {"send": {"text": "ping"}, "match": {"text": "pong"}},
  "always": [{"on": {"not": {"text": "skip"}}, "checks": [{"requirement": "T-2", "is": "json"}]}],
"#;

/// The suite's only row.
fn plan(case: &str) -> Plan {
    let text = format!(r#"{{"title": {{"en": "t"}}, {case}}}"#);
    first(&suite_with(MORE, &[("a/b", &text)]), PROFILE)
}

fn transcript(events: Vec<WireEvent>) -> Transcript {
    let mut transcript = Transcript::new("t/a/b");
    transcript.entries = (1..).zip(events).map(|(at, what)| Entry { at, what }).collect();
    transcript
}

fn judged(case: &str, events: Vec<WireEvent>) -> Judgement {
    judge(&plan(case), &transcript(events))
}

fn cut(case: &str, cut: Cut, events: Vec<WireEvent>) -> Judgement {
    let mut transcript = transcript(events);
    transcript.cut = Some(cut);
    judge(&plan(case), &transcript)
}

fn ended(step: usize, outcome: StepOutcome) -> WireEvent {
    WireEvent::Step(FinishedStep {
        step,
        outcome,
        values: Vec::new(),
    })
}

fn message(text: &str) -> WireEvent {
    frame(Opcode::Text, text)
}

fn frame(opcode: Opcode, payload: impl Into<Vec<u8>>) -> WireEvent {
    WireEvent::Received {
        connection: "a".into(),
        received: Received::new(opcode, payload),
    }
}

fn responded(status: u16) -> WireEvent {
    WireEvent::Responded {
        exchange: "r".into(),
        response: Response {
            status,
            ..Response::default()
        },
    }
}

fn failed(kind: FailureKind) -> StepOutcome {
    StepOutcome::Failed(Failure {
        kind,
        text: "so".into(),
        cut: None,
    })
}

fn accepted(served: Served, waited_ms: Option<u64>) -> StepOutcome {
    StepOutcome::Accepted {
        opened: 0,
        key: None,
        served,
        waited_ms,
    }
}

fn nothing(ended: bool, within_ms: Option<u64>) -> StepOutcome {
    StepOutcome::Nothing { ended, within_ms }
}

/// What came of each check, one a line.
fn results(judgement: &Judgement) -> Vec<String> {
    let told = judgement.check_results.iter().map(|checked| {
        let came = match &checked.result {
            CheckOutcome::Held => "held".to_owned(),
            CheckOutcome::Failed => "failed".to_owned(),
            CheckOutcome::Chose(reading) => format!("chose {reading}"),
            CheckOutcome::Unknown(why) => format!("unknown: {why}"),
            CheckOutcome::NotExercised(why) => format!("not exercised: {why}"),
            CheckOutcome::NotApplicable(why) => format!("not applicable: {why}"),
        };
        format!("{} {} {came}", checked.clause, checked.what)
    });
    told.collect()
}

/// The findings, one a line.
fn findings(judgement: &Judgement) -> Vec<String> {
    let told = judgement.findings.iter().map(|finding| {
        let (severity, reading) = (finding.severity.name(), finding.reading.as_deref().unwrap_or("-"));
        format!(
            "{} {severity} {reading}: expected {}; seen {}",
            finding.clause, finding.expected, finding.seen
        )
    });
    told.collect()
}

/// What an outcome means for a step and what its checks are shown, where these are the entries.
fn meant(step: &str, outcome: StepOutcome, events: Vec<WireEvent>) -> String {
    let plan = first(&case(&format!("[{step}]")), PROFILE);
    let transcript = transcript(events);
    let meaning = step::meaning(&plan.script.instances[0].step, &outcome, &transcript);
    let shows = meaning.shows.map_or("nothing".to_owned(), |seen| seen.show());
    match meaning.arrival {
        Arrival::Met => format!("met, shows {shows}"),
        Arrival::Missed(expected, seen) => format!("missed: expected {expected}; seen {seen}, shows {shows}"),
        Arrival::Absent(expected, seen) => format!("absent: expected {expected}; seen {seen}, shows {shows}"),
        Arrival::Unclear(why) => format!("unclear: {why}, shows {shows}"),
        Arrival::Silent => format!("silent, shows {shows}"),
    }
}

const OPEN: &str = r#"{"open": "a"}"#;
const REFUSED: &str = r#"{"open": "a", "outcome": "refused"}"#;
const ANY: &str = r#"{"open": "a", "outcome": "any"}"#;
const EXPECT: &str = r#"{"expect": "a"}"#;
const SEARCH: &str =
    r#"{"search": "a", "bind": "w", "json": "${probe}", "inside": {"text": "in"}, "outside": {"text": "out"}}"#;
const REQUEST: &str = r#"{"request": "r"}"#;

#[test]
fn a_handshake_is_accepted_by_service_alone() {
    let open = |step, served| meant(step, accepted(served, None), vec![responded(101)]);
    for served in [Served::Unprobed, Served::Answered, Served::Silent] {
        assert_eq!(open(OPEN, served), "met, shows status 101 and service");
        assert_eq!(open(ANY, served), "silent, shows status 101 and service");
    }
    let dropped = "status 101, then the connection was closed without an answer";
    assert_eq!(
        open(OPEN, Served::Dropped),
        format!("missed: expected the handshake is accepted with status 101; seen {dropped}, shows {dropped}")
    );
    assert_eq!(open(REFUSED, Served::Dropped), format!("met, shows {dropped}"));
    assert_eq!(open(ANY, Served::Dropped), format!("silent, shows {dropped}"));
}

#[test]
fn a_connection_that_was_not_refused_is_told_with_how_long_it_stayed_open() {
    let open = |served, waited| {
        let told = meant(REFUSED, accepted(served, waited), vec![responded(101)]);
        told.replace("expected the connection is refused; seen status 101 and service", "…")
            .replace(", shows status 101 and service", "")
    };
    assert_eq!(open(Served::Answered, Some(1500)), "missed: …");
    assert_eq!(
        open(Served::Silent, Some(1500)),
        "absent: …, and it stayed open for 1.5s"
    );
    assert_eq!(open(Served::Silent, None), "absent: …, and it stayed open");
}

#[test]
fn a_response_other_than_101_is_a_refusal() {
    let declined = |step, status| {
        let outcome = StepOutcome::Declined { opened: 0, key: None };
        meant(step, outcome, vec![responded(status)])
    };
    assert_eq!(declined(REFUSED, 401), "met, shows status 401");
    assert_eq!(
        declined(OPEN, 401),
        "missed: expected the handshake is accepted with status 101; seen status 401, shows status 401"
    );
    // Which way it was refused is for a check to say.
    let refusal = |status| {
        let case = r#""steps": [{"open": "a", "outcome": "any", "checks": [{"requirement": "T-1", "readings": [
            {"reading": "plain", "refusal": "before-upgrade"}, {"reading": "odd", "refusal": "redirected"}]}]}]"#;
        let outcome = StepOutcome::Declined { opened: 0, key: None };
        results(&judged(case, vec![responded(status), ended(0, outcome)]))
    };
    for status in [199, 400, 404, 500] {
        assert_eq!(refusal(status), ["T-1 plain | odd chose plain"], "{status}");
    }
    for status in [200, 301] {
        assert_eq!(refusal(status), ["T-1 plain | odd chose odd"], "{status}");
    }
}

#[test]
fn a_handshake_without_a_response_is_a_refusal_if_the_target_did_it() {
    use FailureKind::{Closed, Harness, Malformed, Reset, Timeout, Tls, TooLong, Unreachable};
    let open = |step, kind| meant(step, failed(kind), Vec::new());
    for kind in [Closed, Reset, Malformed, TooLong] {
        assert_eq!(open(REFUSED, kind), "met, shows no response: so", "{kind:?}");
        assert_eq!(open(ANY, kind), "silent, shows no response: so", "{kind:?}");
        assert!(open(OPEN, kind).starts_with("missed: "), "{kind:?}");
    }
    for kind in [Unreachable, Tls, Harness] {
        for step in [OPEN, REFUSED, ANY] {
            assert_eq!(open(step, kind), "unclear: so, shows nothing", "{kind:?}");
        }
    }
    // Silence is no acceptance, and no refusal either.
    assert!(open(OPEN, Timeout).starts_with("absent: "));
    assert_eq!(open(REFUSED, Timeout), "unclear: so, shows nothing");
    assert_eq!(open(ANY, Timeout), "unclear: so, shows nothing");
}

#[test]
fn an_expected_message_comes_or_is_missed() {
    let expect = |or: &str, outcome| {
        let step = format!(r#"{{"expect": "a", "or": [{or}]}}"#);
        meant(&step, outcome, vec![message("x")])
    };
    let told = |how, seen| format!("{how}: expected a message that answers; seen {seen}, shows nothing");
    let (missed, absent) = (|seen| told("missed", seen), |seen| told("absent", seen));
    assert_eq!(expect("", StepOutcome::Took(0)), "met, shows the text `x`");
    assert_eq!(expect("", nothing(true, Some(2000))), missed("the connection ended"));
    assert_eq!(expect("", nothing(false, Some(2000))), absent("nothing within 2s"));
    assert_eq!(expect("", nothing(false, None)), absent("nothing in time"));
    // What is allowed instead is one thing or the other.
    let met = "met, shows nothing";
    assert_eq!(expect(r#""closed""#, nothing(true, None)), met);
    assert_eq!(expect(r#""closed""#, nothing(false, None)), absent("nothing in time"));
    assert_eq!(expect(r#""silence""#, nothing(false, None)), met);
    assert_eq!(
        expect(r#""silence""#, nothing(true, None)),
        missed("the connection ended")
    );
}

#[test]
fn silence_is_broken_by_whatever_came() {
    let silence = |outcome| meant(r#"{"silence": "a"}"#, outcome, vec![message("x"), message("y")]);
    assert_eq!(silence(StepOutcome::Quiet), "met, shows no message");
    assert_eq!(
        silence(StepOutcome::Disturbed(vec![1, 0])),
        "missed: expected no further message; seen 2 more: the text `y`, shows no message"
    );
}

#[test]
fn a_silence_of_a_connection_that_had_ended_is_not_exercised() {
    let case = |role: &str| format!(r#"{role}: [{{"silence": "a", "requirement": "T-1"}}]"#);
    let gone = || vec![ended(0, nothing(true, None))];
    let judgement = judged(&case(r#""steps""#), gone());
    let why = "the connection had ended, which is no silence";
    assert_eq!(results(&judgement), [format!("T-1 silence not exercised: {why}")]);
    assert_eq!(judgement.verdict, Verdict::NotAssessed(why.into()));
    // As a precondition it is not met.
    let given = r#""given": [{"silence": "a"}], "steps": [{"open": "a", "requirement": "T-1"}]"#;
    assert!(matches!(judged(given, gone()).verdict, Verdict::NotAssessed(why) if why.starts_with("blocked: ")));
}

#[test]
fn an_end_is_met_if_there_was_one() {
    let closed = |frame, ended| StepOutcome::Closed { frame, ended };
    let events = || vec![frame(Opcode::Close, [3, 0xe8])];
    for (step, expected) in [
        (r#"{"closed": "a"}"#, "the server ends the connection"),
        (
            r#"{"close": "a"}"#,
            "the server answers the close and ends the connection",
        ),
    ] {
        assert_eq!(
            meant(step, closed(None, Some(Ended::Reset)), events()),
            "met, shows no close frame; the connection was reset"
        );
        assert_eq!(
            meant(step, closed(Some(0), None), events()),
            format!(
                "absent: expected {expected}; seen the connection stayed open, \
                 shows a close frame with code 1000; the connection stayed open"
            )
        );
    }
    // Nobody waits for the end of a connection that was dropped.
    let abrupt = r#"{"close": "a", "abrupt": true}"#;
    assert_eq!(meant(abrupt, StepOutcome::Done, events()), "met, shows no message");
}

#[test]
fn a_request_that_ends_the_connection_is_met_only_where_that_is_allowed() {
    use FailureKind::{Closed, Harness, Reset, Timeout, Tls, Unreachable};
    let allowed = r#"{"request": "r", "or": ["closed"]}"#;
    let request = |step, kind| meant(step, failed(kind), Vec::new());
    assert_eq!(
        meant(REQUEST, StepOutcome::Took(0), vec![responded(204)]),
        "met, shows status 204 with no body"
    );
    let missed = "missed: expected a response; seen so, shows nothing";
    for kind in [Closed, Reset] {
        assert_eq!(request(allowed, kind), "met, shows nothing", "{kind:?}");
        assert_eq!(request(REQUEST, kind), missed, "{kind:?}");
    }
    assert_eq!(request(allowed, Timeout), missed.replace("missed", "absent"));
    for kind in [Unreachable, Tls, Harness] {
        assert_eq!(request(allowed, kind), "unclear: so, shows nothing", "{kind:?}");
    }
}

#[test]
fn a_search_tells_the_reply_at_which_it_was_lost() {
    let lost = |reply, in_time| StepOutcome::Lost {
        reply,
        why: "neither".into(),
        in_time,
    };
    let span = StepOutcome::Span {
        low: None,
        high: Some(1),
    };
    assert_eq!(meant(SEARCH, span, Vec::new()), "met, shows no message");
    let expected = "expected replies that accept some values and refuse others; seen neither";
    assert_eq!(
        meant(SEARCH, lost(Some(0), true), vec![message("x")]),
        format!("missed: {expected}: the text `x`, shows nothing")
    );
    let lost = |in_time| meant(SEARCH, lost(None, in_time), Vec::new());
    assert_eq!(lost(true), format!("missed: {expected}, shows nothing"));
    assert_eq!(lost(false), format!("absent: {expected}, shows nothing"));
}

#[test]
fn no_step_ends_in_the_way_of_another() {
    let other = || StepOutcome::Leftover(Vec::new());
    for (step, name) in [
        (OPEN, "open"),
        (EXPECT, "expect"),
        (r#"{"silence": "a"}"#, "silence"),
        (r#"{"closed": "a"}"#, "closed"),
        (r#"{"close": "a"}"#, "close"),
        (r#"{"close": "a", "abrupt": true}"#, "close"),
        (REQUEST, "request"),
        (SEARCH, "search"),
        (r#"{"let": {"v": 1}}"#, "let"),
        (r#"{"send": "a", "text": "x"}"#, "send"),
        (r#"{"wait": "1s"}"#, "wait"),
    ] {
        assert_eq!(
            meant(step, other(), Vec::new()),
            format!("unclear: `{name}` can't have ended as it is recorded, shows nothing")
        );
    }
    assert_eq!(
        meant(r#"{"wait": "1s"}"#, StepOutcome::Done, Vec::new()),
        "silent, shows no message"
    );
    // Only a connection that is dropped needs no end.
    assert!(meant(r#"{"close": "a"}"#, StepOutcome::Done, Vec::new()).starts_with("unclear: "));
}

const STEPS: &str = r#""steps": [
    {"open": "a", "requirement": "T-1"},
    {"expect": "a", "requirement": "T-1", "checks": [{"requirement": "T-1", "at": "/n", "equals": 1}]}
]"#;

#[test]
fn a_step_of_its_own_clause_and_its_checks_are_each_told() {
    let judgement = judged(
        STEPS,
        vec![
            responded(101),
            message(r#"{"n":2}"#),
            ended(0, accepted(Served::Unprobed, None)),
            ended(1, StepOutcome::Took(1)),
        ],
    );
    assert_eq!(
        results(&judgement),
        ["T-1 open held", "T-1 expect held", "T-1 equals failed", "T-2 is held"]
    );
    assert_eq!(findings(&judgement), ["T-1 violation -: expected 1; seen 2"]);
    assert_eq!((judgement.findings[0].entry, judgement.duration), (Some(1), 4));
    assert_eq!(judgement.verdict, Verdict::Violates);
}

#[test]
fn what_was_not_reached_is_not_exercised() {
    let opened = || vec![responded(101), ended(0, accepted(Served::Unprobed, None))];
    let why = "the row was cut short";
    let judgement = cut(STEPS, Cut::Interrupted, opened());
    assert_eq!(
        results(&judgement),
        [
            "T-1 open held".to_owned(),
            format!("T-1 expect not exercised: {why}"),
            format!("T-1 equals not exercised: {why}"),
        ]
    );
    let skipped = [opened(), vec![ended(1, StepOutcome::Skipped("no connection".into()))]].concat();
    assert_eq!(
        results(&judged(STEPS, skipped)),
        [
            "T-1 open held",
            "T-1 expect not exercised: no connection",
            "T-1 equals not exercised: no connection"
        ]
    );
    // It was waited for, and there is nothing for its check to look at.
    let missed = [opened(), vec![ended(1, nothing(false, Some(2000)))]].concat();
    assert_eq!(
        results(&judged(STEPS, missed)),
        [
            "T-1 open held",
            "T-1 expect failed",
            "T-1 equals not exercised: there was nothing to look at"
        ]
    );
}

#[test]
fn a_cut_leaves_the_verdict_open_unless_a_clause_was_violated_before() {
    let opened = || vec![responded(101), ended(0, accepted(Served::Unprobed, None))];
    let refused = || vec![responded(403), ended(0, StepOutcome::Declined { opened: 0, key: None })];
    let verdict = |why, events| cut(STEPS, why, events).verdict;
    assert_eq!(verdict(Cut::Interrupted, opened()), Verdict::Interrupted);
    assert_eq!(
        verdict(Cut::RunDeadline, opened()),
        Verdict::Inconclusive("the run's deadline passed".into())
    );
    assert_eq!(
        verdict(Cut::Deadline, opened()),
        Verdict::Inconclusive("the row's deadline of 30s passed".into())
    );
    for why in [Cut::Interrupted, Cut::RunDeadline, Cut::Deadline] {
        assert_eq!(verdict(why, refused()), Verdict::Violates);
    }
}

#[test]
fn what_the_harness_could_not_do_is_its_own_mistake_whatever_else_was_found() {
    let broken = |number, why: &str| ended(number, StepOutcome::Broken(why.into()));
    let judgement = judged(STEPS, vec![broken(0, "first"), broken(1, "second")]);
    // The first reason counts.
    assert_eq!(judgement.verdict, Verdict::HarnessError("t/a/b.json:2: first".into()));
    assert_eq!(
        results(&judgement),
        [
            "T-1 open not exercised: first",
            "T-1 expect not exercised: second",
            "T-1 equals not exercised: second"
        ]
    );
    let refused = ended(0, StepOutcome::Declined { opened: 0, key: None });
    let judgement = judged(STEPS, vec![responded(403), refused, broken(1, "so")]);
    assert_eq!(judgement.findings.len(), 1);
    assert_eq!(judgement.verdict, Verdict::HarnessError("t/a/b.json:3: so".into()));
}

#[test]
fn what_can_not_be_told_is_inconclusive_and_the_first_reason_counts() {
    let unknown = r#""steps": [{"expect": "a", "requirement": "T-1", "checks": [
        {"requirement": "T-1", "equals": "${one}"}, {"requirement": "T-1", "equals": "${two}"}]}]"#;
    let judgement = judged(unknown, vec![message("1"), ended(0, StepOutcome::Took(0))]);
    assert_eq!(
        judgement.verdict,
        Verdict::Inconclusive("T-1: `one` has no value".into())
    );
    assert_eq!(
        results(&judgement),
        [
            "T-1 expect held",
            "T-1 equals unknown: `one` has no value",
            "T-1 equals unknown: `two` has no value",
            "T-2 is held"
        ]
    );
    let judgement = judged(
        STEPS,
        vec![ended(0, failed(FailureKind::Tls)), ended(1, nothing(true, None))],
    );
    // A violation that was seen all the same stands.
    assert_eq!(judgement.verdict, Verdict::Violates);
    assert_eq!(results(&judgement)[0], "T-1 open unknown: so");
}

const GIVEN: &str = r#""given": [{"expect": "a", "checks": [{"at": "/n", "equals": 1}]}],
    "steps": [{"expect": "a", "requirement": "T-1"}], "survives": "T-2""#;

#[test]
fn a_precondition_that_fails_blocks_the_row_and_exercises_nothing() {
    let blocked = |events| {
        let judgement = judged(GIVEN, events);
        assert_eq!(findings(&judgement), [""; 0]);
        let why = match &judgement.verdict {
            Verdict::NotAssessed(why) => why.clone(),
            other => panic!("{other:?}"),
        };
        assert_eq!(
            results(&judgement),
            ["T-1", "T-2"].map(|clause| format!("{clause} row not exercised: {why}"))
        );
        why.replace("blocked: the precondition at t/a/b.json:1 failed: ", "")
    };
    assert_eq!(
        blocked(vec![ended(0, nothing(true, None))]),
        "expected a message that answers, seen the connection ended"
    );
    assert_eq!(
        blocked(vec![message("[]"), ended(0, StepOutcome::Took(0))]),
        "expected 1, seen nothing there; the message was the text `[]`"
    );
    assert_eq!(blocked(vec![ended(0, StepOutcome::Skipped("no".into()))]), "no");
}

#[test]
fn a_precondition_that_holds_is_told_of_no_clause() {
    let events = vec![
        message(r#"{"n":1}"#),
        message("x"),
        ended(0, StepOutcome::Took(0)),
        ended(1, StepOutcome::Took(1)),
    ];
    assert_eq!(
        results(&judged(&GIVEN.replace(r#", "survives": "T-2""#, ""), events)),
        ["T-1 expect held", "T-2 is held", "T-2 is failed"]
    );
}

#[test]
fn trouble_in_a_precondition_is_told_instead_of_the_precondition() {
    let verdict = |outcome| judged(GIVEN, vec![ended(0, outcome)]).verdict;
    let open = GIVEN.replacen(r#"[{"expect""#, r#"[{"open": "b"}, {"expect""#, 1);
    let unreachable = judged(&open, vec![ended(0, failed(FailureKind::Unreachable))]);
    assert_eq!(unreachable.verdict, Verdict::Inconclusive("so".into()));
    assert_eq!(
        verdict(StepOutcome::Broken("so".into())),
        Verdict::HarnessError("t/a/b.json:1: so".into())
    );
    let interrupted = cut(GIVEN, Cut::Interrupted, Vec::new());
    assert_eq!(interrupted.verdict, Verdict::Interrupted);
    assert_eq!(results(&interrupted).len(), 2);
}

#[test]
fn every_message_of_data_that_answers_no_fence_is_checked() {
    let events = vec![
        message("x"),
        message("pong"),
        message("skip"),
        message("{}"),
        frame(Opcode::Ping, "x"),
        frame(Opcode::Close, "x"),
        frame(Opcode::Binary, "x"),
        WireEvent::Fenced(1),
    ];
    let judgement = judged(r#""steps": []"#, events);
    assert_eq!(results(&judgement), ["T-2 is failed", "T-2 is held", "T-2 is failed"]);
    let entries: Vec<_> = judgement.findings.iter().map(|finding| finding.entry).collect();
    assert_eq!(entries, [Some(0), Some(6)]);
    assert_eq!(judgement.verdict, Verdict::Warning);
}

#[test]
fn a_flood_is_told_once() {
    let flood = |good: usize, bad: usize| {
        let messages = std::iter::repeat_n("1", good).chain(std::iter::repeat_n("x", bad));
        judged(r#""steps": []"#, messages.map(message).collect())
    };
    assert_eq!(flood(5, MAX_FINDINGS - 1).findings.len(), MAX_FINDINGS - 1);
    assert_eq!(flood(5, MAX_FINDINGS).findings.len(), MAX_FINDINGS);
    let judgement = flood(5, MAX_FINDINGS + 9);
    assert_eq!(
        (judgement.findings.len(), judgement.check_results.len()),
        (MAX_FINDINGS, MAX_FINDINGS + 5)
    );
    // What a step found takes no room from it.
    let case = r#""steps": [{"expect": "a", "requirement": "T-1"}]"#;
    let mut events = vec![ended(0, nothing(true, None))];
    events.extend(std::iter::repeat_n("x", MAX_FINDINGS + 9).map(message));
    assert_eq!(judged(case, events).findings.len(), MAX_FINDINGS + 1);
    // However many hold, so many are looked at.
    assert_eq!(flood(1100, 0).check_results.len(), 1100);
    assert_eq!(flood(1100, 1).findings.len(), 0);
}

#[test]
fn leftovers_are_told_one_by_one_and_the_last_tells_how_many_more() {
    let leftover = |count: usize| {
        let mut events: Vec<_> = std::iter::repeat_n("1", count).map(message).collect();
        events.push(ended(0, StepOutcome::Leftover((0..count).collect())));
        let mut judgement = judged(r#""steps": []"#, events);
        judgement.check_results.retain(|checked| checked.what == "leftover");
        assert_eq!(judgement.check_results.len(), judgement.findings.len());
        findings(&judgement)
    };
    let told = "T-2 warning -: expected no message that answers nothing; seen the text `1`";
    assert_eq!(leftover(0), [""; 0]);
    assert_eq!(leftover(2), [told; 2]);
    assert_eq!(leftover(MAX_FINDINGS), [told; MAX_FINDINGS]);
    let more = leftover(MAX_FINDINGS + 2);
    assert_eq!(more.len(), MAX_FINDINGS);
    assert_eq!(more[MAX_FINDINGS - 2], told);
    assert_eq!(more[MAX_FINDINGS - 1], format!("{told}, and 2 more"));
}

#[test]
fn the_sign_of_life_is_judged_by_its_first_step_that_failed() {
    let alive = |outcomes: Vec<StepOutcome>| {
        let mut events = vec![responded(101)];
        events.extend((0..).zip(outcomes).map(|(step, outcome)| ended(step, outcome)));
        judged(r#""steps": [], "survives": "T-1""#, events)
    };
    let opened = || accepted(Served::Unprobed, None);
    let closed = |ended| StepOutcome::Closed { frame: None, ended };
    let lives = alive(vec![opened(), closed(Some(Ended::Eof))]);
    assert_eq!(results(&lives), ["T-1 survives held"]);
    assert_eq!(lives.verdict, Verdict::Conforms);
    // What was not begun says nothing: the step before it does, if there is one.
    let skipped = || StepOutcome::Skipped("no connection".into());
    assert_eq!(
        results(&alive(vec![skipped(), skipped()])),
        ["T-1 survives not exercised: no connection"]
    );
    // Nor does what the harness could not do.
    for ours in [StepOutcome::Broken("so".into()), failed(FailureKind::Harness)] {
        let unknown = alive(vec![ours, skipped()]);
        assert_eq!(results(&unknown), ["T-1 survives unknown: so"]);
        assert_eq!(unknown.verdict, Verdict::Inconclusive("the sign of life: so".into()));
    }
    for (outcomes, seen) in [
        (vec![failed(FailureKind::Unreachable), skipped()], "so"),
        (vec![failed(FailureKind::Timeout), skipped()], "no response: so"),
        (vec![opened(), closed(None)], "the connection stayed open"),
        (
            vec![opened(), StepOutcome::Quiet],
            "`close` can't have ended as it is recorded",
        ),
        (vec![opened()], "no sign of life was asked for"),
    ] {
        let dead = alive(outcomes);
        assert_eq!(results(&dead), ["T-1 survives failed"], "{seen}");
        assert_eq!(
            findings(&dead),
            [format!(
                "T-1 violation -: expected a server that still serves a new connection afterwards; seen {seen}"
            )]
        );
    }
}

#[test]
fn no_sign_of_life_is_missed_in_a_row_that_was_cut_short() {
    let judgement = cut(r#""steps": [], "survives": "T-1""#, Cut::Deadline, Vec::new());
    assert_eq!(
        results(&judgement),
        ["T-1 survives not exercised: the row was cut short"]
    );
    assert_eq!(judgement.findings, []);
}

#[test]
fn readings_that_do_not_hold_are_one_finding() {
    let case = r#""steps": [{"expect": "a", "requirement": "T-1", "checks": [{"requirement": "T-1", "readings": [
        {"reading": "plain", "equals": 1}, {"reading": "odd", "equals": 2}]}]}]"#;
    let read = |text| judged(case, vec![message(text), ended(0, StepOutcome::Took(0))]);
    assert_eq!(
        findings(&read("3")),
        ["T-1 violation -: expected 1 (plain), or 2 (odd); seen 3"]
    );
    assert_eq!(
        findings(&read("1")),
        ["T-1 note plain: expected plainly; seen the text `1`"]
    );
    assert_eq!(read("1").verdict, Verdict::Conforms);
    assert_eq!(
        findings(&read("2")),
        ["T-1 warning odd: expected oddly; seen the text `2`"]
    );
    assert_eq!(read("2").verdict, Verdict::Warning);
}

#[test]
fn a_row_that_was_not_run_says_why_of_each_of_its_clauses() {
    let plan = plan(STEPS);
    let judgement = not_run(&plan, Verdict::NotAssessed("needs old".into()));
    assert_eq!(results(&judgement), ["T-1 row not exercised: needs old"]);
    assert_eq!(judgement.verdict, Verdict::NotAssessed("needs old".into()));
    assert_eq!((judgement.row.as_str(), judgement.duration), ("t/a/b", 0));
    // A verdict without a reason is the reason.
    assert_eq!(
        results(&not_run(&plan, Verdict::Interrupted)),
        ["T-1 row not exercised: interrupted"]
    );
}
