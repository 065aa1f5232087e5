//! One check, put to what was seen: held, failed, unknown, or a reading that the server chose.

use super::{
    account::Account,
    verdict::{CheckOutcome, Finding, Severity},
};
use crate::{
    check::{Answer, Check, Demand, Mismatch, Observation},
    suite::catalogue::ReadingVerdict,
    syntax::source::Place,
    syntax::template::Scope,
};

impl Account<'_> {
    /// Puts a check to what was seen. In `given` a failure blocks the row.
    pub fn check(
        &mut self,
        check: &Check,
        seen: &Observation<'_>,
        scope: &dyn Scope,
        entry: Option<usize>,
        given: bool,
    ) {
        if let Demand::Snapshot(snapshot) = &check.demand {
            self.keep(snapshot.keep(seen));
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
            Answer::Holds => self.note(clause, label, CheckOutcome::Held),
            Answer::Reading(name) => self.reading(clause, label, name, &check.place, seen, entry),
            Answer::Fails(mismatches) => {
                let mismatch = merge(mismatches);
                self.find(&clause, &check.place, entry, mismatch);
                self.note(clause, label, CheckOutcome::Failed);
            }
            Answer::Unknown(why) => {
                self.unclear(|| format!("{clause}: {why}"));
                self.note(clause, label, CheckOutcome::Unknown(why));
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
            self.push(Finding {
                severity,
                at: String::new(),
                expected,
                seen: seen.show(),
                reading: Some(name.clone()),
                line: place.line(),
                entry,
                absent: None,
                clause: clause.clone(),
            });
        }
        self.note(clause, label, CheckOutcome::Chose(name));
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
