//! What is noted of a row while it is judged: findings, check results, and what stands in the way of a verdict. At the end it
//! is drawn up as the row's judgement.

use super::{
    control::Controls,
    verdict::{CheckOutcome, CheckResult, Finding, Judgement, Severity, Verdict},
};
use crate::{
    check::{Kept, Mismatch},
    plan::Plan,
    suite::catalogue::Level,
    syntax::source::Place,
    transcript::Cut,
};

/// Why nothing more could be found out.
pub const GONE: &str = "the target can't be reached any more";

/// The account of one row.
pub struct Account<'a> {
    pub plan: &'a Plan,
    findings: Vec<Finding>,
    check_results: Vec<CheckResult>,
    kept: Vec<Kept>,
    blocked: Option<String>,
    inconclusive: Option<String>,
    broken: Option<String>,
    /// What was served and what refused.
    pub controls: Controls,
}

impl<'a> Account<'a> {
    /// An account with nothing in it.
    pub fn new(plan: &'a Plan) -> Self {
        Self {
            plan,
            findings: Vec::new(),
            check_results: Vec::new(),
            kept: Vec::new(),
            blocked: None,
            inconclusive: None,
            broken: None,
            controls: Controls::default(),
        }
    }

    /// Everything that this row could have judged, unexercised.
    pub fn skip_all(&mut self, why: &str) {
        for clause in self.plan.clauses() {
            self.note(clause, "row", CheckOutcome::NotExercised(why.to_owned()));
        }
    }

    /// What came of a check.
    pub fn note(&mut self, clause: String, what: impl Into<String>, result: CheckOutcome) {
        self.check_results.push(CheckResult {
            clause,
            what: what.into(),
            result,
        });
    }

    /// How much a broken clause weighs.
    pub fn severity(&self, clause: &str) -> Severity {
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

    /// A finding: a clause that is broken in some degree.
    pub fn find(&mut self, clause: &str, place: &Place, entry: Option<usize>, mismatch: Mismatch) -> &mut Finding {
        let severity = self.severity(clause);
        let at = self.findings.len();
        self.findings.push(Finding {
            clause: clause.to_owned(),
            severity,
            at: mismatch.at,
            expected: mismatch.expected,
            seen: mismatch.seen,
            reading: None,
            line: place.line(),
            entry,
            absent: None,
        });
        &mut self.findings[at]
    }

    /// A finding as it is.
    pub fn push(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    /// How many findings there are.
    pub fn findings(&self) -> usize {
        self.findings.len()
    }

    /// Keeps what a snapshot shows.
    pub fn keep(&mut self, kept: Kept) {
        self.kept.push(kept);
    }

    /// The harness could not find out. The first reason counts.
    pub fn unclear(&mut self, why: impl FnOnce() -> String) {
        self.inconclusive.get_or_insert_with(why);
    }

    /// The harness itself failed. The first reason counts.
    pub fn broken(&mut self, why: impl FnOnce() -> String) {
        self.broken.get_or_insert_with(why);
    }

    /// A precondition failed. The first reason counts.
    pub fn block(&mut self, place: &Place, why: &str) {
        self.blocked
            .get_or_insert_with(|| format!("blocked: the precondition at {} failed: {why}", place.line()));
    }

    /// Why a precondition failed, if one did.
    pub fn blocked(&self) -> Option<&str> {
        self.blocked.as_deref()
    }

    /// The account of the same row as one that judged nothing.
    pub fn emptied(self, why: &str) -> Self {
        let mut empty = Self {
            inconclusive: self.inconclusive,
            broken: self.broken,
            ..Self::new(self.plan)
        };
        empty.skip_all(why);
        empty
    }

    /// What stands in the way of any verdict about the target.
    pub fn trouble(&self, cut: Option<Cut>) -> Option<Verdict> {
        if let Some(why) = &self.broken {
            return Some(Verdict::HarnessError(why.clone()));
        }
        match cut {
            Some(Cut::Interrupted) => return Some(Verdict::Interrupted),
            Some(Cut::TargetGone) => return Some(Verdict::Inconclusive(GONE.into())),
            Some(Cut::RunDeadline) => return Some(Verdict::Inconclusive("the run's deadline passed".into())),
            Some(Cut::Deadline) => {
                let why = format!("the row's deadline of {:?} passed", self.plan.deadline());
                return Some(Verdict::Inconclusive(why));
            }
            None => {}
        }
        self.inconclusive.clone().map(Verdict::Inconclusive)
    }

    /// The judgement of a row whose verdict follows from its account.
    pub fn conclude(mut self, cut: Option<Cut>, duration: u64) -> Judgement {
        self.set_aside();
        let verdict = self.verdict(cut);
        self.into_judgement(verdict, duration)
    }

    /// The judgement of a row with a verdict of its own.
    pub fn conclude_as(mut self, verdict: Verdict, duration: u64) -> Judgement {
        self.set_aside();
        self.into_judgement(verdict, duration)
    }

    /// What the profile calls not applicable accuses nobody and passes nothing.
    fn set_aside(&mut self) {
        let aside = &self.plan.target.not_applicable;
        self.findings.retain(|finding| !aside.contains_key(&finding.clause));
        for checked in &mut self.check_results {
            if let Some(reason) = aside.get(&checked.clause) {
                checked.result = CheckOutcome::NotApplicable(reason.clone());
            }
        }
    }

    fn verdict(&self, cut: Option<Cut>) -> Verdict {
        let severest = self.findings.iter().map(|finding| finding.severity).max();
        // What is seen of clauses beside its own, such as those that always hold, says nothing of what the row is for.
        let own = self.plan.clauses();
        let exercised = |checked: &CheckResult| {
            (own.is_empty() || own.contains(&checked.clause))
                && !matches!(
                    checked.result,
                    CheckOutcome::NotExercised(_) | CheckOutcome::NotApplicable(_)
                )
        };
        match (self.trouble(cut), severest) {
            (Some(error @ Verdict::HarnessError(_)), _) => error,
            (_, Some(Severity::Violation)) => Verdict::Violates,
            (Some(trouble), _) => trouble,
            (None, Some(Severity::Warning)) => Verdict::Warning,
            (None, _) if self.check_results.iter().any(exercised) => Verdict::Conforms,
            (None, _) => {
                let why = self.check_results.iter().find_map(|checked| match &checked.result {
                    CheckOutcome::NotExercised(why) => Some(why.clone()),
                    _ => None,
                });
                Verdict::NotAssessed(why.unwrap_or_else(|| "no check was exercised".into()))
            }
        }
    }

    fn into_judgement(self, verdict: Verdict, duration: u64) -> Judgement {
        Judgement {
            row: self.plan.row.id.clone(),
            verdict,
            findings: self.findings,
            check_results: self.check_results,
            kept: self.kept,
            answered: self.controls.conclude(),
            duration,
        }
    }
}
