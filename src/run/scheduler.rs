//! One run: rows resolved against a target, replayed side by side within its limits, judged as they end.
//!
//! The bench on which hands, machine and judge meet; it decides nothing that they decide.

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a test looks at the clock that it has paused")]
mod tests;

use std::{
    cmp::Reverse,
    collections::{BTreeMap, VecDeque},
    future::Future,
    pin::pin,
    sync::Arc,
};

use futures_util::{FutureExt as _, StreamExt as _, stream::FuturesUnordered};
use rayon::prelude::*;
use tokio::sync::watch;

use super::{
    accounts::{Accounts, Lease},
    declared::Denied,
    room::Room,
};
use crate::{
    drive::{self, Network},
    judge::{GONE, Judgement, Repeated, Verdict, judge, not_run},
    plan::{self, Need, Plan, Row},
    replay::{ClockHints, Machine},
    suite::{Suite, case::Case},
    target::{Profile, TargetSuite, Timeouts},
    transcript::{Cut, Redactor, Transcript},
};

/// Rows resolved against a target.
pub struct Scheduler {
    suites: Vec<Arc<Suite>>,
    targets: BTreeMap<String, Arc<TargetSuite>>,
    network: Network,
    room: Room,
    secrets: Arc<Redactor>,
    per_account: usize,
    seed: u64,
    /// By how many seconds the clocks of targets are ahead of ours, by suite: a server is judged by its own clock.
    clocks: BTreeMap<String, i64>,
    /// Credentials that the target denies.
    denied: Denied,
}

/// How a row ended.
#[derive(Debug)]
pub struct Examined {
    pub plan: Arc<Plan>,
    pub judgement: Judgement,
    /// What was seen, if the row was run.
    pub transcript: Option<Transcript>,
    /// What is known of it besides.
    pub repeated: Repeated,
}

impl Scheduler {
    /// The suites of a target. `seed` makes the run's random values.
    pub fn new(suites: &[Arc<Suite>], profile: &Profile, network: Network, seed: u64) -> Self {
        let targets = suites
            .iter()
            .map(|suite| (suite.name.clone(), Arc::new(profile.suite(&suite.name))));
        let secrets = profile.secrets();
        let secrets = secrets.iter().map(|(name, secret)| (name.as_str(), secret.as_str()));
        Self {
            secrets: Redactor::of_target(secrets),
            suites: suites.to_vec(),
            targets: targets.collect(),
            network,
            room: Room::default(),
            per_account: profile.limits.connections_per_account,
            seed,
            clocks: BTreeMap::new(),
            denied: Denied::new(),
        }
    }

    /// The same target over another network.
    pub fn over(&self, network: Network) -> Self {
        Self {
            room: Room::default(),
            suites: self.suites.clone(),
            targets: self.targets.clone(),
            network,
            secrets: Arc::clone(&self.secrets),
            per_account: self.per_account,
            seed: self.seed,
            clocks: self.clocks.clone(),
            denied: self.denied.clone(),
        }
    }

    /// The same target, whose clocks are known to be so many seconds ahead of ours.
    pub fn with_clocks(self, clocks: BTreeMap<String, i64>) -> Self {
        Self { clocks, ..self }
    }

    /// The same target, waited for as `change` says of each suite.
    pub fn with_timeouts(&self, change: impl Fn(&str, &mut Timeouts)) -> Self {
        let mut changed = self.over(self.network.clone());
        for (suite, target) in &mut changed.targets {
            change(suite, &mut Arc::make_mut(target).timeouts);
        }
        changed
    }

    /// The same target without these credentials: rows that need one are not assessed.
    pub fn without(self, denied: Denied) -> Self {
        Self { denied, ..self }
    }

    /// With room that others have too.
    pub fn sharing(self, room: Room) -> Self {
        Self { room, ..self }
    }

    /// What the target is for a suite.
    pub fn target(&self, suite: &str) -> Option<&TargetSuite> {
        self.targets.get(suite).map(|target| &**target)
    }

    /// The first row of a case of a suite's.
    pub(super) fn plan_of(&self, suite: &Arc<Suite>, case: &Arc<Case>) -> Option<Arc<Plan>> {
        let target = self.targets.get(&suite.name)?;
        let row = plan::rows(case).into_iter().next()?;
        Some(Arc::new(Plan::new(row, suite, target)))
    }

    /// The plans of the rows that `wanted` chooses, in order.
    pub fn plans(&self, wanted: impl Fn(&Row) -> bool + Sync) -> Vec<Arc<Plan>> {
        let suites = self.suites.par_iter();
        let suites = suites.filter_map(|suite| Some((suite, self.targets.get(&suite.name)?)));
        let plans = suites.flat_map(|(suite, target)| {
            let cases = suite.cases.par_iter();
            cases.flat_map_iter(|case| plan::plans(case, suite, target, &wanted).into_iter().map(Arc::new))
        });
        plans.collect()
    }

    /// A plan that was made for a target with the same profile elsewhere; `None` if its suite is not here.
    pub fn aim(&self, mut plan: Arc<Plan>) -> Option<Arc<Plan>> {
        let target = self.targets.get(&plan.suite.name)?;
        Arc::make_mut(&mut plan).target = Arc::clone(target);
        Some(plan)
    }

    /// Runs plans side by side, at most `jobs` at once. `each` hears of every row as it ends; rows that `interrupt` keeps
    /// from ending, or from beginning, are `interrupted`.
    pub async fn run(
        &self,
        plans: Vec<Arc<Plan>>,
        jobs: usize,
        interrupt: impl Future<Output = Cut>,
        mut each: impl FnMut(Examined),
    ) {
        let mut waiting: VecDeque<Arc<Plan>> = VecDeque::new();
        // The longest first: others fill the time. What may harm the server comes last, and nothing is beside it.
        let mut plans = plans;
        plans.sort_by_key(|plan| (plan.burdens(), Reverse((plan.waits(), plan.script.instances.len()))));
        for plan in plans {
            match self.assessable(&plan) {
                Ok(()) => waiting.push_back(plan),
                Err(verdict) => each(unexamined(plan, verdict)),
            }
        }
        let (stop, stopped) = watch::channel(None);
        let mut accounts = Accounts::new(&self.suites, &self.targets, self.per_account);
        let mut running = FuturesUnordered::new();
        let mut room = self.most_connections();
        let mut interrupt = pin!(interrupt.fuse());
        loop {
            if stopped.borrow().is_none() {
                // Connections of rows that are over are let go of by now.
                tokio::task::yield_now().await;
                let under_way = running.len();
                self.start(
                    &mut waiting,
                    under_way,
                    (jobs, &mut room),
                    &mut accounts,
                    |plan, lease| {
                        running.push(self.row(plan, lease, stopped.clone()));
                        running.len()
                    },
                );
            }
            // Nothing is under way, and nothing more can begin.
            if running.is_empty() {
                break;
            }
            tokio::select! {
                biased;
                Some((examined, lease, _)) = running.next() => {
                    accounts.give_back(&lease);
                    room += self.connections(&examined.plan);
                    each(examined);
                }
                cut = &mut interrupt => {
                    // Every receiver lives as long as its row.
                    let _ = stop.send(Some(cut));
                }
            }
        }
        for plan in waiting {
            let verdict = match *stopped.borrow() {
                Some(Cut::Interrupted) => Verdict::Interrupted,
                Some(Cut::TargetGone) => Verdict::Inconclusive(GONE.into()),
                Some(_) => Verdict::Inconclusive("the run's deadline passed".into()),
                None => {
                    let needs: Vec<String> = plan
                        .leases()
                        .map(|(name, count)| format!("{count} of {name}"))
                        .collect();
                    Verdict::NotAssessed(format!("needs {} of different accounts", needs.join(" and ")))
                }
            };
            each(unexamined(plan, verdict));
        }
    }

    /// Whether the target has what a row needs.
    fn assessable(&self, plan: &Plan) -> Result<(), Verdict> {
        if let Some(reason) = plan.not_applicable() {
            return Err(Verdict::NotApplicable(reason.to_owned()));
        }
        let missing: Vec<String> = plan.missing().into_iter().map(Need::describe).collect();
        if !missing.is_empty() {
            return Err(Verdict::NotAssessed(format!("needs {}", missing.join(", "))));
        }
        let denied = |name: &str| self.denied.get(&(plan.suite.name.clone(), name.to_owned()));
        match plan.leases().find_map(|(name, _)| denied(name)) {
            Some(why) => Err(Verdict::NotAssessed(why.clone())),
            None => Ok(()),
        }
    }

    fn start(
        &self,
        waiting: &mut VecDeque<Arc<Plan>>,
        mut under_way: usize,
        (jobs, room): (usize, &mut usize),
        accounts: &mut Accounts,
        mut begin: impl FnMut(Arc<Plan>, Lease) -> usize,
    ) {
        let mut passed: VecDeque<Arc<Plan>> = VecDeque::new();
        // What has just been refused to one row is refused to the next.
        let mut refused: Vec<Arc<Plan>> = Vec::new();
        while let Some(plan) = waiting.pop_front() {
            let apart = plan.burdens();
            if apart && under_way > 0 {
                waiting.push_front(plan);
                break;
            }
            let alike = |other: &Arc<Plan>| other.suite.name == plan.suite.name && other.leases().eq(plan.leases());
            let connections = self.connections(&plan);
            if connections > *room || refused.iter().any(alike) {
                passed.push_back(plan);
                continue;
            }
            match accounts.take(&plan) {
                Some(lease) => {
                    *room -= connections;
                    under_way = begin(plan, lease);
                    if under_way >= jobs || apart {
                        break;
                    }
                }
                None => {
                    refused.push(plan.clone());
                    passed.push_back(plan);
                }
            }
        }
        passed.append(waiting);
        *waiting = passed;
    }

    /// How many of the target's connections a row takes: all, if it needs more than there are.
    fn connections(&self, plan: &Plan) -> usize {
        plan.script.connections.clamp(1, self.most_connections())
    }

    fn most_connections(&self) -> usize {
        self.network.settings().connections.max(1)
    }

    /// Runs one row by itself, and says what it saw of the target's clock; `None` if the target has not what it needs.
    pub(super) async fn alone(&self, plan: Arc<Plan>) -> Option<(Examined, ClockHints)> {
        self.assessable(&plan).ok()?;
        let lease = Accounts::new(&self.suites, &self.targets, self.per_account).take(&plan)?;
        let (_running, stopped) = watch::channel(None);
        let (examined, _, hints) = self.row(plan, lease, stopped).await;
        Some((examined, hints))
    }

    async fn row(
        &self,
        plan: Arc<Plan>,
        lease: Lease,
        mut stopped: watch::Receiver<Option<Cut>>,
    ) -> (Examined, Lease, ClockHints) {
        let _room = self.room.take(plan.makes()).await;
        let mut machine = Machine::new(plan.clone(), lease.supplies.clone(), self.seed);
        machine.set_clock(self.clocks.get(&plan.suite.name).copied().unwrap_or_default());
        machine.hide(self.secrets.clone());
        let cut = {
            let mut stop = pin!(stopped.wait_for(Option::is_some));
            let mut pump = pin!(drive::pump(&self.network, &mut machine));
            tokio::select! {
                biased;
                () = &mut pump => None,
                stop = &mut stop => stop.map_or(Some(Cut::Interrupted), |cut| *cut),
            }
        };
        if let Some(cut) = cut {
            machine.cut(cut);
        }
        let clock = machine.clock();
        let transcript = machine.into_transcript();
        let judgement = judge(&plan, &transcript);
        let examined = Examined {
            plan,
            judgement,
            transcript: Some(transcript),
            repeated: Repeated::default(),
        };
        (examined, lease, clock)
    }
}

fn unexamined(plan: Arc<Plan>, verdict: Verdict) -> Examined {
    Examined {
        judgement: not_run(&plan, verdict),
        plan,
        transcript: None,
        repeated: Repeated::default(),
    }
}
