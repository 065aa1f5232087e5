//! What conformance means: a plan and a transcript give a verdict. Pure: the same two give the same verdict on any
//! machine, next year, offline.
//!
//! A row is judged in four parts: its [`steps`], what [`always`] holds of its messages, the [`leftovers`] and the sign of
//! [`life`] after it. Each puts what it finds into the row's [`account`].

mod account;
mod again;
mod always;
mod checked;
mod control;
mod evidence;
mod leftovers;
mod life;
mod step;
mod steps;
#[cfg(test)]
mod tests;
mod verdict;

use self::{account::Account, evidence::Evidence};
pub use self::{
    account::GONE,
    again::{Again, Repeated, absences},
    verdict::{CheckOutcome, CheckResult, Finding, Judgement, Severity, Verdict},
};
use crate::{plan::Plan, transcript::Transcript};

/// The most findings that what always holds, and what nobody expected, make of one row: a flood is told once.
const MAX_FINDINGS: usize = 20;

/// Judges a row that was not run.
pub fn not_run(plan: &Plan, verdict: Verdict) -> Judgement {
    let why = verdict.because().unwrap_or(verdict.name()).to_owned();
    let mut account = Account::new(plan);
    account.skip_all(&why);
    account.conclude_as(verdict, 0)
}

/// Judges a row.
pub fn judge(plan: &Plan, transcript: &Transcript) -> Judgement {
    let duration = transcript.entries.last().map_or(0, |entry| entry.at);
    let evidence = Evidence::new(transcript);
    let mut account = Account::new(plan);
    steps::judge(&mut account, &evidence);
    if let Some(why) = account.blocked().map(str::to_owned) {
        let blocked = account.emptied(&why);
        let trouble = blocked.trouble(transcript.cut);
        return blocked.conclude_as(trouble.unwrap_or(Verdict::NotAssessed(why)), duration);
    }
    always::judge(&mut account, &evidence);
    leftovers::judge(&mut account, &evidence);
    life::judge(&mut account, &evidence);
    account.conclude(transcript.cut, duration)
}
