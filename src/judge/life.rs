//! The sign of life: whether the server still serves a new connection after the row.

use super::{
    account::Account,
    evidence::Evidence,
    step::{Arrival, meaning},
    verdict::CheckOutcome,
};
use crate::{
    check::Mismatch,
    plan::{Instance, Role},
    transcript::StepOutcome,
};

/// Judges the clause of a case that the server survives it.
pub fn judge(account: &mut Account<'_>, evidence: &Evidence<'_>) {
    let plan = account.plan;
    let survives = plan.row.case.survives.as_ref();
    let Some(clause) = survives.and_then(|clause| plan.row.clause(clause)) else {
        return;
    };
    if evidence.transcript.cut.is_some() {
        let why = "the row was cut short".to_owned();
        account.note(clause, "survives", CheckOutcome::NotExercised(why));
        return;
    }
    let mut asked = plan.instances.iter().filter(|instance| instance.role == Role::Alive);
    let dead = asked.find_map(|instance| failed(evidence, instance));
    match (dead, &plan.row.case.survives_place) {
        (Some(seen), Some(place)) => {
            let mismatch = Mismatch {
                at: String::new(),
                expected: "a server that still serves a new connection afterwards".into(),
                seen,
            };
            account.find(&clause, place, None, mismatch);
            account.note(clause, "survives", CheckOutcome::Failed);
        }
        _ => account.note(clause, "survives", CheckOutcome::Held),
    }
}

/// Why a step of the sign of life failed, if it did.
fn failed(evidence: &Evidence<'_>, instance: &Instance) -> Option<String> {
    let Some(finished) = evidence.finished(instance.number) else {
        return Some("no sign of life was asked for".into());
    };
    match &finished.outcome {
        StepOutcome::Skipped(_) => None,
        StepOutcome::Failed(failure) => Some(failure.text.clone()),
        StepOutcome::Broken(why) => Some(why.clone()),
        outcome => match meaning(&instance.step, outcome, evidence.transcript).arrival {
            Arrival::Missed(_, seen) | Arrival::Unclear(seen) => Some(seen),
            Arrival::Met | Arrival::Silent => None,
        },
    }
}
