//! Each act by itself: it begins, something comes that ends it, or its time is up. Time and events are arguments, so nothing
//! here waits.

use std::time::Duration;

use crate::{
    replay::{
        Machine,
        io::{Action, ConnectionId, Event, Hook, Now, Replay, Write},
        tests::{accepted, plan_with},
    },
    transcript::{Cut, Served, StepOutcome, WireEvent},
};
use wire::{
    event::{Ended, Failure, FailureKind, Received},
    frame::{Opcode, close_payload},
    http::Response,
};

const A: ConnectionId = 0;
const OPEN: &str = r#"{"open": "a", "requirement": "T-1"}"#;

/// The hands of a machine, moved by a test.
struct Hands {
    machine: Machine,
    now: Now,
    /// What the machine wants done, as long as nobody has looked.
    actions: Vec<Action>,
}

impl Hands {
    /// A row of these steps, as far as it goes by itself.
    fn new(steps: &str) -> Self {
        Self::with(steps, "")
    }

    /// The same with more in the profile.
    fn with(steps: &str, profile: &str) -> Self {
        let plan = plan_with(&format!("\"steps\": [{steps}]"), profile);
        let mut hands = Self {
            machine: Machine::new(plan, Vec::new(), 1),
            now: Now {
                elapsed: Duration::ZERO,
                unix: Duration::from_secs(1_700_000_000),
            },
            actions: Vec::new(),
        };
        hands.work();
        hands
    }

    /// A row of these steps after one that opens the connection `a`.
    fn opened(steps: &str) -> Self {
        let mut hands = Self::new(&format!("{OPEN}, {steps}"));
        assert!(matches!(hands.actions[..], [Action::Open { connection: A, .. }]));
        hands.actions.clear();
        hands.tell(Event::Opened {
            connection: A,
            response: accepted(),
        });
        hands
    }

    fn work(&mut self) {
        loop {
            match self.machine.poll(self.now) {
                Action::Done | Action::Wait { .. } => return,
                action => self.actions.push(action),
            }
        }
    }

    fn tell(&mut self, event: Event) {
        self.machine.handle(self.now, event);
        self.work();
    }

    fn hear(&mut self, text: &str) {
        self.hear_frame(Opcode::Text, text);
    }

    fn hear_frame(&mut self, opcode: Opcode, payload: &str) {
        self.tell(Event::Received {
            connection: A,
            received: Received::new(opcode, payload),
        });
    }

    fn end(&mut self, ended: Ended) {
        self.tell(Event::Ended { connection: A, ended });
    }

    fn pass(&mut self, milliseconds: u64) {
        let span = Duration::from_millis(milliseconds);
        self.now.elapsed += span;
        self.now.unix += span;
        self.work();
    }

    /// The messages that were written since somebody looked.
    fn said(&mut self) -> Vec<(Opcode, String)> {
        let actions = std::mem::take(&mut self.actions).into_iter();
        let said = actions.map(|action| match action {
            Action::Write {
                connection: A,
                write: Write::Message(opcode, payload),
            } => (opcode, String::from_utf8_lossy(&payload).into_owned()),
            other => panic!("{other:?} says nothing"),
        });
        said.collect()
    }

    /// What the steps came to so far.
    fn outcomes(mut self) -> Vec<StepOutcome> {
        self.machine.cut(Cut::Interrupted);
        let entries = self.machine.into_transcript().entries.into_iter();
        let outcomes = entries.filter_map(|entry| match entry.what {
            WireEvent::Step(finished) if !matches!(finished.outcome, StepOutcome::Leftover(_)) => {
                Some(finished.outcome)
            }
            _ => None,
        });
        outcomes.collect()
    }

    /// What the last of the steps came to that came to something.
    fn last(self) -> StepOutcome {
        let last = self.outcomes().pop();
        last.unwrap_or_else(|| panic!("no step came to an end"))
    }
}

fn text(said: &str) -> (Opcode, String) {
    (Opcode::Text, said.to_owned())
}

fn skipped(why: &str) -> StepOutcome {
    StepOutcome::Skipped(why.to_owned())
}

fn under_way() -> StepOutcome {
    skipped("the row was cut short")
}

fn failure(kind: FailureKind) -> Failure {
    Failure {
        kind,
        text: "no".into(),
        cut: None,
    }
}

#[test]
fn let_and_build_bind_or_say_what_has_no_value() {
    let mut hands = Hands::opened(
        r#"{"let": {"x": 1, "y": ["${x}"]}}, {"build": {"z": [{"repeat": "ab", "times": 2}, "${x}"]}},
           {"send": "a", "json": {"y": "${y}", "z": "${z}"}}, {"expect": "a", "requirement": "T-1"}"#,
    );
    assert_eq!(hands.said(), [text(r#"{"y":[1],"z":"abab1"}"#)]);
    for step in [r#"{"let": {"x": "${nobody}"}}"#, r#"{"build": {"x": ["${nobody}"]}}"#] {
        let outcomes = Hands::new(&format!(r#"{step}, {{"wait": "1s"}}"#)).outcomes();
        assert_eq!(
            outcomes,
            [skipped("`nobody` has no value"), skipped("an earlier step failed")]
        );
    }
}

#[test]
fn a_handshake_is_accepted_declined_or_given_up() {
    let accepted_at = |opened, waited_ms, served| StepOutcome::Accepted {
        opened,
        key: Some("k".into()),
        served,
        waited_ms,
    };
    let open = r#"{"open": "a", "headers": {"Sec-WebSocket-Key": "k"}, "within": "1s", "requirement": "T-1"}"#;
    let answered = |status| {
        let mut hands = Hands::new(open);
        let response = Response {
            status,
            ..Response::default()
        };
        hands.tell(Event::Opened {
            connection: A,
            response,
        });
        hands.last()
    };
    assert_eq!(answered(101), accepted_at(1, None, Served::Unprobed));
    let declined = StepOutcome::Declined {
        opened: 1,
        key: Some("k".into()),
    };
    assert_eq!(answered(403), declined);
    let mut hands = Hands::new(open);
    hands.pass(1400);
    assert_eq!(Hands::new(open).last(), under_way());
    hands.pass(100);
    assert_eq!(hands.last(), StepOutcome::Broken("the handshake was given up".into()));
    assert_eq!(
        Hands::new(r#"{"open": "a", "suffix": "${nobody}", "requirement": "T-1"}"#).last(),
        skipped("`nobody` has no value")
    );
}

#[test]
fn a_connection_that_should_be_refused_is_asked_for_service_for_two_seconds() {
    let probed = || {
        let mut hands = Hands::new(
            r#"{"open": "a", "headers": {"Sec-WebSocket-Key": null}, "outcome": "refused", "probe": {"text": "there?"},
                "requirement": "T-1"}"#,
        );
        hands.actions.clear();
        hands.tell(Event::Opened {
            connection: A,
            response: accepted(),
        });
        assert_eq!(hands.said(), [text("there?")]);
        hands
    };
    let served = |served, waited_ms| StepOutcome::Accepted {
        opened: 1,
        key: None,
        served,
        waited_ms,
    };
    let mut hands = probed();
    hands.hear("yes");
    assert_eq!(hands.last(), served(Served::Answered, None));
    let mut hands = probed();
    hands.end(Ended::Reset);
    assert_eq!(hands.last(), served(Served::Dropped, None));
    let mut hands = probed();
    hands.pass(2000);
    assert_eq!(hands.last(), served(Served::Silent, Some(2000)));
    let mut hands = probed();
    hands.pass(1999);
    assert_eq!(hands.last(), under_way());
}

#[test]
fn what_can_not_be_sent_is_the_server_s_matter_or_ours() {
    let send = r#"{"send": "a", "text": "x", "times": 2}, {"wait": "1h"}"#;
    assert_eq!(Hands::opened(send).said(), [text("x"), text("x")]);
    let after = |before: &str| format!(r#"{before}, {send}"#);
    let mut hands = Hands::opened(&after(r#"{"closed": "a", "requirement": "T-1"}"#));
    hands.end(Ended::Eof);
    assert_eq!(hands.said(), []);
    assert_eq!(hands.outcomes()[2..], [StepOutcome::Done, under_way()]);
    let hands = Hands::opened(&after(r#"{"close": "a", "abrupt": true}"#));
    assert_eq!(
        hands.outcomes()[2..],
        [
            skipped("the connection `a` is not open"),
            skipped("an earlier step failed")
        ]
    );
}

#[test]
fn a_message_is_taken_or_missed() {
    let expect = r#"{"expect": "a", "match": {"text": "x"}, "requirement": "T-1"}"#;
    let nothing = |ended, within| StepOutcome::Nothing {
        ended,
        within_ms: Some(within),
    };
    let mut hands = Hands::opened(expect);
    hands.hear("y");
    hands.hear("x");
    // The request, the response, its step, the other message.
    assert_eq!(hands.last(), StepOutcome::Took(4));
    let mut hands = Hands::opened(expect);
    hands.end(Ended::Eof);
    assert_eq!(hands.last(), nothing(true, 2000));
    let mut hands = Hands::opened(expect);
    hands.pass(2000);
    assert_eq!(hands.last(), nothing(false, 2000));
    let mut hands = Hands::opened(r#"{"expect": "a", "within": "300ms", "or": ["silence"]}, {"wait": "1h"}"#);
    assert_eq!(hands.said(), [text("ping")]);
    hands.hear("pong");
    assert_eq!(hands.outcomes()[1..], [nothing(false, 300), under_way()]);
    assert_eq!(
        Hands::new(r#"{"expect": "a", "requirement": "T-1"}"#).last(),
        skipped("the connection `a` is not open")
    );
}

#[test]
fn silence_is_proved_by_the_fence_or_by_time_and_broken_by_a_message() {
    let silence = r#"{"silence": "a", "requirement": "T-1"}, {"wait": "1h"}"#;
    let listening = || {
        let mut hands = Hands::opened(silence);
        assert_eq!(hands.said(), [text("ping")]);
        hands
    };
    let mut hands = listening();
    hands.hear("pong");
    assert_eq!(hands.outcomes()[1..], [StepOutcome::Quiet, under_way()]);
    let mut hands = listening();
    hands.pass(999);
    assert_eq!(hands.outcomes()[1..], [under_way()]);
    let mut hands = listening();
    hands.pass(1000);
    assert_eq!(hands.outcomes()[1..], [StepOutcome::Quiet, under_way()]);
    let mut hands = listening();
    hands.hear("one");
    hands.hear("two");
    hands.hear("pong");
    // The request, the response, its step, the fence.
    assert_eq!(hands.outcomes()[1..], [StepOutcome::Disturbed(vec![4, 5]), under_way()]);
}

#[test]
fn an_end_comes_or_does_not() {
    let closed = |ended| StepOutcome::Closed { frame: None, ended };
    let step = r#"{"closed": "a", "requirement": "T-1"}"#;
    let mut hands = Hands::opened(step);
    hands.end(Ended::Reset);
    assert_eq!(hands.last(), closed(Some(Ended::Reset)));
    let mut hands = Hands::opened(step);
    hands.pass(1999);
    assert_eq!(hands.last(), under_way());
    let mut hands = Hands::opened(step);
    hands.pass(2000);
    assert_eq!(hands.last(), closed(None));
    assert_eq!(Hands::new(step).last(), skipped("the connection `a` is not open"));
}

#[test]
fn a_close_waits_for_its_answer_and_a_drop_does_not() {
    let step = r#"{"close": "a", "code": 1000, "reason": "bye", "within": "500ms"}"#;
    let mut hands = Hands::opened(step);
    let payload = String::from_utf8_lossy(&close_payload(1000, "bye")).into_owned();
    assert_eq!(hands.said(), [(Opcode::Close, payload)]);
    hands.tell(Event::Received {
        connection: A,
        received: Received::new(Opcode::Close, close_payload(1000, "")),
    });
    hands.end(Ended::Eof);
    // The request, the response, its step, our close.
    let closed = StepOutcome::Closed {
        frame: Some(4),
        ended: Some(Ended::Eof),
    };
    assert_eq!(hands.last(), closed);
    let mut hands = Hands::opened(step);
    hands.pass(500);
    let open = StepOutcome::Closed {
        frame: None,
        ended: None,
    };
    assert_eq!(hands.last(), open);
    let hands = Hands::opened(r#"{"close": "a", "abrupt": true}, {"wait": "1h"}"#);
    assert_eq!(hands.actions, [Action::Drop { connection: A }]);
    assert_eq!(hands.outcomes()[1..], [StepOutcome::Done, under_way()]);
}

#[test]
fn a_request_is_answered_or_fails() {
    let step = r#"{"request": "r", "suffix": "/x", "json": {"n": 1}, "requirement": "T-1", "capture": {"id": "/id"}},
        {"request": "s", "path": "/${id}", "requirement": "T-1", "or": ["closed"]}, {"wait": "1h"}"#;
    let urls = |hands: &Hands| {
        let urls = hands.actions.iter().map(|action| match action {
            Action::Exchange { request, .. } => request.url.clone(),
            other => panic!("{other:?} is no exchange"),
        });
        urls.collect::<Vec<String>>()
    };
    let mut hands = Hands::new(step);
    assert_eq!(urls(&hands), ["http://127.0.0.1:1/x"]);
    hands.tell(Event::Responded {
        exchange: 0,
        response: Response {
            status: 200,
            body: br#"{"id": "seven"}"#.to_vec(),
            ..Response::default()
        },
    });
    assert_eq!(urls(&hands), ["http://127.0.0.1:1/x", "http://127.0.0.1:1/seven"]);
    // Nobody waits for the first any more.
    hands.tell(Event::ExchangeFailed {
        exchange: 0,
        failure: failure(FailureKind::Reset),
    });
    let reset = failure(FailureKind::Reset);
    hands.tell(Event::ExchangeFailed {
        exchange: 1,
        failure: reset.clone(),
    });
    assert_eq!(
        hands.outcomes(),
        [StepOutcome::Took(1), StepOutcome::Failed(reset), under_way()]
    );
    let mut hands = Hands::new(step);
    // The hands say when the time is up.
    hands.pass(2000);
    hands.tell(Event::ExchangeFailed {
        exchange: 0,
        failure: failure(FailureKind::Timeout),
    });
    let late = StepOutcome::Failed(failure(FailureKind::Timeout));
    let not_tried = skipped("an earlier step failed");
    assert_eq!(hands.outcomes(), [late, not_tried.clone(), not_tried]);
}

#[test]
fn a_situation_is_triggered_by_a_hook_or_a_message() {
    let step = r#"{"provoke": "slow", "on": "a", "json": {"n": 1}}, {"wait": "1h"}"#;
    let hook = "[t.calls.slow]\nhook = \"http://127.0.0.1:1/slow\"\n";
    let mut hands = Hands::with(step, hook);
    let call = Hook::Url("http://127.0.0.1:1/slow".into());
    assert!(matches!(&hands.actions[..], [Action::Hook { hook: 0, call: known, .. }] if *known == call));
    hands.pass(10_000);
    hands.tell(Event::Hooked {
        hook: 0,
        outcome: Ok(()),
    });
    assert_eq!(hands.outcomes(), [StepOutcome::Done, under_way()]);
    let mut hands = Hands::with(step, hook);
    hands.tell(Event::Hooked {
        hook: 0,
        outcome: Err("no".into()),
    });
    let broken = StepOutcome::Broken("the hook failed: no".into());
    assert_eq!(hands.outcomes(), [broken, skipped("an earlier step failed")]);
    let mut hands = Hands::opened(step);
    assert_eq!(hands.said(), [text(r#"{"n":1}"#)]);
    assert_eq!(hands.outcomes()[1..], [StepOutcome::Done, under_way()]);
    let outcomes = Hands::new(step).outcomes();
    assert_eq!(outcomes[0], skipped("the connection `a` is not open"));
}

#[test]
fn a_search_is_lost_where_a_probe_gets_no_reply_or_a_strange_one() {
    let step = r#"{"search": "a", "bind": "window", "json": "${probe}", "within": "100ms", "requirement": "T-1",
        "inside": {"text": "in"}, "outside": {"text": "out"}}"#;
    let lost = |reply, why: &str| StepOutcome::Lost {
        reply,
        why: why.to_owned(),
        in_time: why != "a probe got no reply",
    };
    let mut hands = Hands::opened(step);
    assert_eq!(hands.said(), [text("1700000000")]);
    hands.hear("in");
    assert_eq!(hands.said(), [text("1700000256")]);
    hands.pass(100);
    assert_eq!(hands.last(), lost(None, "a probe got no reply"));
    let mut hands = Hands::opened(step);
    hands.hear("neither");
    // The request, the response, its step, the probe.
    assert_eq!(hands.last(), lost(Some(4), "a reply is neither inside nor outside"));
    let mut hands = Hands::opened(step);
    for _ in 0..100 {
        hands.hear("out");
    }
    assert_eq!(hands.last(), lost(None, "no value was accepted"));
}

#[test]
fn a_wait_lasts_as_long_as_it_says() {
    let mut hands = Hands::new(r#"{"wait": "250ms"}, {"wait": "1h"}"#);
    hands.pass(249);
    assert_eq!(hands.now.elapsed, Duration::from_millis(249));
    hands.pass(1);
    assert_eq!(hands.outcomes(), [StepOutcome::Done, under_way()]);
    let late = Hands::new(r#"{"let": {"x": "soon"}}, {"wait": "${x}"}"#);
    assert_eq!(late.last(), skipped("`soon (no duration)` has no value"));
}

#[test]
fn what_runs_side_by_side_is_joined_and_one_failure_is_enough() {
    let both = |first: &str| {
        format!(
            r#"{{"together": [[{first}, {{"let": {{"x": 1}}}}], [{{"wait": "10ms"}}, {{"let": {{"y": 2}}}}]]}},
               {{"send": "a", "json": ["${{x}}", "${{y}}"]}}, {{"wait": "1h"}}"#
        )
    };
    let mut hands = Hands::opened(&both(r#"{"wait": "5ms"}"#));
    hands.pass(5);
    assert_eq!(hands.said(), []);
    hands.pass(5);
    assert_eq!(hands.said(), [text("[1,2]")]);
    let mut hands = Hands::opened(&both(
        r#"{"expect": "a", "within": "5ms", "match": {}, "requirement": "T-1"}"#,
    ));
    hands.pass(5);
    hands.pass(5);
    let not_tried = skipped("an earlier step failed");
    let nothing = StepOutcome::Nothing {
        ended: false,
        within_ms: Some(5),
    };
    assert_eq!(
        hands.outcomes()[1..],
        [
            nothing,
            not_tried.clone(),
            StepOutcome::Done,
            StepOutcome::Done,
            not_tried.clone(),
            not_tried
        ]
    );
}

#[test]
fn a_pong_that_answers_is_known_by_its_payload() {
    let pong = |hands: &mut Hands, payload| hands.hear_frame(Opcode::Pong, payload);
    let took = |hands: Hands| match hands.last() {
        StepOutcome::Took(entry) => entry,
        other => panic!("{other:?}"),
    };
    let step = r#"{"send": "a", "ping": "mine"}, {"expect": "a", "match": {"opcode": "pong"}, "requirement": "T-1"}"#;
    // The request, the response, its step, the ping, its step.
    let mut hands = Hands::opened(step);
    pong(&mut hands, "");
    pong(&mut hands, "timer");
    pong(&mut hands, "mine");
    assert_eq!(took(hands), 7);
    // Where none comes, the first of the others is what the server answered.
    let mut hands = Hands::opened(step);
    pong(&mut hands, "timer");
    pong(&mut hands, "other");
    hands.pass(1999);
    assert_eq!(
        hands.machine.poll(hands.now),
        Action::Wait {
            until: Some(Duration::from_secs(2))
        }
    );
    hands.pass(1);
    assert_eq!(took(hands), 5);
    let mut hands = Hands::opened(step);
    pong(&mut hands, "timer");
    hands.end(Ended::Eof);
    assert_eq!(took(hands), 5);
    // Where no ping was sent, none can be told from an answer.
    let mut hands = Hands::opened(
        r#"{"send": "a", "text": "ping"}, {"expect": "a", "match": {"opcode": "pong"}, "requirement": "T-1"}"#,
    );
    pong(&mut hands, "timer");
    assert_eq!(took(hands), 5);
}

#[test]
fn a_pong_that_answers_nothing_disturbs_no_silence() {
    let silence = r#"{"send": "a", "ping": "mine"}, {"silence": "a", "of": {"opcode": "pong"}, "fence": false, "window": "500ms", "requirement": "T-1"}"#;
    let quiet = |payload| {
        let mut hands = Hands::opened(silence);
        hands.hear_frame(Opcode::Pong, payload);
        hands.pass(500);
        hands.last() == StepOutcome::Quiet
    };
    assert!(quiet("timer") && quiet(""));
    assert!(!quiet("mine"));
    // A ping among frames that are written as bytes is one of ours too.
    let frames = silence.replace(
        r#""ping": "mine""#,
        r#""frames": [{"opcode": "ping", "payload": "mine"}]"#,
    );
    let mut hands = Hands::opened(&frames);
    hands.hear_frame(Opcode::Pong, "timer");
    hands.pass(500);
    assert_eq!(hands.last(), StepOutcome::Quiet);
}

#[test]
fn a_connection_that_has_ended_is_not_silent() {
    let step = r#"{"silence": "a", "fence": false, "window": "500ms", "requirement": "T-1"}"#;
    let ended = StepOutcome::Nothing {
        ended: true,
        within_ms: None,
    };
    let mut hands = Hands::opened(step);
    hands.end(Ended::Eof);
    assert_eq!(hands.last(), ended);
    // It said something before: that is what disturbs.
    let mut hands = Hands::opened(step);
    hands.hear("news, and more");
    hands.end(Ended::Reset);
    assert!(matches!(hands.last(), StepOutcome::Disturbed(_)));
    // An end that this side made proves nothing against the server, and silence lasted until then.
    let mut hands = Hands::opened(step);
    hands.end(Ended::Local);
    assert_eq!(hands.last(), StepOutcome::Quiet);
}
