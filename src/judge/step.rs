//! One step: what its outcome says of its clause, and its checks.

use super::{CheckOutcome, Judge, Values};
use crate::{
    check::{Closing, Handshake, Mismatch, Observation, Refusal},
    plan::Role,
    suite::case::{Act, Outcome as Wanted, Step},
    transcript::{Outcome, Served, Transcript},
};
use wire::event::{Failure, FailureKind};

/// What a step's outcome means for the clause that the step names.
enum Arrival {
    /// As demanded.
    Met,
    /// Not as demanded: what was expected, what was seen.
    Missed(String, String),
    /// Nothing can be said.
    Unclear(String),
    /// The step judges nothing by itself.
    Silent,
}

impl Judge<'_> {
    pub(super) fn step(&mut self, number: usize) {
        let instance = &self.plan.instances[number];
        let (step, given) = (instance.step.clone(), instance.role == Role::Given);
        let Some(settled) = self.settled.get(&number).copied() else {
            self.unexercised(&step, given, "the row was cut short");
            return;
        };
        match &settled.outcome {
            Outcome::Skipped(why) => self.unexercised(&step, given, why),
            Outcome::Broken(why) => {
                self.broken
                    .get_or_insert_with(|| format!("{}: {why}", step.place.line()));
                self.unexercised(&step, given, why);
            }
            outcome => {
                let entry = entry(outcome);
                let arrival = self.arrival(&step, outcome);
                let showed = self.conclude(&step, given, entry, arrival, outcome);
                let scope = Values(&settled.values);
                if !showed {
                    self.checks_unexercised(&step, "there was nothing to look at");
                    return;
                }
                let Some(transcript) = self.transcript else { return };
                let handshake = handshake(transcript, outcome);
                if let Some(seen) = seen(transcript, &step, outcome, handshake) {
                    for check in &step.checks {
                        self.check(check, &seen, &scope, entry, given);
                    }
                }
            }
        }
    }

    /// Why the sign of life failed, if it did.
    pub(super) fn life(&self, number: usize) -> Option<String> {
        let step = &self.plan.instances[number].step;
        let Some(settled) = self.settled.get(&number) else {
            return Some("no sign of life was asked for".into());
        };
        match &settled.outcome {
            Outcome::Skipped(_) => None,
            Outcome::Failed(failure) => Some(failure.text.clone()),
            outcome => match self.arrival(step, outcome) {
                Arrival::Missed(_, seen) | Arrival::Unclear(seen) => Some(seen),
                Arrival::Met | Arrival::Silent => None,
            },
        }
    }

    fn unexercised(&mut self, step: &Step, given: bool, why: &str) {
        if given {
            self.block(&step.place, why);
            return;
        }
        if let Some(clause) = step
            .requirement
            .as_ref()
            .and_then(|clause| self.plan.row.clause(clause))
        {
            self.exercise(clause, step.label(), CheckOutcome::NotExercised(why.to_owned()));
        }
        self.checks_unexercised(step, why);
    }

    fn checks_unexercised(&mut self, step: &Step, why: &str) {
        for check in &step.checks {
            if let Some(clause) = check
                .requirement
                .as_ref()
                .and_then(|clause| self.plan.row.clause(clause))
            {
                self.exercise(clause, check.label(), CheckOutcome::NotExercised(why.to_owned()));
            }
        }
    }

    /// Judges the step's own clause; whether its checks have something to look at.
    fn conclude(
        &mut self,
        step: &Step,
        given: bool,
        entry: Option<usize>,
        arrival: Arrival,
        outcome: &Outcome,
    ) -> bool {
        let clause = step
            .requirement
            .as_ref()
            .and_then(|clause| self.plan.row.clause(clause));
        match arrival {
            Arrival::Silent => {}
            Arrival::Met => {
                if let (Some(clause), false) = (clause, given) {
                    self.exercise(clause, step.label(), CheckOutcome::Held);
                }
            }
            Arrival::Unclear(why) => {
                self.inconclusive.get_or_insert_with(|| why.clone());
                if given {
                    self.block(&step.place, &why);
                } else if let Some(clause) = clause {
                    self.exercise(clause, step.label(), CheckOutcome::Unknown(why));
                }
                return false;
            }
            Arrival::Missed(expected, seen) => {
                if given {
                    self.block(&step.place, &format!("expected {expected}, seen {seen}"));
                } else if let Some(clause) = clause {
                    let mismatch = Mismatch {
                        at: String::new(),
                        expected,
                        seen,
                    };
                    self.find(&clause, &step.place, entry, mismatch);
                    self.exercise(clause, step.label(), CheckOutcome::Failed);
                }
            }
        }
        match outcome {
            Outcome::Nothing { .. } | Outcome::Lost { .. } => false,
            // A refused handshake is something to look at; a missing response is not.
            Outcome::Failed(_) => matches!(step.act, Act::Open(_)),
            _ => true,
        }
    }

    fn arrival(&self, step: &Step, outcome: &Outcome) -> Arrival {
        match (&step.act, outcome) {
            (Act::Open(open), outcome) => open_arrival(open.outcome, outcome, &self.handshake_text(outcome)),
            (Act::Expect(expect), Outcome::Nothing { ended }) => {
                let allowed = if *ended { expect.or_closed } else { expect.or_silence };
                if allowed {
                    return Arrival::Met;
                }
                let within = self.plan.target.timeouts.answer(expect.within);
                let seen = if *ended {
                    "the connection ended".to_owned()
                } else {
                    format!("nothing within {within:?}")
                };
                Arrival::Missed("a message that answers".into(), seen)
            }
            (Act::Expect(_), _) => Arrival::Met,
            (Act::Silence(_), Outcome::Disturbed(entries)) => {
                let first = entries.first().and_then(|entry| self.received(*entry));
                let seen = first
                    .map(|received| Observation::message(received).show())
                    .unwrap_or_default();
                Arrival::Missed("no further message".into(), format!("{} more: {seen}", entries.len()))
            }
            (Act::Silence(_), _) => Arrival::Met,
            (Act::Closed(_), Outcome::Closed { ended: None, .. }) => Arrival::Missed(
                "the server ends the connection".into(),
                "the connection stayed open".into(),
            ),
            (Act::Closed(_), _) => Arrival::Met,
            (Act::Close(close), Outcome::Closed { ended: None, .. }) if !close.abrupt => Arrival::Missed(
                "the server answers the close and ends the connection".into(),
                "the connection stayed open".into(),
            ),
            (Act::Close(_), _) => Arrival::Met,
            (Act::Request(request), Outcome::Failed(failure)) => match failure.kind {
                FailureKind::Unreachable | FailureKind::Tls | FailureKind::Harness => {
                    Arrival::Unclear(failure.text.clone())
                }
                FailureKind::Closed | FailureKind::Reset if request.or_closed => Arrival::Met,
                _ => Arrival::Missed("a response".into(), failure.text.clone()),
            },
            (Act::Request(_), _) => Arrival::Met,
            (Act::Search(_), Outcome::Lost { reply, why }) => {
                let reply = reply.and_then(|entry| self.received(entry));
                let shown = reply.map(|received| format!(": {}", Observation::message(received).show()));
                Arrival::Missed(
                    "replies that accept some values and refuse others".into(),
                    format!("{why}{}", shown.unwrap_or_default()),
                )
            }
            (Act::Search(_), _) => Arrival::Met,
            _ => Arrival::Silent,
        }
    }

    fn handshake_text(&self, outcome: &Outcome) -> String {
        let handshake = self.transcript.and_then(|transcript| handshake(transcript, outcome));
        handshake
            .map(|handshake| Observation::Handshake(handshake).show())
            .unwrap_or_default()
    }
}

/// The handshake that an outcome tells of.
fn handshake<'t>(transcript: &'t Transcript, outcome: &'t Outcome) -> Option<Handshake<'t>> {
    let response = |entry: &usize| transcript.response(*entry);
    Some(match outcome {
        Outcome::Accepted { opened, key, served } => Handshake {
            response: response(opened),
            refusal: (*served == Served::Dropped).then_some(Refusal::AfterUpgrade),
            key: key.as_deref(),
            note: "",
        },
        Outcome::Declined { opened, key } => {
            let response = response(opened);
            let redirected = response.is_some_and(|response| matches!(response.status / 100, 2 | 3));
            Handshake {
                response,
                refusal: Some(if redirected {
                    Refusal::Redirected
                } else {
                    Refusal::BeforeUpgrade
                }),
                key: key.as_deref(),
                note: "",
            }
        }
        Outcome::Failed(failure) => Handshake {
            response: None,
            refusal: Some(Refusal::NoResponse),
            key: None,
            note: &failure.text,
        },
        _ => return None,
    })
}

/// What a step's checks look at.
fn seen<'t>(
    transcript: &'t Transcript,
    step: &Step,
    outcome: &'t Outcome,
    handshake: Option<Handshake<'t>>,
) -> Option<Observation<'t>> {
    Some(match (&step.act, outcome) {
        (Act::Open(_), _) => Observation::Handshake(handshake?),
        (Act::Expect(_), Outcome::Took(entry)) => Observation::message(transcript.received(*entry)?),
        (Act::Request(_), Outcome::Took(entry)) => Observation::response(transcript.response(*entry)?),
        (Act::Closed(_) | Act::Close(_), Outcome::Closed { frame, ended }) => Observation::Closing(Closing {
            frame: frame.and_then(|entry| transcript.received(entry)),
            ended: ended.as_ref(),
        }),
        _ => Observation::Values,
    })
}

fn open_arrival(wanted: Wanted, outcome: &Outcome, seen: &str) -> Arrival {
    if let Outcome::Failed(Failure { kind, text, .. }) = outcome {
        match kind {
            FailureKind::Unreachable | FailureKind::Tls | FailureKind::Harness => {
                return Arrival::Unclear(text.clone());
            }
            // Neither accepted nor refused.
            FailureKind::Timeout if wanted != Wanted::Accepted => return Arrival::Unclear(text.clone()),
            _ => {}
        }
    }
    let accepted = matches!(outcome, Outcome::Accepted { served, .. } if *served != Served::Dropped);
    match wanted {
        Wanted::Any => Arrival::Silent,
        Wanted::Accepted if accepted => Arrival::Met,
        Wanted::Accepted => Arrival::Missed("the handshake is accepted with status 101".into(), seen.to_owned()),
        Wanted::Refused if !accepted => Arrival::Met,
        Wanted::Refused => {
            let silent = matches!(
                outcome,
                Outcome::Accepted {
                    served: Served::Silent,
                    ..
                }
            );
            let what = if silent { ", and it stayed open for 2s" } else { "" };
            Arrival::Missed("the connection is refused".into(), format!("{seen}{what}"))
        }
    }
}

fn entry(outcome: &Outcome) -> Option<usize> {
    match outcome {
        Outcome::Took(entry) => Some(*entry),
        Outcome::Accepted { opened, .. } | Outcome::Declined { opened, .. } => Some(*opened),
        Outcome::Disturbed(entries) => entries.first().copied(),
        Outcome::Closed { frame, .. } => *frame,
        Outcome::Lost { reply, .. } => *reply,
        _ => None,
    }
}
