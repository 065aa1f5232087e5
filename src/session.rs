//! One run: rows resolved against a target, replayed side by side within its limits, judged as they end.
//!
//! The bench on which hands, machine and judge meet; it decides nothing that they decide.

use std::{
    collections::{BTreeMap, VecDeque},
    future::Future,
    io,
    net::{Ipv4Addr, SocketAddr},
    pin::pin,
    sync::{Arc, mpsc},
    thread,
};

use futures_util::{FutureExt as _, StreamExt as _, stream::FuturesUnordered};
use tokio::sync::{oneshot, watch};

use crate::{
    drive::{self, World},
    judge::{Judgement, Verdict, judge, not_run},
    plan::{Need, Plan, Row, Site, Suite, rows},
    reference::{self, Fault},
    replay::Machine,
    target::Profile,
    transcript::{Cut, Transcript},
};

/// The embedded reference server, on a thread of its own until this is dropped.
#[derive(Debug)]
pub struct Embedded {
    /// Where it listens.
    pub address: SocketAddr,
    /// The profile that it gives of itself.
    pub profile: String,
    _stop: oneshot::Sender<()>,
}

impl Embedded {
    /// Starts it on a free port of the loopback interface.
    ///
    /// # Errors
    /// When no port or no thread can be had.
    pub fn start(fault: Option<&'static Fault>) -> io::Result<Self> {
        let (stop, stopped) = oneshot::channel::<()>();
        let (told, heard) = mpsc::channel();
        thread::Builder::new().name("reference".into()).spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let served = runtime.and_then(|runtime| {
                runtime.block_on(async {
                    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
                    let server = reference::bind(reference::Options {
                        address,
                        fault,
                        clock_offset: 0,
                    })
                    .await?;
                    // Nobody listens if the session is gone already.
                    let _ = told.send(Ok((server.address(), server.profile())));
                    tokio::select! {
                        served = server.serve() => served,
                        _ = stopped => Ok(()),
                    }
                })
            });
            if let Err(error) = served {
                let _ = told.send(Err(error));
            }
        })?;
        let (address, profile) = heard.recv().map_err(io::Error::other)??;
        Ok(Self {
            address,
            profile,
            _stop: stop,
        })
    }
}

/// Rows resolved against a target.
pub struct Session {
    suites: Vec<Arc<Suite>>,
    sites: BTreeMap<String, Arc<Site>>,
    world: World,
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

impl Session {
    /// A session with the suites of a target. `seed` makes the run's random values.
    pub fn new(suites: &[Arc<Suite>], profile: &Profile, world: World, seed: u64) -> Self {
        let sites = suites
            .iter()
            .map(|suite| (suite.name.clone(), Arc::new(Site::new(profile, &suite.name))));
        Self {
            suites: suites.to_vec(),
            sites: sites.collect(),
            world,
            per_account: profile.limits.connections_per_account,
            seed,
        }
    }

    /// The plans of the rows that `wanted` chooses, in order.
    pub fn plans(&self, wanted: impl Fn(&Row) -> bool) -> Vec<Arc<Plan>> {
        let mut plans = Vec::new();
        for suite in &self.suites {
            let Some(site) = self.sites.get(&suite.name) else {
                continue;
            };
            let rows = suite.cases.iter().flat_map(rows).filter(&wanted);
            plans.extend(rows.map(|row| Arc::new(Plan::new(row, suite, site))));
        }
        plans
    }

    /// Runs plans side by side, at most `jobs` at once. `each` hears of every row as it ends; rows that `interrupt` keeps
    /// from ending, or from beginning, are `interrupted`.
    pub async fn run(
        &self,
        plans: Vec<Arc<Plan>>,
        jobs: usize,
        interrupt: impl Future<Output = ()>,
        mut each: impl FnMut(Examined),
    ) {
        let mut waiting: VecDeque<Arc<Plan>> = VecDeque::new();
        for plan in plans {
            match assessable(&plan) {
                Ok(()) => waiting.push_back(plan),
                Err(verdict) => each(unexamined(plan, verdict)),
            }
        }
        let (stop, stopped) = watch::channel(false);
        let mut leases = Leases::new(self.per_account);
        let mut running = FuturesUnordered::new();
        let mut interrupt = pin!(interrupt.fuse());
        loop {
            if !*stopped.borrow() {
                self.start(&mut waiting, jobs, &mut leases, |plan, lease| {
                    running.push(self.row(plan, lease, stopped.clone()));
                    running.len()
                });
            }
            tokio::select! {
                biased;
                Some((examined, lease)) = running.next() => {
                    leases.give_back(&lease);
                    each(examined);
                }
                () = &mut interrupt => {
                    // Every receiver lives as long as its row.
                    let _ = stop.send(true);
                }
                else => break,
            }
            if running.is_empty() && (waiting.is_empty() || *stopped.borrow()) {
                break;
            }
        }
        for plan in waiting {
            each(unexamined(plan, Verdict::Interrupted));
        }
    }

    fn start(
        &self,
        waiting: &mut VecDeque<Arc<Plan>>,
        jobs: usize,
        leases: &mut Leases,
        mut begin: impl FnMut(Arc<Plan>, Lease) -> usize,
    ) {
        let mut passed = VecDeque::new();
        let mut full = false;
        while let Some(plan) = waiting.pop_front() {
            match if full { None } else { leases.take(&plan) } {
                Some(lease) => full = begin(plan, lease) >= jobs,
                None => passed.push_back(plan),
            }
            if full {
                break;
            }
        }
        passed.append(waiting);
        *waiting = passed;
    }

    async fn row(&self, plan: Arc<Plan>, lease: Lease, mut stopped: watch::Receiver<bool>) -> (Examined, Lease) {
        let mut machine = Machine::new(plan.clone(), lease.supplies.clone(), self.seed);
        let interrupted = {
            let mut stop = pin!(stopped.wait_for(|stopped| *stopped));
            let mut pump = pin!(drive::pump(&self.world, &mut machine));
            tokio::select! {
                biased;
                () = &mut pump => false,
                _ = &mut stop => true,
            }
        };
        if interrupted {
            machine.cut(Cut::Interrupted);
        }
        let transcript = machine.into_transcript();
        let judgement = judge(&plan, &transcript);
        let examined = Examined {
            plan,
            judgement,
            transcript: Some(transcript),
        };
        (examined, lease)
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
    let missing: Vec<String> = plan.missing().into_iter().map(Need::describe).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Verdict::NotAssessed(format!("needs {}", missing.join(", "))))
}

/// The credentials of one row.
#[derive(Debug, Default)]
struct Lease {
    /// Name in templates and secret.
    supplies: Vec<(String, String)>,
    accounts: Vec<String>,
}

/// Which accounts are in use.
#[derive(Debug)]
struct Leases {
    busy: BTreeMap<String, usize>,
    per_account: usize,
}

impl Leases {
    fn new(per_account: usize) -> Self {
        Self {
            busy: BTreeMap::new(),
            per_account,
        }
    }

    /// The credentials that a row needs, `None` while they are in use.
    fn take(&mut self, plan: &Plan) -> Option<Lease> {
        let mut lease = Lease::default();
        for (name, count) in plan.leases() {
            let manifest = &plan.suite.manifest;
            let exclusive = manifest
                .credentials
                .iter()
                .any(|known| known.name == name && known.exclusive);
            let all = plan
                .site
                .part
                .credentials
                .get(name)
                .map(Vec::as_slice)
                .unwrap_or_default();
            let mut taken = 0;
            for (number, credential) in all.iter().enumerate() {
                let own = || format!("{}/{name}/{number}", plan.suite.name);
                let account = credential.account.clone().unwrap_or_else(own);
                let used = self.busy.get(&account).copied().unwrap_or_default();
                let mine = lease.accounts.contains(&account);
                if taken == count || (exclusive && (mine || used >= self.per_account)) {
                    continue;
                }
                taken += 1;
                let name = if taken == 1 {
                    name.to_owned()
                } else {
                    format!("{name}.{taken}")
                };
                lease
                    .supplies
                    .push((name, credential.secret().unwrap_or_default().to_owned()));
                if exclusive {
                    lease.accounts.push(account);
                }
            }
            if taken < count {
                return None;
            }
        }
        for account in &lease.accounts {
            *self.busy.entry(account.clone()).or_default() += 1;
        }
        Some(lease)
    }

    fn give_back(&mut self, lease: &Lease) {
        for account in &lease.accounts {
            if let Some(used) = self.busy.get_mut(account) {
                *used = used.saturating_sub(1);
            }
        }
    }
}
