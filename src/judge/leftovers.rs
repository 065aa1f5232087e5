//! What nobody expected: messages that were left over at the end of the row.

use super::{
    MAX_FINDINGS,
    account::Account,
    evidence::{Evidence, shown},
    verdict::CheckOutcome,
};
use crate::{check::Mismatch, transcript::StepOutcome};

/// Judges the leftovers by the clause that the manifest has for them.
pub fn judge(account: &mut Account<'_>, evidence: &Evidence<'_>) {
    let plan = account.plan;
    let finished = evidence.finished(plan.script.instances.len());
    let Some(StepOutcome::Leftover(entries)) = finished.map(|finished| &finished.outcome) else {
        return;
    };
    let Some(clause) = plan.suite.manifest.leftover.clone() else {
        return;
    };
    let place = plan.row.case.source.place(0..0);
    for (nth, entry) in entries.iter().take(MAX_FINDINGS).enumerate() {
        let mut seen = shown(evidence.transcript, *entry).unwrap_or_default();
        if nth + 1 == MAX_FINDINGS && entries.len() > MAX_FINDINGS {
            seen = format!("{seen}, and {} more", entries.len() - MAX_FINDINGS);
        }
        let mismatch = Mismatch {
            at: String::new(),
            expected: "no message that answers nothing".into(),
            seen,
        };
        account.find(&clause, &place, Some(*entry), mismatch);
        account.note(clause.clone(), "leftover", CheckOutcome::Failed);
    }
}
