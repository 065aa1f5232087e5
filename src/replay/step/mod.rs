//! The steps: one file an act, which begins it and, if it waits, knows what it waits for and what that comes to.
//!
//! Here is nothing but the table of who begins which act.

mod build;
mod close;
mod closed;
mod expect;
mod r#let;
mod open;
mod request;
mod search;
mod send;
mod silence;
#[cfg(test)]
mod tests;
mod trigger;
mod wait;

use std::sync::Arc;

use super::{
    carried::Carried,
    context::Context,
    state::{Start, no_value},
};
use crate::{plan::Instance, suite::case::Act, transcript::StepOutcome};

/// Begins a step.
pub fn start(context: &mut Context, carried: &mut Carried, instance: &Arc<Instance>) -> Start {
    let started = match &instance.step.act {
        Act::Let(act) => r#let::start(context, carried, instance, act),
        Act::Build(act) => build::start(context, carried, instance, act),
        Act::Open(act) => open::start(context, carried, instance, act),
        Act::Send(act) => send::start(context, carried, instance, act),
        Act::Expect(act) => Ok(expect::start(context, carried, instance, act)),
        Act::Silence(act) => silence::start(context, carried, instance, act),
        Act::Closed(act) => Ok(closed::start(context, act)),
        Act::Close(act) => Ok(close::start(context, act)),
        Act::Request(act) => request::start(context, carried, instance, act),
        Act::Trigger(act) => trigger::start(context, carried, instance, act),
        Act::Search(act) => search::start(context, carried, instance, act),
        Act::Wait(act) => wait::start(context, carried, instance, act),
        // The plan has put the steps inside these in their places, and the tracks fork and join.
        Act::Repeat(_) | Act::Together(_) => {
            let why = format!("`{}` is no step of a plan", instance.step.label());
            Ok(Start::Failed(StepOutcome::Broken(why)))
        }
    };
    started.unwrap_or_else(|unbound| Start::Failed(no_value(unbound)))
}
