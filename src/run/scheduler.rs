//! One run: rows resolved against a target, replayed side by side within its limits, judged as they end.
//!
//! The bench on which hands, machine and judge meet; it decides nothing that they decide.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, VecDeque},
    future::Future,
    pin::pin,
    sync::Arc,
};

use futures_util::{FutureExt as _, StreamExt as _, stream::FuturesUnordered};
use tokio::sync::watch;

use super::{
    accounts::{Accounts, Lease},
    room::Room,
};
use crate::{
    drive::{self, Network},
    judge::{Judgement, Verdict, judge, not_run},
    plan::{Need, Plan, Row, rows},
    replay::Machine,
    suite::Suite,
    target::{Profile, TargetSuite},
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
}

/// How a row ended.
#[derive(Debug)]
pub struct Examined {
    pub plan: Arc<Plan>,
    pub judgement: Judgement,
    /// What was seen, if the row was run.
    pub transcript: Option<Transcript>,
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
        }
    }

    /// With room that others have too.
    pub fn sharing(self, room: Room) -> Self {
        Self { room, ..self }
    }

    /// What the target is for a suite.
    pub fn target(&self, suite: &str) -> Option<&TargetSuite> {
        self.targets.get(suite).map(|target| &**target)
    }

    /// The plans of the rows that `wanted` chooses, in order.
    pub fn plans(&self, wanted: impl Fn(&Row) -> bool) -> Vec<Arc<Plan>> {
        let mut plans = Vec::new();
        for suite in &self.suites {
            let Some(target) = self.targets.get(&suite.name) else {
                continue;
            };
            let rows = suite.cases.iter().flat_map(rows).filter(&wanted);
            plans.extend(rows.map(|row| Arc::new(Plan::new(row, suite, target))));
        }
        plans
    }

    /// A plan that was made for a target with the same profile elsewhere; `None` if its suite is not here.
    pub fn aim(&self, plan: &Plan) -> Option<Arc<Plan>> {
        let target = self.targets.get(&plan.suite.name)?;
        let plan = Plan {
            target: Arc::clone(target),
            ..plan.clone()
        };
        Some(Arc::new(plan))
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
        // The longest first: others fill the time.
        let mut plans = plans;
        plans.sort_by_key(|plan| Reverse((plan.waits(), plan.instances.len())));
        for plan in plans {
            match assessable(&plan) {
                Ok(()) => waiting.push_back(plan),
                Err(verdict) => each(unexamined(plan, verdict)),
            }
        }
        let (stop, stopped) = watch::channel(None);
        let mut accounts = Accounts::new(&self.suites, &self.targets, self.per_account);
        let mut running = FuturesUnordered::new();
        let mut room = self.most_connections();
        let mut interrupt = pin!(interrupt.fuse());
        let clocks = tokio::select! {
            biased;
            clocks = self.clocks(&waiting, &mut accounts, &stopped) => clocks,
            cut = &mut interrupt => {
                // Every receiver lives as long as its row.
                let _ = stop.send(Some(cut));
                BTreeMap::new()
            }
        };
        loop {
            if stopped.borrow().is_none() {
                // Connections of rows that are over are let go of by now.
                tokio::task::yield_now().await;
                self.start(&mut waiting, (jobs, &mut room), &mut accounts, |plan, lease| {
                    let ahead = clocks.get(&plan.suite.name).copied().unwrap_or_default();
                    running.push(self.row(plan, lease, ahead, stopped.clone()));
                    running.len()
                });
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

    fn start(
        &self,
        waiting: &mut VecDeque<Arc<Plan>>,
        (jobs, room): (usize, &mut usize),
        accounts: &mut Accounts,
        mut begin: impl FnMut(Arc<Plan>, Lease) -> usize,
    ) {
        let mut passed: VecDeque<Arc<Plan>> = VecDeque::new();
        // What has just been refused to one row is refused to the next.
        let mut refused: Vec<Arc<Plan>> = Vec::new();
        while let Some(plan) = waiting.pop_front() {
            let alike = |other: &Arc<Plan>| other.suite.name == plan.suite.name && other.leases().eq(plan.leases());
            let connections = self.connections(&plan);
            if connections > *room || refused.iter().any(alike) {
                passed.push_back(plan);
                continue;
            }
            match accounts.take(&plan) {
                Some(lease) => {
                    *room -= connections;
                    if begin(plan, lease) >= jobs {
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
        plan.connections.clamp(1, self.most_connections())
    }

    fn most_connections(&self) -> usize {
        self.network.settings().connections.max(1)
    }

    /// By how many seconds the clocks of targets are ahead of ours where no `Date` tells it, by suite: a server is judged
    /// by its own clock.
    async fn clocks(
        &self,
        waiting: &VecDeque<Arc<Plan>>,
        accounts: &mut Accounts,
        stopped: &watch::Receiver<Option<Cut>>,
    ) -> BTreeMap<String, i64> {
        let mut clocks = BTreeMap::new();
        for suite in &self.suites {
            let asked = waiting.iter().any(|plan| plan.suite.name == suite.name);
            let case = suite
                .cases
                .iter()
                .find(|case| Some(&case.id) == suite.manifest.clock.as_ref());
            let (true, Some(case), Some(target)) = (asked, case, self.targets.get(&suite.name)) else {
                continue;
            };
            for row in rows(case).into_iter().take(1) {
                let plan = Arc::new(Plan::new(row, suite, target));
                let Some(lease) = assessable(&plan).ok().and_then(|()| accounts.take(&plan)) else {
                    continue;
                };
                let (_, lease, ahead) = self.row(plan, lease, 0, stopped.clone()).await;
                accounts.give_back(&lease);
                clocks.extend(ahead.map(|ahead| (suite.name.clone(), ahead)));
            }
        }
        clocks
    }

    async fn row(
        &self,
        plan: Arc<Plan>,
        lease: Lease,
        ahead: i64,
        mut stopped: watch::Receiver<Option<Cut>>,
    ) -> (Examined, Lease, Option<i64>) {
        let _room = self.room.take(plan.makes()).await;
        let mut machine = Machine::new(plan.clone(), lease.supplies.clone(), self.seed);
        machine.set_clock(ahead);
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
        };
        (examined, lease, clock)
    }
}

fn unexamined(plan: Arc<Plan>, verdict: Verdict) -> Examined {
    Examined {
        judgement: not_run(&plan, verdict),
        plan,
        transcript: None,
    }
}

/// Whether the target has what a row needs.
fn assessable(plan: &Plan) -> Result<(), Verdict> {
    if let Some(reason) = plan.not_applicable() {
        return Err(Verdict::NotApplicable(reason.to_owned()));
    }
    let missing: Vec<String> = plan.missing().into_iter().map(Need::describe).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Verdict::NotAssessed(format!("needs {}", missing.join(", "))))
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a test looks at the clock that it has paused")]
mod tests {
    use std::{io, sync::Mutex, time::Duration};

    use tokio::{runtime, task::LocalSet, time};

    use super::*;
    use crate::{
        drive::{MemoryStream, Settings, pair},
        tests::fixture::{PROFILE, profile, suite, suite_with},
    };

    /// How a run of a suite went: its rows as they ended, and how long it took by a clock that nothing holds up.
    struct Ran {
        rows: Vec<(String, Verdict)>,
        took: Duration,
    }

    impl Ran {
        fn verdicts(&self) -> Vec<&'static str> {
            self.rows.iter().map(|(_, verdict)| verdict.name()).collect()
        }
    }

    /// Where nobody listens.
    fn nobody(_: &str, _: u16) -> io::Result<MemoryStream> {
        Err(io::ErrorKind::ConnectionRefused.into())
    }

    fn run(suite: &Arc<Suite>, text: &str, jobs: usize, interrupt: impl Future<Output = Cut>) -> Ran {
        run_over(nobody, suite, text, jobs, interrupt)
    }

    fn run_over(
        dial: impl Fn(&str, u16) -> io::Result<MemoryStream> + Send + Sync + 'static,
        suite: &Arc<Suite>,
        text: &str,
        jobs: usize,
        interrupt: impl Future<Output = Cut>,
    ) -> Ran {
        let profile = profile(suite, text);
        let runtime = runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap_or_else(|error| panic!("{error}"));
        let ran = async {
            let settings = Settings {
                connections: profile.limits.connections.unwrap_or(64),
                ..Settings::default()
            };
            let network = Network::in_memory(settings, Duration::ZERO, dial).unwrap_or_else(|error| panic!("{error}"));
            let scheduler = Scheduler::new(std::slice::from_ref(suite), &profile, network, 1);
            let began = time::Instant::now();
            let mut rows = Vec::new();
            let plans = scheduler.plans(|_| true);
            let each = |examined: Examined| rows.push((examined.plan.row.id.clone(), examined.judgement.verdict));
            scheduler.run(plans, jobs, interrupt, each).await;
            Ran {
                rows,
                took: began.elapsed(),
            }
        };
        LocalSet::new().block_on(&runtime, ran)
    }

    /// Four rows that wait a second each, and do this before.
    fn waiting(first: &str) -> Arc<Suite> {
        let text = format!(
            r#"{{"title": {{"en": "t"}}, "each": {{"x": {{"a": 1, "b": 2, "c": 3, "d": 4}}}},
                "given": [{first} {{"wait": "1s"}}], "steps": []}}"#
        );
        suite(&[("a/b", &text)])
    }

    fn never() -> impl Future<Output = Cut> {
        std::future::pending()
    }

    #[test]
    fn rows_run_side_by_side_as_far_as_jobs_and_limits_allow() {
        let seconds = |first: &str, text: &str, jobs| run(&waiting(first), text, jobs, never()).took.as_secs();
        assert_eq!(seconds("", PROFILE, 8), 1);
        assert_eq!(seconds("", PROFILE, 3), 2);
        assert_eq!(seconds("", PROFILE, 1), 4);
        let limit = |limits: &str| PROFILE.replace("[limits]", &format!("[limits]\n{limits}"));
        assert_eq!(seconds("", &limit("connections = 2"), 8), 2);
        // Two accounts, and a credential that is lent to one row at a time.
        let token = r#"{"let": {"v": "${token}"}},"#;
        assert_eq!(seconds(token, PROFILE, 8), 2);
        assert_eq!(seconds(token, &limit("connections_per_account = 2"), 8), 1);
        // Nobody else may use an old one at once either, but it is not exclusive.
        assert_eq!(seconds(r#"{"let": {"v": "${old}"}},"#, PROFILE, 8), 1);
    }

    #[test]
    fn a_row_takes_as_many_connections_as_it_has_at_once() {
        // Whoever is dialled says nothing, so each row ends when its first handshake has been waited for.
        let silent = || {
            let open = Mutex::new(Vec::new());
            move |_: &str, _| {
                let (near, far) = pair();
                open.lock().map_err(|_| io::ErrorKind::Other)?.push(far);
                Ok(near)
            }
        };
        let each = r#""each": {"x": {"a": 1, "b": 2, "c": 3, "d": 4}}"#;
        let suite = |opens: &str| {
            let case = format!(r#"{{"title": {{"en": "t"}}, {each}, "given": [{opens}], "steps": []}}"#);
            suite(&[("a/b", &case)])
        };
        let turns = |opens: &str, connections: &str| {
            let limit = PROFILE.replace(
                "[limits]",
                &format!("[timeouts]\nconnect = \"1s\"\n[limits]\n{connections}"),
            );
            let ran = run_over(silent(), &suite(opens), &limit, 8, never());
            assert_eq!(ran.verdicts(), ["not assessed"; 4]);
            ran.took.as_secs()
        };
        let (one, two) = (r#"{"open": "a"}"#, r#"{"open": "a"}, {"open": "b"}"#);
        assert_eq!(turns(one, "connections = 4"), 1);
        assert_eq!(turns(two, "connections = 4"), 2);
        assert_eq!(turns(two, "connections = 2"), 4);
        // One that needs more than there are has them to itself.
        assert_eq!(turns(two, "connections = 1"), 4);
        assert_eq!(turns(two, ""), 1);
    }

    #[test]
    fn the_clock_of_a_suite_is_asked_before_its_rows_and_only_for_them() {
        let wait = r#"{"title": {"en": "t"}, "given": [{"wait": "1s"}], "steps": []}"#;
        let poor = r#"{"title": {"en": "t"}, "given": [{"wait": "1s"}, {"open": "a"}], "steps": []}"#;
        let cases = [("a/a", poor), ("a/b", wait), ("a/c", wait)];
        let took = |more: &str, profile: &str| {
            let ran = run(&suite_with(more, &cases), profile, 8, never());
            // What is found out beforehand is no row of the run.
            assert_eq!(ran.rows.len(), 3);
            ran.took.as_secs()
        };
        assert_eq!(took("", PROFILE), 1);
        assert_eq!(took(r#""clock": "t/a/b","#, PROFILE), 2);
        // A target that lacks what the clock needs has its rows judged by ours.
        let blind = PROFILE.replace("ws = \"ws://127.0.0.1:1/ws\"", "");
        assert_eq!(took(r#""clock": "t/a/a","#, &blind), 1);
        let (nothing, needs) = (r#""clock": "t/a/a","#, [("a/a", poor)]);
        assert_eq!(
            run(&suite_with(nothing, &needs), &blind, 8, never()).took,
            Duration::ZERO
        );
    }

    #[test]
    fn a_run_that_is_cut_while_a_clock_is_asked_begins_no_row() {
        let wait = r#"{"title": {"en": "t"}, "given": [{"wait": "1s"}], "steps": []}"#;
        let suite = suite_with(r#""clock": "t/a/a","#, &[("a/a", wait), ("a/b", wait)]);
        let interrupt = async {
            time::sleep(Duration::from_millis(500)).await;
            Cut::Interrupted
        };
        let ran = run(&suite, PROFILE, 8, interrupt);
        assert_eq!(ran.verdicts(), ["interrupted"; 2]);
        assert_eq!(ran.took, Duration::from_millis(500));
    }

    #[test]
    fn a_row_that_waits_begins_before_those_that_do_not() {
        let wait = r#"{"title": {"en": "t"}, "given": [{"wait": "1s"}], "steps": []}"#;
        let quick = r#"{"title": {"en": "t"}, "given": [{"let": {"v": 1}}], "steps": []}"#;
        let suite = suite(&[("a/a", quick), ("a/b", wait), ("a/c", quick)]);
        let ran = run(&suite, PROFILE, 1, never());
        let order: Vec<&str> = ran.rows.iter().map(|(id, _)| id.as_str()).collect();
        assert_eq!(order, ["t/a/b", "t/a/a", "t/a/c"]);
    }

    #[test]
    fn a_row_that_the_target_can_not_serve_says_what_is_missing() {
        let poor = "[t.endpoints]\nws = \"ws://127.0.0.1:1/ws\"";
        let ran = run(&waiting(r#"{"let": {"v": "${old}"}},"#), poor, 8, never());
        assert_eq!((ran.rows.len(), ran.took), (4, Duration::ZERO));
        assert!(
            ran.rows
                .iter()
                .all(|(_, verdict)| *verdict == Verdict::NotAssessed("needs old".into()))
        );
    }

    #[test]
    fn a_row_whose_accounts_can_never_be_had_together_keeps_nobody_waiting() {
        let same = PROFILE.replace("account = \"b\"", "account = \"a\"");
        let ran = run(&waiting(r#"{"let": {"v": "${token}${token.2}"}},"#), &same, 8, never());
        let why = "needs 2 of token of different accounts".to_owned();
        assert!(
            ran.rows
                .iter()
                .all(|(_, verdict)| *verdict == Verdict::NotAssessed(why.clone()))
        );
        assert_eq!(ran.rows.len(), 4);
    }

    #[test]
    fn every_row_is_reported_when_the_run_is_cut() {
        for (cut, word) in [(Cut::Interrupted, "interrupted"), (Cut::RunDeadline, "inconclusive")] {
            let interrupt = async move {
                time::sleep(Duration::from_millis(1500)).await;
                cut
            };
            let ran = run(&waiting(""), PROFILE, 2, interrupt);
            // Two rows are over; two were under way.
            assert_eq!(ran.verdicts(), ["not assessed", "not assessed", word, word]);
            assert_eq!(ran.took, Duration::from_millis(1500));
            let interrupt = async move { cut };
            assert_eq!(run(&waiting(""), PROFILE, 2, interrupt).verdicts(), [word; 4]);
        }
    }
}
