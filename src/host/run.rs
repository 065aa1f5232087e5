//! One run of suites against a target, for a host that wants judgements and no report.

use std::{sync::Arc, time::Instant};

use reference::Variant;
use tokio::task::LocalSet;

use super::{Error, Suites, Target};
use crate::{
    drive::Network,
    judge::Judgement,
    plan::Plan,
    run::{
        confirm, memory, preflight,
        scheduler::{Examined, Scheduler},
        summary::{ClauseStatus, Conclusion, Summary},
    },
    syntax::diagnostic::Diagnostic,
};

/// What to run, and how. Made by [`Run::new`], started by [`Run::start`].
#[derive(Debug)]
pub struct Run<'a> {
    suites: &'a Suites,
    target: &'a Target,
    filters: Vec<String>,
    exact: bool,
    seed: u64,
    jobs: usize,
}

/// How a clause stands after a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClauseResult {
    pub suite: String,
    pub clause: String,
    pub status: ClauseStatus,
}

/// What a run came to.
#[derive(Clone, Debug)]
pub struct RunResult {
    /// The rows, by id.
    pub judgements: Vec<Judgement>,
    /// The clauses, in the order of their catalogues.
    pub clauses: Vec<ClauseResult>,
    pub conclusion: Conclusion,
}

impl<'a> Run<'a> {
    /// All rows of the suites.
    pub fn new(suites: &'a Suites, target: &'a Target) -> Self {
        Self {
            suites,
            target,
            filters: Vec::new(),
            exact: false,
            seed: 1,
            jobs: target.jobs(),
        }
    }

    /// Only rows whose id contains `part`, or one of the parts of several calls.
    #[must_use]
    pub fn filter(mut self, part: impl Into<String>) -> Self {
        self.filters.push(part.into());
        self
    }

    /// Only rows whose whole id is one of the filters.
    #[must_use]
    pub fn exact(mut self) -> Self {
        self.exact = true;
        self
    }

    /// The number that random values are made from; 1 if not said, so that a test repeats itself.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The rows that run side by side at most.
    #[must_use]
    pub fn jobs(mut self, jobs: usize) -> Self {
        self.jobs = jobs.max(1);
        self
    }

    pub(crate) fn scheduler(&self) -> Result<Scheduler, Error> {
        let network = Network::new(self.target.settings()?).map_err(|error| Diagnostic::plain(error.to_string()))?;
        Ok(Scheduler::new(
            &self.suites.chosen,
            &self.target.profile,
            network,
            self.seed,
        ))
    }

    /// Runs, and waits until it is over. It brings its own runtime: call it outside of any other.
    ///
    /// # Errors
    /// When nothing could be run. What the server does is never an error.
    pub fn start(self) -> Result<RunResult, Error> {
        let began = Instant::now();
        let scheduler = self.scheduler()?;
        let plans = scheduler.plans(|row| {
            let meets = |part: &String| {
                if self.exact {
                    row.id == *part
                } else {
                    row.id.contains(part.as_str())
                }
            };
            self.filters.is_empty() || self.filters.iter().any(meets)
        });
        let mut judgements = Vec::with_capacity(plans.len());
        let contradicted = replay(self.target, &scheduler, plans, self.jobs, |judgement| {
            judgements.push(judgement)
        })?;
        judgements.sort_by(|a: &Judgement, b| a.row.cmp(&b.row));
        let name = self.target.name.clone();
        let summary = Summary {
            contradicted,
            ..Summary::new(name, &self.suites.chosen, judgements, began.elapsed(), false)
        };
        let conclusion = summary.conclusion();
        let clauses = summary.clauses.into_iter().map(|clause| ClauseResult {
            suite: clause.suite,
            clause: clause.requirement.id,
            status: clause.status,
        });
        Ok(RunResult {
            clauses: clauses.collect(),
            judgements: summary.rows,
            conclusion,
        })
    }
}

/// Runs plans on a runtime of this thread, and tells each judgement as its row ends. What the profile says and the target denies.
pub(super) fn replay(
    target: &Target,
    scheduler: &Scheduler,
    plans: Vec<Arc<Plan>>,
    jobs: usize,
    mut each: impl FnMut(Judgement),
) -> Result<Vec<String>, Error> {
    let each = |examined: Examined| each(examined.judgement);
    let run = async |scheduler: &Scheduler| {
        let fitted = preflight::fitted(scheduler, plans, target.is_reference(), std::future::pending()).await;
        confirm::run(&fitted.scheduler, fitted.plans, jobs, std::future::pending(), each).await;
        fitted.contradicted
    };
    if target.is_in_memory() {
        let work = async |network| run(&scheduler.over(network)).await;
        return memory::with(Variant::Honest, target.settings()?, work).map_err(Error::harness);
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Error::harness)?;
    Ok(LocalSet::new().block_on(&runtime, run(scheduler)))
}
