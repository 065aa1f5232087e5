//! `silence`: nothing more comes, which the suite's fence proves sooner than the time does.

use std::{sync::Arc, time::Duration};

use crate::{
    plan::Instance,
    replay::{
        carried::Carried,
        context::Context,
        fence,
        listening::Listening,
        scope::{span, view},
        selection::is_meant,
        state::{Progress, Start, StepState, not_open},
    },
    suite::case::Silence,
    syntax::template::Unbound,
    transcript::StepOutcome,
};
use wire::event::Ended;

/// How long is listened if the fence goes unanswered.
const SILENCE_WAIT: Duration = Duration::from_secs(1);

/// A silence that a step waits for.
#[derive(Debug)]
struct AwaitingSilence {
    instance: Arc<Instance>,
    silence: Arc<Silence>,
    listening: Listening,
    /// From where on messages disturb it.
    from: usize,
}

/// Begins to listen.
pub fn start(
    context: &mut Context,
    carried: &Carried,
    instance: &Arc<Instance>,
    silence: &Arc<Silence>,
) -> Result<Start, Unbound> {
    let accepted = context.connections.accepted(&silence.connection);
    let Some(connection) = accepted.filter(|connection| !context.connections[*connection].unsent) else {
        return Ok(Start::Failed(not_open(&silence.connection)));
    };
    let wait = match &silence.window {
        Some(window) => span(&view(context, carried, &instance.locals), window)?,
        None => context.plan.target.timeouts.patient(SILENCE_WAIT),
    };
    // What comes by itself stays away only if it does so for longer than it ever takes.
    let wait = wait.max(context.plan.of_itself());
    let fence = if silence.fence {
        fence::send(context, carried, connection)
    } else {
        None
    };
    Ok(Start::waiting(AwaitingSilence {
        instance: instance.clone(),
        silence: silence.clone(),
        listening: Listening {
            connection,
            until: context.after(wait),
            fence,
            overtaken: context.plan.target.timeouts.overtaken(),
        },
        from: carried.reply_from(connection),
    }))
}

impl StepState for AwaitingSilence {
    fn poll(&mut self, context: &mut Context, carried: &mut Carried) -> Progress {
        if !self.listening.poll(context, carried) {
            return Progress::Waiting;
        }
        let connection = self.listening.connection;
        let disturbing: Vec<usize> = {
            let scope = view(context, carried, &self.instance.locals);
            let of = self.silence.of.as_ref();
            let known = &context.connections[connection];
            let waiting = known.inbox.waiting(self.from);
            let waiting = waiting.filter(|(at, item)| {
                !known.is_stray_pong(item.received())
                    && !fence::is_answer(context, carried, connection, (*at, &item.message))
            });
            let meant = waiting.filter(|(_, item)| is_meant(context, &item.message, of, &scope));
            meant.map(|(at, _)| at).collect()
        };
        if disturbing.is_empty() {
            let known = &context.connections[connection];
            // Whoever has hung up says nothing, which proves nothing.
            let ended = known.ended.as_ref().is_some_and(|ended| *ended != Ended::Local);
            return Progress::Finished(if ended {
                StepOutcome::Nothing { ended, within_ms: None }
            } else {
                StepOutcome::Quiet
            });
        }
        // Told here, so not told again as left over.
        let inbox = &mut context.connections[connection].inbox;
        let entries = disturbing.into_iter().map(|at| inbox.take(at).entry);
        Progress::Finished(StepOutcome::Disturbed(entries.collect()))
    }

    fn until(&self) -> Option<Duration> {
        Some(self.listening.until)
    }
}
