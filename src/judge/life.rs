//! The sign of life: whether the server still serves a new connection after the row.

use super::{
    account::Account,
    evidence::Evidence,
    step::{Arrival, meaning},
    verdict::{CheckOutcome, Waited},
};
use crate::{
    check::Mismatch,
    plan::{Instance, Role},
    transcript::StepOutcome,
};
use wire::event::FailureKind;

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
    let asked = || {
        plan.script
            .instances
            .iter()
            .filter(|instance| instance.role == Role::Alive)
    };
    let outcomes = || asked().filter_map(|instance| Some(&evidence.finished(instance.number)?.outcome));
    // What is the harness's own says nothing of the server.
    if let Some(why) = outcomes().find_map(ours) {
        account.unclear(|| format!("the sign of life: {why}"));
        account.note(clause, "survives", CheckOutcome::Unknown(why));
        return;
    }
    if let Some(StepOutcome::Skipped(why)) = outcomes().next() {
        account.note(clause, "survives", CheckOutcome::NotExercised(why.clone()));
        return;
    }
    let dead = asked().find_map(|instance| failed(evidence, instance));
    match (dead, &plan.row.case.survives_place) {
        (Some((seen, absent)), Some(place)) => {
            let mismatch = Mismatch {
                at: String::new(),
                expected: "a server that still serves a new connection afterwards".into(),
                seen,
            };
            account.find(&clause, place, None, mismatch).absent = absent;
            account.note(clause, "survives", CheckOutcome::Failed);
        }
        _ => account.note(clause, "survives", CheckOutcome::Held),
    }
}

/// What kept the harness from asking.
fn ours(outcome: &StepOutcome) -> Option<String> {
    match outcome {
        StepOutcome::Broken(why) => Some(why.clone()),
        StepOutcome::Failed(failure) if failure.kind == FailureKind::Harness => Some(failure.text.clone()),
        _ => None,
    }
}

/// Why a step of the sign of life failed, if it did.
fn failed(evidence: &Evidence<'_>, instance: &Instance) -> Option<(String, Option<Waited>)> {
    let Some(finished) = evidence.finished(instance.number) else {
        return Some(("no sign of life was asked for".into(), None));
    };
    match &finished.outcome {
        StepOutcome::Skipped(_) | StepOutcome::Broken(_) => None,
        StepOutcome::Failed(failure) if failure.kind != FailureKind::Timeout => Some((failure.text.clone(), None)),
        outcome => match meaning(&instance.step, outcome, evidence.transcript).arrival {
            Arrival::Absent(_, seen) => Some((seen, evidence.waited(instance.number))),
            Arrival::Missed(_, seen) | Arrival::Unclear(seen) => Some((seen, None)),
            Arrival::Met | Arrival::Silent => None,
        },
    }
}
