//! `wait`: lets time pass.

use std::time::Duration;

use crate::{
    plan::Instance,
    replay::{
        carried::Carried,
        context::Context,
        scope::{span, view},
        state::{Progress, Start, StepState},
    },
    suite::case::Wait,
    syntax::template::Unbound,
    transcript::StepOutcome,
};

/// A wait under way.
#[derive(Debug)]
struct Waiting {
    until: Duration,
}

/// Begins to wait.
pub fn start(context: &Context, carried: &Carried, instance: &Instance, wait: &Wait) -> Result<Start, Unbound> {
    let span = span(&view(context, carried, &instance.locals), &wait.span)?;
    Ok(Start::waiting(Waiting {
        until: context.after(span),
    }))
}

impl StepState for Waiting {
    fn poll(&mut self, context: &mut Context, _: &mut Carried) -> Progress {
        if context.clock.elapsed() < self.until {
            Progress::Waiting
        } else {
            Progress::Finished(StepOutcome::Done)
        }
    }

    fn until(&self) -> Option<Duration> {
        Some(self.until)
    }
}
