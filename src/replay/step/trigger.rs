//! `provoke`: makes a situation of the manifest happen, by the profile's hook or by a message.

use std::{sync::Arc, time::Duration};

use crate::{
    plan::Instance,
    replay::{
        carried::Carried,
        context::Context,
        io::{Action, Hook},
        sending::write,
        state::{Progress, Start, StepState, not_open},
    },
    suite::case::Trigger,
    syntax::template::Unbound,
    target::TriggerMeans,
    transcript::{StepOutcome, WireEvent},
};

/// A hook under way.
#[derive(Debug)]
struct Triggering {
    trigger: Arc<Trigger>,
    hook: usize,
}

/// Calls the hook, or sends the message.
pub fn start(
    context: &mut Context,
    carried: &mut Carried,
    instance: &Instance,
    trigger: &Arc<Trigger>,
) -> Result<Start, Unbound> {
    let call = match context.plan.target.calls.get(&trigger.situation) {
        Some(TriggerMeans::Url(url, _)) => Hook::Url(url.clone()),
        Some(TriggerMeans::Command(command, _)) => Hook::Command(command.clone()),
        Some(TriggerMeans::ByItself(..)) => {
            // What came before belongs to what was done before.
            if let Some(connection) = context.connections.accepted(&trigger.connection) {
                carried.set_reply_from(connection, context.connections[connection].inbox.len());
            }
            return Ok(Start::Finished(StepOutcome::Done));
        }
        Some(TriggerMeans::Call(_)) | None => {
            let Some(connection) = context.connections.open(&trigger.connection) else {
                return Ok(Start::Failed(not_open(&trigger.connection)));
            };
            carried.set_reply_from(connection, context.connections[connection].inbox.len());
            write(context, carried, instance, connection, &trigger.content, 1)?;
            return Ok(Start::Finished(StepOutcome::Done));
        }
    };
    let hook = context.hooks.ask();
    let deadline = context.plan.deadline();
    context.actions.push_back(Action::Hook { hook, call, deadline });
    Ok(Start::waiting(Triggering {
        trigger: trigger.clone(),
        hook,
    }))
}

impl StepState for Triggering {
    fn poll(&mut self, context: &mut Context, _: &mut Carried) -> Progress {
        let Some(outcome) = context.hooks.take(self.hook) else {
            return Progress::Waiting;
        };
        context.record(WireEvent::Hooked {
            situation: self.trigger.situation.clone(),
            outcome: outcome.clone(),
        });
        match outcome {
            Ok(()) => Progress::Finished(StepOutcome::Done),
            Err(why) => Progress::Failed(StepOutcome::Broken(format!("the hook failed: {why}"))),
        }
    }

    /// The row's own deadline.
    fn until(&self) -> Option<Duration> {
        None
    }
}
