//! How far the target's clock is from ours. The service is asked, by what it accepts; `Date` is a hint of whoever wrote it: a
//! cache, a proxy, a board without a clock.

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a test looks at the clock that it has paused")]
mod tests;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use super::{
    preflight::{sign_of_life, suites},
    scheduler::Scheduler,
};
use crate::{drive::passed, plan::Plan, replay::ClockHints};

/// A `Date` this near to our own clock agrees with it: it counts whole seconds.
const DATE_TOLERANCE_SECONDS: i64 = 2;
/// A middle of what is accepted this near to a clock agrees with it: neither is exact.
const CENTRE_TOLERANCE_SECONDS: i64 = 5;
/// How long it takes to see whether a `Date` moves.
const DATE_MOVES_IN: Duration = Duration::from_secs(3);
/// Offsets of a whole number of these are time zones, and not clocks that are off.
const QUARTER_HOUR_SECONDS: i64 = 900;

/// What the hints come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Clock {
    /// So many seconds ahead of ours.
    Ahead(i64),
    /// So many, if the service says the same when it is asked again.
    AheadIfConfirmed(i64),
    /// So many by a `Date` that nothing else speaks for.
    AheadByDate(i64),
}

/// What a `Date` is worth beside what the service accepts. `reply` is how old an answer may be.
fn clock(hints: ClockHints, reply: i64) -> Clock {
    let ours = |date: i64| (-DATE_TOLERANCE_SECONDS - reply..=DATE_TOLERANCE_SECONDS).contains(&date);
    match (hints.centre, hints.date) {
        // Date and we agree: a window that lies elsewhere is shifted.
        (_, Some(date)) if ours(date) => Clock::Ahead(0),
        (Some(centre), Some(date)) if (centre - date).abs() <= CENTRE_TOLERANCE_SECONDS + reply => Clock::Ahead(date),
        (Some(centre), _) if centre.abs() <= CENTRE_TOLERANCE_SECONDS => Clock::Ahead(0),
        (Some(centre), _) => Clock::AheadIfConfirmed(centre),
        (None, Some(date)) => Clock::AheadByDate(date),
        (None, None) => Clock::Ahead(0),
    }
}

/// Whether a `Date` that was so far ahead, and so far some time later, is a clock that is off.
fn is_clock(before: i64, after: Option<i64>) -> bool {
    let moves = after.is_some_and(|after| (after - before).abs() <= 1);
    let zone = before.rem_euclid(QUARTER_HOUR_SECONDS);
    let in_zone = zone <= DATE_TOLERANCE_SECONDS || zone >= QUARTER_HOUR_SECONDS - DATE_TOLERANCE_SECONDS;
    moves && !in_zone
}

async fn hints(scheduler: &Scheduler, plan: &Arc<Plan>) -> Option<ClockHints> {
    scheduler.alone(Arc::clone(plan)).await.map(|(_, hints)| hints)
}

/// By how many seconds the clocks of the target's suites are ahead of ours, and what is to be said about them. What was seen of
/// the clock of a suite already is all that is known where nothing can be searched.
pub async fn ask(
    scheduler: &Scheduler,
    plans: &[Arc<Plan>],
    seen: &BTreeMap<String, ClockHints>,
) -> (BTreeMap<String, i64>, Vec<String>) {
    let mut clocks = BTreeMap::new();
    let mut notes = Vec::new();
    for (name, suite) in suites(plans) {
        let case = suite
            .cases
            .iter()
            .find(|case| Some(&case.id) == suite.manifest.clock.as_ref());
        let searched = case.and_then(|case| scheduler.plan_of(suite, case));
        let first = match &searched {
            Some(plan) => hints(scheduler, plan).await,
            None => None,
        };
        let Some(first) = first.or_else(|| seen.get(name).copied()) else {
            continue;
        };
        let Some(plan) = searched.or_else(|| sign_of_life(scheduler, suite)) else {
            continue;
        };
        let reply = plan.target.timeouts.reply.as_secs() as i64;
        let ahead = match clock(first, reply) {
            Clock::Ahead(ahead) => ahead,
            Clock::AheadIfConfirmed(ahead) => {
                let again = hints(scheduler, &plan).await.and_then(|hints| hints.centre);
                let confirmed = again.is_some_and(|again| (again - ahead).abs() <= DATE_TOLERANCE_SECONDS + reply);
                if confirmed { ahead } else { 0 }
            }
            Clock::AheadByDate(ahead) => {
                passed(DATE_MOVES_IN).await;
                let again = hints(scheduler, &plan).await.and_then(|hints| hints.date);
                if is_clock(ahead, again) { ahead } else { 0 }
            }
        };
        if let Some(date) = first.date
            && (date - ahead).abs() > CENTRE_TOLERANCE_SECONDS + reply
        {
            notes.push(format!(
                "{name}: the `Date` header is {date} s from our clock, and the service says nothing of the kind: it is not believed"
            ));
        }
        if ahead != 0 {
            notes.push(format!(
                "{name}: the target's clock is {ahead} s from ours, and is judged by its own"
            ));
            clocks.insert(name.to_owned(), ahead);
        }
    }
    (clocks, notes)
}
