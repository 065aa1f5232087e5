//! Before the rows: how long the target takes to answer, so that every wait fits it, and how far its clock is from ours.

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a test looks at the clock that it has paused")]
mod tests;

use std::{collections::BTreeMap, future::Future, sync::Arc, time::Duration};

use super::{
    clocks,
    declared::{self, Denied},
    scheduler::Scheduler,
};
use crate::{
    plan::Plan,
    replay::ClockHints,
    suite::{Suite, case::Case},
    transcript::{Cut, Transcript, WireEvent},
};

/// How long the first answers of a target are waited for, whatever its profile says: who takes longer is not measured.
const FIRST_ANSWER: Duration = Duration::from_secs(10);

/// A target whose waits and clock fit it, and its rows.
pub struct Fitted {
    pub scheduler: Scheduler,
    pub plans: Vec<Arc<Plan>>,
    /// How long it takes to answer, the slowest of its suites.
    pub reply: Duration,
    /// What the operator should know of it.
    pub notes: Vec<String>,
    /// What the profile says and the target denies.
    pub contradicted: Vec<String>,
}

/// Looks at the target and fits the rows to it, as far as that is not cut short.
///
/// A profile that is `true_by_construction` is not doubted: what a reference with a fault refuses is its fault.
pub async fn fitted(
    scheduler: &Scheduler,
    plans: Vec<Arc<Plan>>,
    true_by_construction: bool,
    interrupt: impl Future<Output = Cut>,
) -> Fitted {
    let measured = async {
        let signs = signs_of_life(scheduler, &plans).await;
        let fitted = scheduler.with_timeouts(|suite, timeouts| {
            timeouts.reply = signs.get(suite).map(|sign| sign.reply).unwrap_or_default();
        });
        let seen = signs.iter().map(|(suite, sign)| (suite.clone(), sign.clock)).collect();
        // Who gives no sign of life has no more to say either.
        let there = |plan: &&Arc<Plan>| {
            let suite = &plan.suite;
            suite.manifest.alive.is_empty() || signs.contains_key(&suite.name)
        };
        let answering: Vec<Arc<Plan>> = plans.iter().filter(there).cloned().collect();
        let (clocks, notes) = clocks::ask(&fitted, &answering, &seen).await;
        let fitted = fitted.with_clocks(clocks);
        let denied = if true_by_construction {
            Denied::new()
        } else {
            declared::denied(&fitted, &answering).await
        };
        Fitted {
            plans: Vec::new(),
            contradicted: denied.values().cloned().collect(),
            scheduler: fitted.without(denied),
            reply: signs.values().map(|sign| sign.reply).max().unwrap_or_default(),
            notes,
        }
    };
    let fitted = tokio::select! {
        biased;
        _ = interrupt => Fitted {
            scheduler: scheduler.with_timeouts(|_, _| ()),
            plans: Vec::new(),
            reply: Duration::ZERO,
            notes: Vec::new(),
            contradicted: Vec::new(),
        },
        measured = measured => measured,
    };
    let aimed = plans.into_iter().filter_map(|plan| fitted.scheduler.aim(plan));
    Fitted {
        plans: aimed.collect(),
        ..fitted
    }
}

/// The suites of some rows.
pub(super) fn suites(plans: &[Arc<Plan>]) -> BTreeMap<&str, &Arc<Suite>> {
    plans
        .iter()
        .map(|plan| (plan.suite.name.as_str(), &plan.suite))
        .collect()
}

/// What a sign of life shows.
struct SignOfLife {
    /// The longest answer.
    reply: Duration,
    clock: ClockHints,
}

/// The signs of life of the suites that give one.
async fn signs_of_life(scheduler: &Scheduler, plans: &[Arc<Plan>]) -> BTreeMap<String, SignOfLife> {
    let patient = scheduler.with_timeouts(|_, timeouts| {
        timeouts.connect = FIRST_ANSWER;
        timeouts.expect = FIRST_ANSWER;
        timeouts.case = FIRST_ANSWER * 2;
    });
    let mut signs = BTreeMap::new();
    // One after the other, on a connection that has nothing else to do.
    for (name, suite) in suites(plans) {
        let Some(plan) = sign_of_life(&patient, suite) else {
            continue;
        };
        let seen = patient.alone(plan).await;
        let sign = seen.and_then(|(examined, clock)| {
            let reply = longest_answer(&examined.transcript?)?;
            Some(SignOfLife { reply, clock })
        });
        signs.extend(sign.map(|sign| (name.to_owned(), sign)));
    }
    signs
}

/// The row that asks for the sign of life of a suite.
pub(super) fn sign_of_life(scheduler: &Scheduler, suite: &Arc<Suite>) -> Option<Arc<Plan>> {
    let case = Arc::new(Case::of_steps(
        format!("{}/alive", suite.name),
        &suite.manifest,
        &suite.manifest.alive,
    ));
    scheduler.plan_of(suite, &case).filter(|_| !case.given.is_empty())
}

/// The longest that something was waited for which came.
fn longest_answer(transcript: &Transcript) -> Option<Duration> {
    let mut asked = None;
    let mut longest = None;
    for entry in &transcript.entries {
        match entry.what {
            WireEvent::Opening { .. } | WireEvent::Sent { .. } | WireEvent::Requested { .. } => asked = Some(entry.at),
            WireEvent::Opened { .. } | WireEvent::Received { .. } | WireEvent::Responded { .. } => {
                longest = longest.max(asked.take().map(|asked| entry.at.saturating_sub(asked)));
            }
            _ => {}
        }
    }
    longest.map(Duration::from_micros)
}
