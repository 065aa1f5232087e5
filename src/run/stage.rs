//! Where the reference is examined, one variant after the other: over TCP, or in memory.

use std::{io, sync::Arc, time::Duration};

use tokio::runtime;

use super::memory;
use crate::{
    drive::{Network, Settings},
    plan::{self, Plan},
    run::embedded::Embedded,
    run::scheduler::{Examined, Scheduler},
    suite::Suite,
    syntax::diagnostic::Diagnostic,
    syntax::source::Source,
    target::Profile,
};
use reference::Variant;

/// The reference answers at once or not at all; the rest is for a machine that is busy with other trials.
const EXPECT: Duration = Duration::from_secs(2);
/// No row takes longer against the honest reference; a fault that withholds everything need not be waited out.
const CASE: Duration = Duration::from_secs(12);
/// It always accepts a connection in the end, however busy the machine is.
const CONNECT: Duration = Duration::from_secs(20);
/// Rows under way at once.
const JOBS: usize = 128;
/// Makes the random values of every trial.
const SEED: u64 = 1;
/// What harness and reference talk over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    Tcp,
    Memory,
}

/// The suites resolved against the reference.
#[derive(Clone)]
pub(super) struct Ground {
    scheduler: Arc<Scheduler>,
    plans: Arc<Vec<Arc<Plan>>>,
}

/// A place for one trial at a time.
pub(super) enum Stage {
    Tcp(Embedded, Ground),
    Memory(Ground),
}

/// Makes stages.
pub(super) struct Stages<'a> {
    suites: &'a [Arc<Suite>],
    known: &'a [Arc<Suite>],
    /// In memory all stages are alike.
    memory: Option<Ground>,
}

impl<'a> Stages<'a> {
    /// Stages for these suites. The reference's profile speaks of all the suites that are `known`.
    pub(super) fn new(suites: &'a [Arc<Suite>], known: &'a [Arc<Suite>], wire: Wire) -> io::Result<Self> {
        let memory = match wire {
            Wire::Tcp => None,
            Wire::Memory => Some(Ground::new(suites, known, memory::profile())?),
        };
        Ok(Self { suites, known, memory })
    }

    /// A new stage.
    pub(super) fn stage(&self) -> io::Result<Stage> {
        if let Some(ground) = &self.memory {
            return Ok(Stage::Memory(ground.clone()));
        }
        let embedded = Embedded::start(Variant::Honest)?;
        let ground = Ground::new(self.suites, self.known, embedded.profile.clone())?;
        Ok(Stage::Tcp(embedded, ground))
    }
}

impl Stage {
    /// Runs what the suites have for a variant; `each` hears of every row as it ends.
    pub(super) fn examine(&self, variant: Variant, each: impl FnMut(Examined)) -> io::Result<()> {
        match self {
            Self::Tcp(embedded, ground) => {
                embedded.turn_into(variant)?;
                let network = Network::new(Settings::default()).map_err(other)?;
                let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
                runtime.block_on(ground.run(variant, network, each));
                Ok(())
            }
            Self::Memory(ground) => memory::with(variant, Settings::default(), async |network| {
                ground.run(variant, network, each).await;
            }),
        }
    }
}

impl Ground {
    fn new(suites: &[Arc<Suite>], known: &[Arc<Suite>], profile: String) -> io::Result<Self> {
        let source = Source::new("the reference's profile", profile);
        let mut profile = Profile::read(&source, &plan::interfaces(known)).map_err(|found| told(&found))?;
        profile.timeouts.expect = EXPECT;
        profile.timeouts.connect = CONNECT;
        profile.timeouts.case = CASE;
        let network = Network::new(Settings::default()).map_err(other)?;
        let scheduler = Scheduler::new(suites, &profile, network, SEED);
        Ok(Self {
            plans: Arc::new(scheduler.plans(|_| true)),
            scheduler: Arc::new(scheduler),
        })
    }

    async fn run(&self, variant: Variant, network: Network, each: impl FnMut(Examined)) {
        let own = |plan: &&Arc<Plan>| variant.suite().is_none_or(|suite| plan.suite.name == suite);
        let plans = self.plans.iter().filter(own).cloned().collect();
        let scheduler = self.scheduler.over(network);
        scheduler.run(plans, JOBS, std::future::pending(), each).await;
    }
}

fn told(found: &[Diagnostic]) -> io::Error {
    let told: Vec<String> = found.iter().map(|diagnostic| diagnostic.render(false)).collect();
    io::Error::other(told.join("\n"))
}

fn other(error: impl ToString) -> io::Error {
    io::Error::other(error.to_string())
}
