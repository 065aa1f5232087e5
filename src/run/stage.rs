//! Where variants of the reference are examined, on all cores: over TCP, or in memory.

#[cfg(test)]
mod tests;

use std::{
    cmp::Reverse,
    collections::{BTreeMap, VecDeque},
    io,
    net::{Ipv4Addr, SocketAddr},
    num::NonZero,
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Duration,
};

use futures_util::{StreamExt as _, stream::FuturesUnordered};
use tokio::{
    runtime,
    sync::{Semaphore, oneshot},
};

use super::{clocks, memory};
use crate::{
    drive::{Network, Settings},
    plan::{self, Plan},
    run::{
        room::Room,
        scheduler::{Examined, Scheduler},
    },
    suite::Suite,
    syntax::diagnostic::Diagnostic,
    syntax::source::Source,
    target::Profile,
};
use reference::{Reference, Variant};

/// The reference answers at once or not at all; the rest is for a machine that is busy with other trials.
const EXPECT: Duration = Duration::from_secs(2);
/// No row takes longer against the honest reference; a fault that withholds everything need not be waited out.
const CASE: Duration = Duration::from_secs(15);
/// It always accepts a connection in the end, however busy the machine is.
const CONNECT: Duration = Duration::from_secs(20);
/// Rows under way at once.
const JOBS: usize = 128;
/// Makes the random values of every trial.
const SEED: u64 = 1;
/// Trials over TCP under way at once for every core: most of such a trial is waiting for what a fault withholds. In memory
/// nothing is waited for, so one fills a core.
const TRIALS_PER_CORE: usize = 16;
/// Of these the ones that still have many rows to go, which need most of the processor and of the memory: some of those that take
/// long, and some that fill the time in which these wait.
const CROWDED_PER_CORE: [(End, usize); 2] = [(End::Slow, 4), (End::Quick, 5)];
/// A trial with no more rows to go than these is not crowded any more: it waits for the slowest of them.
const FEW_ROWS: usize = 64;

/// What harness and reference talk over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    Tcp,
    Memory,
}

/// The suites resolved against the reference.
#[derive(Clone)]
struct Ground {
    scheduler: Arc<Scheduler>,
    plans: Arc<Vec<Arc<Plan>>>,
}

/// The suites and what they are held against.
pub(super) struct Stage<'a> {
    suites: &'a [Arc<Suite>],
    known: &'a [Arc<Suite>],
    wire: Wire,
    /// The one in memory. Over TCP they differ from it in the port alone.
    pattern: Ground,
    /// Shared by the trials over TCP. In memory every trial has its own: who waits for another thread lets its clock run away.
    room: Room,
}

/// Variants to examine, and who hears of them.
struct Trials<'a, N, D> {
    variants: &'a [Variant],
    waiting: Mutex<Waiting>,
    note: N,
    done: D,
}

/// Where variants that wait are taken from.
#[derive(Clone, Copy)]
enum End {
    Slow,
    Quick,
}

impl<'a> Stage<'a> {
    /// A stage for these suites. The reference's profile speaks of all the suites that are `known`.
    pub(super) fn new(suites: &'a [Arc<Suite>], known: &'a [Arc<Suite>], wire: Wire) -> io::Result<Self> {
        let scheduler = scheduler(suites, known, memory::profile())?;
        let pattern = Ground {
            plans: Arc::new(scheduler.plans(|_| true)),
            scheduler: Arc::new(scheduler),
        };
        Ok(Self {
            suites,
            known,
            wire,
            pattern,
            room: Room::default(),
        })
    }

    /// Runs what the suites have for each variant. `note` hears of every row as it ends; `done` of every variant, by its
    /// place, in the order in which they end.
    pub(super) fn examine<T: Default>(
        &self,
        variants: &[Variant],
        note: impl Fn(&mut T, Examined) + Sync,
        done: impl Fn(usize, io::Result<T>) + Sync,
    ) {
        let trials = Trials {
            variants,
            waiting: Mutex::new(Waiting::new(variants)),
            note,
            done,
        };
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        thread::scope(|scope| {
            for _ in 0..cores.min(variants.len()) {
                scope.spawn(|| match self.wire {
                    Wire::Tcp => self.over_tcp(&trials),
                    Wire::Memory => self.in_memory(&trials),
                });
            }
        });
    }

    fn in_memory<T: Default>(&self, trials: &Trials<impl Fn(&mut T, Examined), impl Fn(usize, io::Result<T>)>) {
        while let Some((at, variant)) = trials.next(End::Slow) {
            let mut seen = T::default();
            let ran = memory::with(variant, Settings::default(), async |network| {
                let each = |examined| (trials.note)(&mut seen, examined);
                self.pattern.run(variant, network, Room::default(), each).await;
            });
            (trials.done)(at, ran.map(|()| seen));
        }
    }

    fn over_tcp<T: Default>(&self, trials: &Trials<impl Fn(&mut T, Examined), impl Fn(usize, io::Result<T>)>) {
        let crowds = CROWDED_PER_CORE.map(|(end, crowded)| (end, Semaphore::new(crowded)));
        let place = async |(end, crowd): &(End, Semaphore)| {
            let mut opened = self.open().await;
            loop {
                // It is never closed.
                let mut crowded = crowd.acquire().await.ok();
                let Some((at, variant)) = trials.next(*end) else { break };
                let mut seen = T::default();
                opened = match opened {
                    Ok((reference, ground)) => {
                        let mut left = ground.plans_for(variant).count();
                        let each = |examined| {
                            left = left.saturating_sub(1);
                            if left <= FEW_ROWS {
                                crowded.take();
                            }
                            (trials.note)(&mut seen, examined);
                        };
                        self.serve_and_run(reference, ground, variant, each).await
                    }
                    failed => failed,
                };
                let ran = match &opened {
                    Ok(_) => Ok(seen),
                    Err(error) => Err(io::Error::new(error.kind(), error.to_string())),
                };
                (trials.done)(at, ran);
            }
        };
        match runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime.block_on(async {
                let places = crowds.iter().cycle().take(TRIALS_PER_CORE);
                let mut places: FuturesUnordered<_> = places.map(place).collect();
                while places.next().await.is_some() {}
            }),
            Err(error) => {
                while let Some((at, _)) = trials.next(End::Slow) {
                    (trials.done)(at, Err(io::Error::new(error.kind(), error.to_string())));
                }
            }
        }
    }

    /// Runs the suites against this variant, which serves as long as they run.
    async fn serve_and_run(
        &self,
        mut reference: Reference,
        ground: Ground,
        variant: Variant,
        each: impl FnMut(Examined),
    ) -> io::Result<(Reference, Ground)> {
        reference.turn_into(variant, 0);
        let network = Network::new(Settings::default()).map_err(other)?;
        let (over, ended) = oneshot::channel::<()>();
        let serving = tokio::spawn(async move {
            tokio::select! {
                served = reference.serve() => served.map(|()| reference),
                _ = ended => Ok(reference),
            }
        });
        ground.run(variant, network, self.room.clone(), each).await;
        drop(over);
        let reference = serving.await.map_err(other)??;
        Ok((reference, ground))
    }

    /// A reference on a port of its own, and the suites resolved against it.
    async fn open(&self) -> io::Result<(Reference, Ground)> {
        let reference = reference::bind(reference::Options {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            variant: Variant::Honest,
            clock_offset: 0,
        })
        .await?;
        let scheduler = scheduler(self.suites, self.known, reference.profile())?;
        let plans = self
            .pattern
            .plans
            .iter()
            .cloned()
            .filter_map(|plan| scheduler.aim(plan));
        let ground = Ground {
            plans: Arc::new(plans.collect()),
            scheduler: Arc::new(scheduler),
        };
        Ok((reference, ground))
    }
}

impl<N, D> Trials<'_, N, D> {
    /// The next variant from this end, with its place.
    fn next(&self, end: End) -> Option<(usize, Variant)> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let at = waiting.take(end)?;
        Some((at, self.variants[at]))
    }
}

/// How long a variant will take, in comparison.
fn weight(variant: Variant) -> usize {
    match variant {
        Variant::Fault(fault) => fault.breaks.len(),
        // It says something else, and as soon.
        Variant::Reading(reading) if !reading.shows.is_empty() => 0,
        // What does not show in the replies shows in their time.
        Variant::Honest | Variant::Reading(_) => 2,
    }
}

/// The places of the variants that are not begun.
struct Waiting {
    /// What breaks most comes first: it withholds most, so it takes longest.
    slowest_first: VecDeque<usize>,
    /// None of these takes longer than an honest server, so no core waits for the end of the last of them.
    last: Vec<usize>,
}

impl Waiting {
    fn new(variants: &[Variant]) -> Self {
        let weight = |at: &usize| weight(variants[*at]);
        let (last, mut slower): (Vec<_>, Vec<_>) = (0..variants.len()).partition(|at| weight(at) == 0);
        slower.sort_by_key(|at| Reverse(weight(at)));
        Self {
            slowest_first: slower.into(),
            last,
        }
    }

    fn take(&mut self, end: End) -> Option<usize> {
        let taken = match end {
            End::Slow => self.slowest_first.pop_front(),
            End::Quick => self.slowest_first.pop_back(),
        };
        taken.or_else(|| self.last.pop())
    }
}

impl Ground {
    /// The rows that may tell this variant from an honest server.
    fn plans_for(&self, variant: Variant) -> impl Iterator<Item = &Arc<Plan>> {
        let own = move |plan: &&Arc<Plan>| variant.suite().is_none_or(|suite| plan.suite.name == suite);
        self.plans.iter().filter(own)
    }

    async fn run(&self, variant: Variant, network: Network, room: Room, each: impl FnMut(Examined)) {
        let plans: Vec<Arc<Plan>> = self.plans_for(variant).cloned().collect();
        let scheduler = self.scheduler.over(network).sharing(room);
        let (clocks, _) = clocks::ask(&scheduler, &plans, &BTreeMap::new()).await;
        let scheduler = scheduler.with_clocks(clocks);
        scheduler.run(plans, JOBS, std::future::pending(), each).await;
    }
}

fn scheduler(suites: &[Arc<Suite>], known: &[Arc<Suite>], profile: String) -> io::Result<Scheduler> {
    let source = Source::new("the reference's profile", profile);
    let mut profile = Profile::read(&source, &plan::interfaces(known)).map_err(|found| told(&found))?;
    profile.timeouts.expect = EXPECT;
    profile.timeouts.connect = CONNECT;
    profile.timeouts.case = CASE;
    let network = Network::new(Settings::default()).map_err(other)?;
    Ok(Scheduler::new(suites, &profile, network, SEED))
}

fn told(found: &[Diagnostic]) -> io::Error {
    let told: Vec<String> = found.iter().map(|diagnostic| diagnostic.render(false)).collect();
    io::Error::other(told.join("\n"))
}

fn other(error: impl ToString) -> io::Error {
    io::Error::other(error.to_string())
}
