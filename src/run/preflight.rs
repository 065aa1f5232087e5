//! Before the rows: how long the target takes to answer, so that every wait fits it, and how far its clock is from ours.

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a test looks at the clock that it has paused")]
mod tests;

use std::{collections::BTreeMap, future::Future, sync::Arc, time::Duration};

use super::scheduler::Scheduler;
use crate::{
    plan::Plan,
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
}

/// Looks at the target and fits the rows to it, as far as that is not cut short.
pub async fn fitted(scheduler: &Scheduler, plans: &[Arc<Plan>], interrupt: impl Future<Output = Cut>) -> Fitted {
    let measured = async {
        let times = reply_times(scheduler, plans).await;
        let fitted = scheduler.with_timeouts(|suite, timeouts| {
            timeouts.reply = times.get(suite).copied().unwrap_or_default();
        });
        let clocks = clocks(&fitted, plans).await;
        Fitted {
            plans: plans.iter().filter_map(|plan| fitted.aim(plan)).collect(),
            scheduler: fitted.with_clocks(clocks),
            reply: times.into_values().max().unwrap_or_default(),
        }
    };
    tokio::select! {
        biased;
        _ = interrupt => Fitted {
            scheduler: scheduler.with_timeouts(|_, _| ()),
            plans: plans.to_vec(),
            reply: Duration::ZERO,
        },
        measured = measured => measured,
    }
}

/// The suites of some rows.
fn suites(plans: &[Arc<Plan>]) -> BTreeMap<&str, &Arc<Suite>> {
    plans
        .iter()
        .map(|plan| (plan.suite.name.as_str(), &plan.suite))
        .collect()
}

/// How long the target takes to answer, by suite, as a sign of life shows it.
async fn reply_times(scheduler: &Scheduler, plans: &[Arc<Plan>]) -> BTreeMap<String, Duration> {
    let patient = scheduler.with_timeouts(|_, timeouts| {
        timeouts.connect = FIRST_ANSWER;
        timeouts.expect = FIRST_ANSWER;
        timeouts.case = FIRST_ANSWER * 2;
    });
    let mut times = BTreeMap::new();
    // One after the other, on a connection that has nothing else to do.
    for (name, suite) in suites(plans) {
        let case = Arc::new(Case::alive(format!("{name}/alive"), &suite.manifest));
        let Some(plan) = patient.plan_of(suite, &case).filter(|_| !case.given.is_empty()) else {
            continue;
        };
        let seen = patient.alone(plan).await.and_then(|(examined, _)| examined.transcript);
        let longest = seen.as_ref().and_then(longest_answer);
        times.extend(longest.map(|longest| (name.to_owned(), longest)));
    }
    times
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

/// By how many seconds the clocks of targets are ahead of ours where no `Date` tells it, by suite.
pub async fn clocks(scheduler: &Scheduler, plans: &[Arc<Plan>]) -> BTreeMap<String, i64> {
    let mut clocks = BTreeMap::new();
    for (name, suite) in suites(plans) {
        let mut cases = suite.cases.iter();
        let case = cases.find(|case| Some(&case.id) == suite.manifest.clock.as_ref());
        let Some(plan) = case.and_then(|case| scheduler.plan_of(suite, case)) else {
            continue;
        };
        let ahead = scheduler.alone(plan).await.and_then(|(_, ahead)| ahead);
        clocks.extend(ahead.map(|ahead| (name.to_owned(), ahead)));
    }
    clocks
}
