//! Late is not absent: what becomes of findings that something did not come, once the target was asked for it again with more
//! patience, and once it is known how late the harness itself was. The documents set no time for an answer.

#[cfg(test)]
mod tests;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{
    evidence::Evidence,
    step::{Arrival, meaning},
    verdict::{CheckOutcome, Finding, Judgement, Severity, Verdict},
};
use crate::{
    plan::{Plan, Role},
    transcript::{StepOutcome, Transcript},
};

/// A harness that was no later than this has missed nothing.
const HARNESS_LATE: Duration = Duration::from_millis(100);

/// What is known of a row besides its transcript.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Repeated {
    /// What came of it when the target was asked again for what had not come.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub again: Vec<Again>,
    /// How late the harness was while the row was run, in milliseconds.
    #[serde(skip_serializing_if = "is_zero")]
    pub harness_late_ms: u64,
}

/// One thing that the target was asked for again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Again {
    pub clause: String,
    /// The step or case that waits for it, by its place.
    pub line: String,
    /// How long it was waited for, in microseconds.
    pub waited_us: u64,
    /// Whether it came.
    pub came: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_zero(late: &u64) -> bool {
    *late == 0
}

/// What a row lacks: clauses, and the places that wait for what did not come.
pub fn absences(judgement: &Judgement) -> impl Iterator<Item = (&str, &str)> {
    let weighs = |finding: &&Finding| finding.absent.is_some() && finding.severity > Severity::Note;
    let absent = judgement.findings.iter().filter(weighs);
    absent.map(|finding| (finding.clause.as_str(), finding.line.as_str()))
}

impl Again {
    /// What came of this clause's step in a row that was run again; `None` if it did not get that far, or came to something else
    /// than what is waited for: then nothing is known that would excuse the first time.
    pub fn of(clause: &str, line: &str, plan: &Plan, transcript: &Transcript, judgement: &Judgement) -> Option<Self> {
        let still = judgement.findings.iter().find_map(|finding| {
            let same = finding.clause == clause && finding.line == line;
            finding.absent.filter(|_| same)
        });
        if let Some(waited) = still {
            return Some(Self::new(clause, line, waited.us, false));
        }
        let evidence = Evidence::new(transcript);
        let place = plan.row.case.survives_place.as_ref();
        let survives = place.is_some_and(|place| place.line() == line);
        let asked = plan.script.instances.iter().filter(|instance| {
            (survives && instance.role == Role::Alive) || (!survives && instance.step.place.line() == line)
        });
        // What was cut short says nothing.
        if transcript.cut.is_some() {
            return None;
        }
        let mut longest = None;
        for instance in asked {
            let finished = evidence.finished(instance.number)?;
            let arrival = match &finished.outcome {
                StepOutcome::Skipped(_) | StepOutcome::Broken(_) => return None,
                outcome => meaning(&instance.step, outcome, transcript).arrival,
            };
            match arrival {
                Arrival::Met => longest = longest.max(Some(evidence.waited(instance.number)?.us)),
                Arrival::Silent => {}
                Arrival::Missed(..) | Arrival::Absent(..) | Arrival::Unclear(_) => return None,
            }
        }
        longest.map(|us| Self::new(clause, line, us, true))
    }

    fn new(clause: &str, line: &str, waited_us: u64, came: bool) -> Self {
        Self {
            clause: clause.to_owned(),
            line: line.to_owned(),
            waited_us,
            came,
        }
    }
}

/// What a finding of absence comes to.
enum Fate {
    /// It did not come again, or nobody asked.
    Stands(Option<String>),
    /// It says nothing about the target.
    Falls(String),
}

impl Repeated {
    /// Whether there is nothing to say.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// The judgement in the light of this.
    pub fn apply(&self, mut judgement: Judgement) -> Judgement {
        let mut fallen: Option<(usize, String)> = None;
        let mut at = 0;
        while let Some(finding) = judgement.findings.get_mut(at) {
            match finding.absent.map(|waited| self.fate(finding, waited.us)) {
                Some(Fate::Falls(why)) => {
                    let from = finding.absent.map_or(0, |waited| waited.entry);
                    fallen.get_or_insert((from, why));
                    judgement.findings.remove(at);
                    continue;
                }
                Some(Fate::Stands(Some(more))) => finding.seen = format!("{}; {more}", finding.seen),
                Some(Fate::Stands(None)) | None => {}
            }
            at += 1;
        }
        if let Some((from, why)) = fallen {
            // What followed followed from it: the answer that came later is left over, and answers the next question.
            let before = |finding: &Finding| finding.entry.is_none_or(|entry| entry < from);
            judgement.findings.retain(before);
            withdraw(&mut judgement, &why);
        }
        judgement
    }

    fn fate(&self, finding: &Finding, waited_us: u64) -> Fate {
        let same = |again: &&Again| again.clause == finding.clause && again.line == finding.line;
        let harness = Duration::from_millis(self.harness_late_ms);
        let late = || {
            Fate::Falls(format!(
                "the harness was {} ms late, and may have missed it",
                harness.as_millis()
            ))
        };
        match self.again.iter().find(same) {
            None if harness >= HARNESS_LATE => late(),
            None => Fate::Stands(None),
            Some(again) if !again.came => Fate::Stands(Some(format!(
                "asked again, it did not come within {} either",
                shown(again.waited_us)
            ))),
            Some(again) if again.waited_us > waited_us => Fate::Falls(format!(
                "{}: what was waited for came late, after {} when asked again; `timeouts.expect = \"{}s\"` in the profile allows more",
                finding.clause,
                shown(again.waited_us),
                again.waited_us.div_ceil(500_000).max(1)
            )),
            Some(_) if harness >= HARNESS_LATE => late(),
            Some(again) => Fate::Stands(Some(format!(
                "asked again, it came after {}: it is missing now and then (intermittent)",
                shown(again.waited_us)
            ))),
        }
    }
}

fn shown(us: u64) -> String {
    let ms = us.div_ceil(1000);
    if ms < 1000 {
        format!("{ms} ms")
    } else {
        format!("{}.{} s", ms / 1000, ms % 1000 / 100)
    }
}

/// Failed checks without a finding are unknown now, and so is the row unless another finding accuses.
fn withdraw(judgement: &mut Judgement, why: &str) {
    for checked in &mut judgement.check_results {
        let found = judgement
            .findings
            .iter()
            .any(|finding| finding.clause == checked.clause);
        if checked.result == CheckOutcome::Failed && !found {
            checked.result = CheckOutcome::Unknown(why.to_owned());
        }
    }
    let violated = judgement
        .findings
        .iter()
        .any(|finding| finding.severity == Severity::Violation);
    if !violated && matches!(judgement.verdict, Verdict::Violates | Verdict::Warning) {
        judgement.verdict = Verdict::Inconclusive(why.to_owned());
    }
}
