//! What conformance means: a plan and a transcript give a verdict. Pure: the same two give the same verdict on any
//! machine, next year, offline.

mod step;
mod verdict;

use std::collections::{BTreeMap, BTreeSet};

pub use self::verdict::{CheckOutcome, CheckResult, Finding, Judgement, Severity, Verdict};
use crate::{
    check::{Answer, Check, Demand, Kept, Mismatch, Observation},
    plan::{Plan, Role},
    suite::catalogue::{Level, ReadingVerdict},
    syntax::json::{Node, parse},
    syntax::selector::Message,
    syntax::source::Place,
    syntax::template::Scope,
    transcript::{Cut, Outcome, Settled, Transcript, WireEvent},
};
use wire::event::Received;

/// The most messages of a row that are looked at for what always holds. No case asks for as many.
const LOOKED_AT: usize = 1100;
/// The most findings that what always holds, and what nobody expected, make of one row: a flood is told once.
const TOLD: usize = 20;

/// Names as they were when a step came to its end.
struct Values<'t>(&'t [(String, String)]);

impl Scope for Values<'_> {
    fn lookup(&self, name: &str) -> Option<Node> {
        let (_, text) = self.0.iter().find(|(known, _)| known == name)?;
        parse(text).ok()
    }
}

/// Judges a row that was not run.
pub fn not_run(plan: &Plan, verdict: Verdict) -> Judgement {
    let why = verdict.because().unwrap_or(verdict.name()).to_owned();
    let mut judge = Judge::new(plan, None);
    judge.skip_all(&why);
    judge.finish(Some(verdict), 0)
}

/// Judges a row.
pub fn judge(plan: &Plan, transcript: &Transcript) -> Judgement {
    let duration = transcript.entries.last().map_or(0, |entry| entry.at);
    let mut judge = Judge::new(plan, Some(transcript));
    judge.steps();
    if let Some(why) = judge.blocked.take() {
        let mut blocked = Judge::new(plan, Some(transcript));
        blocked.skip_all(&why);
        blocked.inconclusive = judge.inconclusive;
        blocked.broken = judge.broken;
        let verdict = blocked.trouble().unwrap_or(Verdict::NotAssessed(why));
        return blocked.finish(Some(verdict), duration);
    }
    judge.always();
    judge.leftovers();
    judge.sign_of_life();
    judge.finish(None, duration)
}

struct Judge<'a> {
    plan: &'a Plan,
    transcript: Option<&'a Transcript>,
    settled: BTreeMap<usize, &'a Settled>,
    findings: Vec<Finding>,
    check_results: Vec<CheckResult>,
    kept: Vec<Kept>,
    blocked: Option<String>,
    inconclusive: Option<String>,
    broken: Option<String>,
}

impl<'a> Judge<'a> {
    fn new(plan: &'a Plan, transcript: Option<&'a Transcript>) -> Self {
        let entries = transcript.map(|transcript| &transcript.entries[..]).unwrap_or_default();
        let settled = entries.iter().filter_map(|entry| match &entry.what {
            WireEvent::Step(settled) => Some((settled.step, settled)),
            _ => None,
        });
        Self {
            plan,
            transcript,
            settled: settled.collect(),
            findings: Vec::new(),
            check_results: Vec::new(),
            kept: Vec::new(),
            blocked: None,
            inconclusive: None,
            broken: None,
        }
    }

    fn received(&self, entry: usize) -> Option<&'a Received> {
        self.transcript?.received(entry)
    }

    fn steps(&mut self) {
        for step in 0..self.plan.instances.len() {
            if self.plan.instances[step].role != Role::Alive {
                self.step(step);
            }
            if self.blocked.is_some() {
                return;
            }
        }
    }

    /// Everything that this row could have judged, unexercised.
    fn skip_all(&mut self, why: &str) {
        for clause in self.plan.clauses() {
            self.exercise(clause, "row", CheckOutcome::NotExercised(why.to_owned()));
        }
    }

    fn exercise(&mut self, clause: String, what: impl Into<String>, result: CheckOutcome) {
        self.check_results.push(CheckResult {
            clause,
            what: what.into(),
            result,
        });
    }

    /// How much a broken clause weighs.
    fn severity(&self, clause: &str) -> Severity {
        match self
            .plan
            .suite
            .catalogue
            .find(clause)
            .map(|requirement| requirement.level)
        {
            Some(Level::Must) | None => Severity::Violation,
            Some(Level::Should) => Severity::Warning,
            Some(Level::May) => Severity::Note,
        }
    }

    fn find(&mut self, clause: &str, place: &Place, entry: Option<usize>, mismatch: Mismatch) {
        self.findings.push(Finding {
            clause: clause.to_owned(),
            severity: self.severity(clause),
            at: mismatch.at,
            expected: mismatch.expected,
            seen: mismatch.seen,
            reading: None,
            line: place.line(),
            entry,
        });
    }

    /// Exercises a check on what was seen. In `given` a failure blocks the row.
    fn check(&mut self, check: &Check, seen: &Observation<'_>, scope: &dyn Scope, entry: Option<usize>, given: bool) {
        if let Demand::Snapshot(snapshot) = &check.demand {
            self.kept.push(snapshot.keep(seen));
            return;
        }
        let answer = check.judge(seen, scope);
        if given {
            match answer {
                Answer::Holds | Answer::Reading(_) => {}
                Answer::Fails(mismatches) => {
                    let told = mismatches
                        .first()
                        .map(|m| format!("expected {}, seen {}", m.expected, m.seen));
                    self.block(&check.place, &told.unwrap_or_default());
                }
                Answer::Unknown(why) => self.block(&check.place, &why),
            }
            return;
        }
        let Some(clause) = check
            .requirement
            .as_ref()
            .and_then(|clause| self.plan.row.clause(clause))
        else {
            return;
        };
        let label = check.label();
        match answer {
            Answer::Holds => self.exercise(clause, label, CheckOutcome::Held),
            Answer::Reading(name) => self.reading(clause, label, name, &check.place, seen, entry),
            Answer::Fails(mismatches) => {
                let mismatch = merge(mismatches);
                self.find(&clause, &check.place, entry, mismatch);
                self.exercise(clause, label, CheckOutcome::Failed);
            }
            Answer::Unknown(why) => {
                self.inconclusive.get_or_insert_with(|| format!("{clause}: {why}"));
                self.exercise(clause, label, CheckOutcome::Unknown(why));
            }
        }
    }

    /// A server chose a reading: a finding unless that reading simply meets the clause.
    fn reading(
        &mut self,
        clause: String,
        label: String,
        name: String,
        place: &Place,
        seen: &Observation<'_>,
        entry: Option<usize>,
    ) {
        let catalogue = self
            .plan
            .suite
            .catalogue
            .find(&clause)
            .and_then(|requirement| requirement.reading(&name));
        let pin = self.plan.target.pins.get(&clause);
        let (severity, expected) = match (pin, catalogue) {
            (Some(pin), _) if pin.reading == name => (None, String::new()),
            (Some(pin), _) => (
                Some(Severity::Violation),
                format!(
                    "the reading `{}`, which the profile promises ({})",
                    pin.reading, pin.reason
                ),
            ),
            (None, Some(reading)) => {
                let severity = match reading.verdict {
                    ReadingVerdict::Met => None,
                    ReadingVerdict::Info => Some(Severity::Note),
                    // A warning about a clause that is optional anyway is a note.
                    ReadingVerdict::Warning => Some(self.severity(&clause).min(Severity::Warning)),
                };
                (severity, reading.text.en.clone())
            }
            (None, None) => (None, String::new()),
        };
        if let Some(severity) = severity {
            self.findings.push(Finding {
                severity,
                at: String::new(),
                expected,
                seen: seen.show(),
                reading: Some(name.clone()),
                line: place.line(),
                entry,
                clause: clause.clone(),
            });
        }
        self.exercise(clause, label, CheckOutcome::Chose(name));
    }

    fn block(&mut self, place: &Place, why: &str) {
        self.blocked
            .get_or_insert_with(|| format!("blocked: the precondition at {} failed: {why}", place.line()));
    }

    /// The manifest's checks on every message.
    fn always(&mut self) {
        let Some(transcript) = self.transcript else { return };
        let fenced: BTreeSet<usize> = transcript
            .entries
            .iter()
            .filter_map(|entry| match entry.what {
                WireEvent::Fenced(entry) => Some(entry),
                _ => None,
            })
            .collect();
        let scope = Values(&[]);
        let suite = self.plan.suite.clone();
        let before = self.findings.len();
        let received = transcript
            .entries
            .iter()
            .enumerate()
            .filter_map(|(entry, what)| match &what.what {
                WireEvent::Received { received, .. } => Some((entry, received)),
                _ => None,
            });
        let looked_at = received.filter(|(entry, received)| !received.opcode.is_control() && !fenced.contains(entry));
        for (entry, received) in looked_at.take(LOOKED_AT) {
            if self.findings.len() >= before + TOLD {
                return;
            }
            let message = Message::new(received.clone());
            let always = suite
                .manifest
                .always
                .iter()
                .filter(|always| always.on.meets(&message, &scope));
            let seen = Observation::message(received);
            for always in always {
                for check in &always.checks {
                    self.check(check, &seen, &scope, Some(entry), false);
                }
            }
        }
    }

    /// What nobody expected.
    fn leftovers(&mut self) {
        let step = self.plan.instances.len();
        let Some(Outcome::Leftover(entries)) = self.settled.get(&step).map(|settled| &settled.outcome) else {
            return;
        };
        let Some(clause) = self.plan.suite.manifest.leftover.clone() else {
            return;
        };
        let place = self.plan.row.case.source.place(0..0);
        for (nth, entry) in entries.iter().take(TOLD).enumerate() {
            let mut seen = self
                .received(*entry)
                .map(|received| Observation::message(received).show())
                .unwrap_or_default();
            if nth + 1 == TOLD && entries.len() > TOLD {
                seen = format!("{seen}, and {} more", entries.len() - TOLD);
            }
            let mismatch = Mismatch {
                at: String::new(),
                expected: "no message that answers nothing".into(),
                seen,
            };
            self.find(&clause, &place, Some(*entry), mismatch);
            self.exercise(clause.clone(), "leftover", CheckOutcome::Failed);
        }
    }

    /// Whether the server still serves a new connection.
    fn sign_of_life(&mut self) {
        let Some(clause) = self
            .plan
            .row
            .case
            .survives
            .as_ref()
            .and_then(|clause| self.plan.row.clause(clause))
        else {
            return;
        };
        if self.transcript.is_some_and(|transcript| transcript.cut.is_some()) {
            let why = "the row was cut short".to_owned();
            self.exercise(clause, "survives", CheckOutcome::NotExercised(why));
            return;
        }
        let mut dead = None;
        for step in 0..self.plan.instances.len() {
            if self.plan.instances[step].role == Role::Alive && dead.is_none() {
                dead = self.life(step);
            }
        }
        let place = self.plan.row.case.survives_place.clone();
        match (dead, place) {
            (Some(seen), Some(place)) => {
                let mismatch = Mismatch {
                    at: String::new(),
                    expected: "a server that still serves a new connection afterwards".into(),
                    seen,
                };
                self.find(&clause, &place, None, mismatch);
                self.exercise(clause, "survives", CheckOutcome::Failed);
            }
            _ => self.exercise(clause, "survives", CheckOutcome::Held),
        }
    }

    /// What stands in the way of any verdict about the target.
    fn trouble(&self) -> Option<Verdict> {
        if let Some(why) = &self.broken {
            return Some(Verdict::HarnessError(why.clone()));
        }
        match self.transcript.and_then(|transcript| transcript.cut) {
            Some(Cut::Interrupted) => return Some(Verdict::Interrupted),
            Some(Cut::RunDeadline) => return Some(Verdict::Inconclusive("the run's deadline passed".into())),
            Some(Cut::Deadline) => {
                let why = format!("the row's deadline of {:?} passed", self.plan.deadline());
                return Some(Verdict::Inconclusive(why));
            }
            None => {}
        }
        self.inconclusive.clone().map(Verdict::Inconclusive)
    }

    /// What the profile calls not applicable accuses nobody and passes nothing.
    fn set_aside(&mut self) {
        let aside = &self.plan.target.not_applicable;
        self.findings.retain(|finding| !aside.contains_key(&finding.clause));
        for exercise in &mut self.check_results {
            if let Some(reason) = aside.get(&exercise.clause) {
                exercise.result = CheckOutcome::NotApplicable(reason.clone());
            }
        }
    }

    fn finish(mut self, verdict: Option<Verdict>, duration: u64) -> Judgement {
        self.set_aside();
        let heaviest = self.findings.iter().map(|finding| finding.severity).max();
        let exercised =
            |result: &CheckOutcome| !matches!(result, CheckOutcome::NotExercised(_) | CheckOutcome::NotApplicable(_));
        let verdict = verdict.unwrap_or_else(|| match (self.trouble(), heaviest) {
            (Some(error @ Verdict::HarnessError(_)), _) => error,
            (_, Some(Severity::Violation)) => Verdict::Violates,
            (Some(trouble), _) => trouble,
            (None, Some(Severity::Warning)) => Verdict::Warning,
            (None, _) if self.check_results.iter().any(|exercise| exercised(&exercise.result)) => Verdict::Conforms,
            (None, _) => {
                let why = self.check_results.iter().find_map(|exercise| match &exercise.result {
                    CheckOutcome::NotExercised(why) => Some(why.clone()),
                    _ => None,
                });
                Verdict::NotAssessed(why.unwrap_or_else(|| "no check was exercised".into()))
            }
        });
        Judgement {
            row: self.plan.row.id.clone(),
            verdict,
            findings: self.findings,
            check_results: self.check_results,
            kept: self.kept,
            duration,
        }
    }
}

/// Several readings that did not hold, as one mismatch.
fn merge(mismatches: Vec<Mismatch>) -> Mismatch {
    let mut all = mismatches.into_iter();
    let Some(first) = all.next() else {
        return Mismatch {
            at: String::new(),
            expected: "a known reading".into(),
            seen: "none".into(),
        };
    };
    all.fold(first, |mut merged, next| {
        merged.expected = format!("{}, or {}", merged.expected, next.expected);
        merged
    })
}
