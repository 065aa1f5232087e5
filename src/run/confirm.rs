//! A run whose accusations of absence are confirmed: what did not come is asked for once more, side by side after the other
//! rows and with more patience, before it is held against the target.

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a test looks at the clock that it has paused")]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    future::Future,
    sync::Arc,
    time::Duration,
};

use futures_util::{FutureExt as _, future::Shared};
use tokio::sync::Notify;

use super::scheduler::{Examined, Scheduler};
use crate::{
    drive::{Lateness, Presence, passed},
    judge::{Again, absences},
    plan::Plan,
    suite::case::Act,
    syntax::effects::Effects,
    transcript::{Cut, Transcript},
};

/// How many times as long is waited when the target is asked again.
const TIMES: u32 = 5;
/// The most that asking again may take in all.
const AT_MOST: Duration = Duration::from_secs(60);

/// Something that did not come: its clause, and the place that waits for it.
type Absence = (String, String);

/// Runs plans like [`Scheduler::run`]. Rows in which something was waited for in vain end when it is known whether it comes at
/// all. A run whose target is gone ends; whether it was there to the end.
pub async fn run(
    scheduler: &Scheduler,
    plans: Vec<Arc<Plan>>,
    jobs: usize,
    interrupt: impl Future<Output = Cut>,
    mut each: impl FnMut(Examined),
) -> bool {
    let gone = Notify::new();
    let interrupt = async {
        tokio::select! {
            cut = interrupt => cut,
            () = gone.notified() => Cut::TargetGone,
        }
    };
    let interrupt = interrupt.shared();
    let mut presence = Presence::default();
    let lateness = Lateness::default();
    let mut held: Vec<Examined> = Vec::new();
    let first = scheduler.run(plans, jobs, interrupt.clone(), |mut examined| {
        let found = examined.transcript.as_ref().and_then(Transcript::found);
        if found.is_some_and(|found| presence.is_gone(found)) {
            gone.notify_one();
        }
        if absences(&examined.judgement).next().is_none() {
            each(examined);
            return;
        }
        let late = lateness.within(Duration::from_micros(examined.judgement.duration));
        examined.repeated.harness_late_ms = u64::try_from(late.as_millis()).unwrap_or(u64::MAX);
        held.push(examined);
    });
    lateness.beside(first).await;
    let again = if held.is_empty() {
        Vec::new()
    } else {
        ask_again(scheduler, &held, jobs, interrupt.clone()).await
    };
    for mut examined in held {
        let own: BTreeSet<Absence> = named(&examined);
        let about = |again: &&Again| own.contains(&(again.clause.clone(), again.line.clone()));
        examined.repeated.again = again.iter().filter(about).cloned().collect();
        examined.judgement = examined.repeated.apply(examined.judgement);
        each(examined);
    }
    interrupt.peek() != Some(&Cut::TargetGone)
}

fn named(examined: &Examined) -> BTreeSet<Absence> {
    let all = absences(&examined.judgement);
    all.map(|(clause, line)| (clause.to_owned(), line.to_owned())).collect()
}

/// Asks for everything that did not come, in one row each.
async fn ask_again(
    scheduler: &Scheduler,
    held: &[Examined],
    jobs: usize,
    interrupt: Shared<impl Future<Output = Cut>>,
) -> Vec<Again> {
    let patient = scheduler.with_timeouts(|_, timeouts| timeouts.times = TIMES);
    let mut rows: BTreeMap<String, (Arc<Plan>, BTreeSet<Absence>)> = BTreeMap::new();
    let mut asked: BTreeSet<Absence> = BTreeSet::new();
    for examined in held.iter().filter(|examined| may_be_repeated(&examined.plan)) {
        let wanted: BTreeSet<Absence> = &named(examined) - &asked;
        if wanted.is_empty() {
            continue;
        }
        if let Some(plan) = patient.aim(Arc::clone(&examined.plan)) {
            asked.extend(wanted.iter().cloned());
            rows.insert(plan.row.id.clone(), (plan, wanted));
        }
    }
    let plans = rows.values().map(|(plan, _)| Arc::clone(plan)).collect();
    let mut answers = Vec::new();
    let over = async {
        tokio::select! {
            cut = interrupt => cut,
            () = passed(AT_MOST) => Cut::RunDeadline,
        }
    };
    let each = |examined: Examined| {
        let (Some((plan, wanted)), Some(transcript)) = (rows.get(&examined.judgement.row), &examined.transcript) else {
            return;
        };
        let came = wanted
            .iter()
            .filter_map(|(clause, line)| Again::of(clause, line, plan, transcript, &examined.judgement));
        answers.extend(came);
    };
    patient.run(plans, jobs, over, each).await;
    answers
}

/// Whether a row can be run twice without anybody noticing.
fn may_be_repeated(plan: &Plan) -> bool {
    let triggers = |plan: &Plan| {
        plan.script
            .instances
            .iter()
            .any(|instance| matches!(instance.step.act, Act::Trigger(_)))
    };
    plan.row.case.effects == Effects::Read && !triggers(plan)
}
