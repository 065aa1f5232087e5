//! How steps begin and go on. What an act waits for is its own file's matter; this is all that a track knows of it.

use std::{fmt::Debug, time::Duration};

use super::{carried::Carried, context::Context};
use crate::{syntax::template::Unbound, transcript::StepOutcome};

/// How a step begins.
#[derive(Debug)]
pub enum Start {
    /// There was nothing to wait for.
    Finished(StepOutcome),
    /// It came to nothing that the track could go on with.
    Failed(StepOutcome),
    Waiting(Box<dyn StepState>),
}

/// How a step goes on.
#[derive(Debug)]
pub enum Progress {
    /// Nothing has come yet.
    Waiting,
    /// Something has come, and now it waits for something else.
    Moved,
    Finished(StepOutcome),
    /// It came to nothing that the track could go on with.
    Failed(StepOutcome),
}

/// A step that waits. It has all that it needs to end: the act, the connection, the time.
pub trait StepState: Debug {
    /// Looks whether what it waits for has come, or whether its time is up.
    fn poll(&mut self, context: &mut Context, carried: &mut Carried) -> Progress;
    /// When the waiting is over whatever happens; `None` if somebody else sees to it.
    fn until(&self) -> Option<Duration>;
}

impl Start {
    /// The step waits.
    pub fn waiting(state: impl StepState + 'static) -> Self {
        Self::Waiting(Box::new(state))
    }
}

impl Progress {
    /// The step is over, and what it came to is enough to go on or not.
    pub fn over(enough: bool, outcome: StepOutcome) -> Self {
        if enough {
            Self::Finished(outcome)
        } else {
            Self::Failed(outcome)
        }
    }
}

/// The outcome of a step that has no connection to work on.
pub fn not_open(connection: &str) -> StepOutcome {
    StepOutcome::Skipped(format!("the connection `{connection}` is not open"))
}

/// The outcome of a step that uses a name without a value.
pub fn no_value(Unbound(name): Unbound) -> StepOutcome {
    StepOutcome::Skipped(format!("`{name}` has no value"))
}
