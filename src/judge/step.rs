//! What the outcome of a step means, act by act: for the clause that the step names, and for its checks to look at.
//!
//! How long was waited, and for what, stands in the transcript: no time is known here.

use std::time::Duration;

use super::evidence::shown;
use crate::{
    check::{Closing, Handshake, Observation, Refusal},
    suite::case::{Act, Close, Expect, HandshakeOutcome, Open, Request, Step},
    transcript::{Served, StepOutcome, Transcript},
};
use wire::event::{Ended, Failure, FailureKind};

/// What a step's outcome means for the clause that the step names.
pub enum Arrival {
    /// As demanded.
    Met,
    /// Not as demanded: what was expected, what was seen.
    Missed(String, String),
    /// What is demanded did not come in time: what was expected, what was seen.
    Absent(String, String),
    /// Nothing can be said.
    Unclear(String),
    /// The step judges nothing by itself.
    Silent,
}

/// What a step's outcome means.
pub struct Meaning<'t> {
    pub arrival: Arrival,
    /// The entry of the transcript that it is about.
    pub entry: Option<usize>,
    /// What the step's checks look at; `None` if there is nothing.
    pub shows: Option<Observation<'t>>,
}

/// What an outcome means. `Skipped` and `Broken` are no matter of the act's, and not asked here.
pub fn meaning<'t>(step: &Step, outcome: &'t StepOutcome, transcript: &'t Transcript) -> Meaning<'t> {
    let meaning = match &step.act {
        Act::Open(open) => of_open(open, outcome, transcript),
        Act::Expect(expect) => of_expect(expect, outcome, transcript),
        Act::Silence(_) => of_silence(outcome, transcript),
        Act::Closed(_) => of_closed(outcome, transcript),
        Act::Close(close) => of_close(close, outcome, transcript),
        Act::Request(request) => of_request(request, outcome, transcript),
        Act::Search(_) => of_search(outcome, transcript),
        Act::Let(_)
        | Act::Build(_)
        | Act::Send(_)
        | Act::Trigger(_)
        | Act::Wait(_)
        | Act::Repeat(_)
        | Act::Together(_) => of_deed(outcome),
    };
    meaning.unwrap_or_else(|| Meaning {
        arrival: Arrival::Unclear(format!("`{}` can't have ended as it is recorded", step.label())),
        entry: None,
        shows: None,
    })
}

/// `None`, here as below: no step of the kind ends so. A recording may have been altered.
fn of_open<'t>(open: &Open, outcome: &'t StepOutcome, transcript: &'t Transcript) -> Option<Meaning<'t>> {
    let (handshake, entry, stayed_open) = match outcome {
        StepOutcome::Accepted {
            opened,
            key,
            served,
            waited_ms,
        } => {
            let handshake = Handshake {
                response: transcript.response(*opened),
                refusal: (*served == Served::Dropped).then_some(Refusal::AfterUpgrade),
                key: key.as_deref(),
                note: "",
            };
            let stayed_open = (*served == Served::Silent).then(|| match waited_ms {
                Some(ms) => format!(", and it stayed open for {:?}", Duration::from_millis(*ms)),
                None => ", and it stayed open".to_owned(),
            });
            (handshake, Some(*opened), stayed_open)
        }
        StepOutcome::Declined { opened, key } => {
            let response = transcript.response(*opened);
            let redirected = response.is_some_and(|response| matches!(response.status / 100, 2 | 3));
            let refusal = if redirected {
                Refusal::Redirected
            } else {
                Refusal::BeforeUpgrade
            };
            let handshake = Handshake {
                response,
                refusal: Some(refusal),
                key: key.as_deref(),
                note: "",
            };
            (handshake, Some(*opened), None)
        }
        StepOutcome::Failed(failure) => {
            if is_unclear(failure, open.outcome) {
                return Some(Meaning::unclear(failure));
            }
            let handshake = Handshake {
                response: None,
                refusal: Some(Refusal::NoResponse),
                key: None,
                note: &failure.text,
            };
            (handshake, None, None)
        }
        _ => return None,
    };
    let shows = Observation::Handshake(handshake);
    let arrival = match (open.outcome, handshake.refusal) {
        (HandshakeOutcome::Any, _) => Arrival::Silent,
        (HandshakeOutcome::Accepted, None) | (HandshakeOutcome::Refused, Some(_)) => Arrival::Met,
        (HandshakeOutcome::Accepted, Some(_)) => {
            let expected = "the handshake is accepted with status 101".into();
            if is_timeout(outcome) {
                Arrival::Absent(expected, shows.show())
            } else {
                Arrival::Missed(expected, shows.show())
            }
        }
        (HandshakeOutcome::Refused, None) => {
            let expected = "the connection is refused".into();
            match stayed_open {
                Some(stayed) => Arrival::Absent(expected, format!("{}{stayed}", shows.show())),
                None => Arrival::Missed(expected, shows.show()),
            }
        }
    };
    Some(Meaning {
        arrival,
        entry,
        shows: Some(shows),
    })
}

fn is_timeout(outcome: &StepOutcome) -> bool {
    matches!(outcome, StepOutcome::Failed(failure) if failure.kind == FailureKind::Timeout)
}

/// Whether a handshake that came to nothing is neither accepted nor refused.
fn is_unclear(failure: &Failure, wanted: HandshakeOutcome) -> bool {
    match failure.kind {
        FailureKind::Timeout => wanted != HandshakeOutcome::Accepted,
        _ => is_not_the_targets(failure),
    }
}

/// Whether a failure lies on the way to the target, or with the harness.
fn is_not_the_targets(failure: &Failure) -> bool {
    matches!(
        failure.kind,
        FailureKind::Unreachable | FailureKind::Tls | FailureKind::Harness
    )
}

fn of_expect<'t>(expect: &Expect, outcome: &StepOutcome, transcript: &'t Transcript) -> Option<Meaning<'t>> {
    match outcome {
        StepOutcome::Took(entry) => Some(Meaning {
            arrival: Arrival::Met,
            entry: Some(*entry),
            shows: transcript.received(*entry).map(Observation::message),
        }),
        StepOutcome::Nothing { ended, within_ms } => {
            let allowed = if *ended { expect.or_closed } else { expect.or_silence };
            let seen = match (ended, within_ms) {
                (true, _) => "the connection ended".to_owned(),
                (false, Some(ms)) => format!("nothing within {:?}", Duration::from_millis(*ms)),
                (false, None) => "nothing in time".to_owned(),
            };
            Some(Meaning {
                arrival: match (allowed, ended) {
                    (true, _) => Arrival::Met,
                    (false, true) => Arrival::Missed("a message that answers".into(), seen),
                    (false, false) => Arrival::Absent("a message that answers".into(), seen),
                },
                entry: None,
                shows: None,
            })
        }
        _ => None,
    }
}

fn of_silence<'t>(outcome: &StepOutcome, transcript: &Transcript) -> Option<Meaning<'t>> {
    match outcome {
        StepOutcome::Quiet => Some(Meaning {
            arrival: Arrival::Met,
            entry: None,
            shows: Some(Observation::Values),
        }),
        StepOutcome::Disturbed(entries) => {
            let first = entries.first().copied();
            let seen = first.and_then(|entry| shown(transcript, entry)).unwrap_or_default();
            let seen = format!("{} more: {seen}", entries.len());
            Some(Meaning {
                arrival: Arrival::Missed("no further message".into(), seen),
                entry: first,
                shows: Some(Observation::Values),
            })
        }
        _ => None,
    }
}

fn of_closed<'t>(outcome: &'t StepOutcome, transcript: &'t Transcript) -> Option<Meaning<'t>> {
    of_end(outcome, transcript, "the server ends the connection")
}

fn of_close<'t>(close: &Close, outcome: &'t StepOutcome, transcript: &'t Transcript) -> Option<Meaning<'t>> {
    match outcome {
        // Nobody waits for the end of a connection that was dropped, so there is none to look at.
        StepOutcome::Done if close.abrupt => Some(Meaning {
            arrival: Arrival::Met,
            entry: None,
            shows: Some(Observation::Values),
        }),
        _ => of_end(
            outcome,
            transcript,
            "the server answers the close and ends the connection",
        ),
    }
}

fn of_end<'t>(outcome: &'t StepOutcome, transcript: &'t Transcript, expected: &str) -> Option<Meaning<'t>> {
    let StepOutcome::Closed { frame, ended } = outcome else {
        return None;
    };
    let ended: Option<&Ended> = ended.as_ref();
    Some(Meaning {
        arrival: match ended {
            Some(_) => Arrival::Met,
            None => Arrival::Absent(expected.to_owned(), "the connection stayed open".into()),
        },
        entry: *frame,
        shows: Some(Observation::Closing(Closing {
            frame: frame.and_then(|entry| transcript.received(entry)),
            ended,
        })),
    })
}

fn of_request<'t>(request: &Request, outcome: &StepOutcome, transcript: &'t Transcript) -> Option<Meaning<'t>> {
    match outcome {
        StepOutcome::Took(entry) => Some(Meaning {
            arrival: Arrival::Met,
            entry: Some(*entry),
            shows: transcript.response(*entry).map(Observation::response),
        }),
        StepOutcome::Failed(failure) if is_not_the_targets(failure) => Some(Meaning::unclear(failure)),
        StepOutcome::Failed(failure) => Some(Meaning {
            arrival: match failure.kind {
                FailureKind::Closed | FailureKind::Reset if request.or_closed => Arrival::Met,
                FailureKind::Timeout => Arrival::Absent("a response".into(), failure.text.clone()),
                _ => Arrival::Missed("a response".into(), failure.text.clone()),
            },
            entry: None,
            shows: None,
        }),
        _ => None,
    }
}

fn of_search<'t>(outcome: &StepOutcome, transcript: &Transcript) -> Option<Meaning<'t>> {
    match outcome {
        StepOutcome::Span { .. } => Some(Meaning {
            arrival: Arrival::Met,
            entry: None,
            shows: Some(Observation::Values),
        }),
        StepOutcome::Lost { reply, why, in_time } => {
            let reply_shown = reply.and_then(|entry| shown(transcript, entry));
            let reply_shown = reply_shown.map(|reply| format!(": {reply}")).unwrap_or_default();
            let expected = "replies that accept some values and refuse others".into();
            let seen = format!("{why}{reply_shown}");
            Some(Meaning {
                arrival: if *in_time {
                    Arrival::Missed(expected, seen)
                } else {
                    Arrival::Absent(expected, seen)
                },
                entry: *reply,
                shows: None,
            })
        }
        _ => None,
    }
}

/// A step that waits for nothing of the target's.
fn of_deed<'t>(outcome: &StepOutcome) -> Option<Meaning<'t>> {
    matches!(outcome, StepOutcome::Done).then_some(Meaning {
        arrival: Arrival::Silent,
        entry: None,
        shows: Some(Observation::Values),
    })
}

impl Meaning<'_> {
    fn unclear(failure: &Failure) -> Self {
        Self {
            arrival: Arrival::Unclear(failure.text.clone()),
            entry: None,
            shows: None,
        }
    }
}
