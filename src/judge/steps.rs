//! The steps of a row, one after the other: each one's own clause, then its checks.

use super::{
    account::Account,
    evidence::{Evidence, Values},
    step::{Arrival, Meaning, meaning},
    verdict::{CheckOutcome, Waited},
};
use crate::{
    check::Mismatch,
    plan::{Instance, Role},
    suite::case::Act,
    transcript::StepOutcome,
};

const NOTHING_TO_LOOK_AT: &str = "there was nothing to look at";

/// Judges the steps, up to a precondition that failed. Those of the sign of life are judged elsewhere.
pub fn judge(account: &mut Account<'_>, evidence: &Evidence<'_>) {
    let plan = account.plan;
    for instance in plan
        .script
        .instances
        .iter()
        .filter(|instance| instance.role != Role::Alive)
    {
        judge_step(account, evidence, instance);
        if account.blocked().is_some() {
            return;
        }
    }
}

fn judge_step(account: &mut Account<'_>, evidence: &Evidence<'_>, instance: &Instance) {
    let step = &instance.step;
    let Some(finished) = evidence.finished(instance.number) else {
        unexercised(account, instance, "the row was cut short");
        return;
    };
    match &finished.outcome {
        StepOutcome::Skipped(why) => unexercised(account, instance, why),
        StepOutcome::Broken(why) => {
            account.broken(|| format!("{}: {why}", step.place.line()));
            unexercised(account, instance, why);
        }
        StepOutcome::Nothing { ended: true, .. } if matches!(step.act, Act::Silence(_)) => {
            unexercised(account, instance, "the connection had ended, which is no silence");
        }
        outcome => {
            let Meaning { arrival, entry, shows } = meaning(step, outcome, evidence.transcript);
            conclude(account, instance, entry, (arrival, evidence.waited(instance.number)));
            let Some(seen) = shows else {
                checks_unexercised(account, instance, NOTHING_TO_LOOK_AT);
                return;
            };
            let scope = Values(&finished.values);
            let answers = account.plan.suite.manifest.answers.as_ref();
            account.controls.note(instance.role, &seen, answers, &scope);
            for check in &step.checks {
                account.check(check, &seen, &scope, entry, instance.role == Role::Given);
            }
        }
    }
}

/// Judges the step's own clause.
fn conclude(
    account: &mut Account<'_>,
    instance: &Instance,
    entry: Option<usize>,
    (arrival, waited): (Arrival, Option<Waited>),
) {
    let (step, given) = (&instance.step, instance.role == Role::Given);
    let absent = waited.filter(|_| matches!(arrival, Arrival::Absent(..)));
    let clause = own_clause(account, instance);
    match arrival {
        Arrival::Silent => {}
        Arrival::Met => {
            if let (Some(clause), false) = (clause, given) {
                account.note(clause, step.label(), CheckOutcome::Held);
            }
        }
        Arrival::Unclear(why) => {
            account.unclear(|| why.clone());
            if given {
                account.block(&step.place, &why);
            } else if let Some(clause) = clause {
                account.note(clause, step.label(), CheckOutcome::Unknown(why));
            }
        }
        Arrival::Missed(expected, seen) | Arrival::Absent(expected, seen) => {
            if given {
                account.block(&step.place, &format!("expected {expected}, seen {seen}"));
            } else if let Some(clause) = clause {
                let mismatch = Mismatch {
                    at: String::new(),
                    expected,
                    seen,
                };
                account.find(&clause, &step.place, entry, mismatch).absent = absent;
                account.note(clause, step.label(), CheckOutcome::Failed);
            }
        }
    }
}

fn own_clause(account: &Account<'_>, instance: &Instance) -> Option<String> {
    let clause = instance.step.requirement.as_ref()?;
    account.plan.row.clause(clause)
}

fn unexercised(account: &mut Account<'_>, instance: &Instance, why: &str) {
    let step = &instance.step;
    if instance.role == Role::Given {
        account.block(&step.place, why);
        return;
    }
    if let Some(clause) = own_clause(account, instance) {
        account.note(clause, step.label(), CheckOutcome::NotExercised(why.to_owned()));
    }
    checks_unexercised(account, instance, why);
}

fn checks_unexercised(account: &mut Account<'_>, instance: &Instance, why: &str) {
    for check in &instance.step.checks {
        let clause = check.requirement.as_ref();
        if let Some(clause) = clause.and_then(|clause| account.plan.row.clause(clause)) {
            account.note(clause, check.label(), CheckOutcome::NotExercised(why.to_owned()));
        }
    }
}
