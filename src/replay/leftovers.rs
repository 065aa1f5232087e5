//! The end of a row: listening for what nobody expected, on one connection after the other.

use std::time::Duration;

use super::{carried::Carried, context::Context, fence, io::ConnectionId, listening::Listening, scope::view};
use crate::{
    syntax::selector::Selector,
    transcript::{FinishedStep, StepOutcome, WireEvent},
};

/// How long is listened for leftovers if the fence goes unanswered.
const LEFTOVER_WAIT: Duration = Duration::from_millis(250);

/// The connections that are asked for silence, and the one that is asked now. No name of the row's steps is known here.
#[derive(Debug)]
pub struct Leftovers {
    silent: Vec<ConnectionId>,
    listening: Option<Listening>,
    carried: Carried,
}

impl Leftovers {
    /// Begins to listen, if there is a reason to: a row that went wrong has leftovers anyway.
    pub fn start(context: &mut Context, failed: bool) -> Self {
        let listens = context.plan.suite.manifest.leftover.is_some() && !failed;
        let all = context.connections.iter();
        let silent = all.filter(|(_, connection)| listens && connection.may_be_fenced());
        let mut leftovers = Self {
            silent: silent.map(|(number, _)| number).collect(),
            listening: None,
            carried: Carried::default(),
        };
        leftovers.next(context);
        leftovers
    }

    /// When the waiting is over whatever happens.
    pub fn until(&self) -> Option<Duration> {
        self.listening.as_ref().map(|listening| listening.until)
    }

    /// Whether every connection was silent long enough; if so, what is left over is written down.
    pub fn poll(&mut self, context: &mut Context) -> bool {
        while let Some(listening) = &mut self.listening {
            if !listening.poll(context, &self.carried) {
                return false;
            }
            self.next(context);
        }
        self.finish(context);
        true
    }

    /// Asks the next connection for silence.
    fn next(&mut self, context: &mut Context) {
        self.listening = self.silent.pop().map(|connection| {
            let fence = fence::send(context, &self.carried, connection);
            let wait = match &fence {
                Some(_) => context.plan.target.timeouts.patient(LEFTOVER_WAIT),
                None => Duration::ZERO,
            };
            // Who has answered everything has nothing on the way that a fence could overtake.
            let owes = context.connections[connection].unanswered > 0;
            let overtaken = context.plan.target.timeouts.overtaken();
            Listening {
                connection,
                until: context.after(wait),
                fence,
                overtaken: if owes { overtaken } else { Duration::ZERO },
            }
        });
    }

    fn finish(&self, context: &mut Context) {
        if context.plan.suite.manifest.leftover.is_none() {
            return;
        }
        let mut left = Vec::new();
        let scope = view(context, &self.carried, &[]);
        let unsolicited = context.plan.suite.unsolicited(&context.plan.row.case);
        let ignore = context.plan.suite.manifest.ignore.as_ref();
        let all = context.connections.iter();
        for (number, connection) in all.filter(|(_, connection)| !connection.tolerant && !connection.frame_mode) {
            for (at, item) in connection.inbox.waiting(0) {
                if item.received().opcode.is_control()
                    || fence::is_answer(context, &self.carried, number, (at, &item.message))
                {
                    continue;
                }
                let lawful = |selector: &Selector| selector.meets(&item.message, &scope);
                if !unsolicited.is_some_and(lawful) && !ignore.is_some_and(lawful) {
                    left.push(item.entry);
                }
            }
        }
        let step = context.plan.script.instances.len();
        context.record(WireEvent::Step(FinishedStep {
            step,
            outcome: StepOutcome::Leftover(left),
            values: Vec::new(),
        }));
    }
}
