//! `expect`: the message that a step waits for, or that none comes.

use std::{sync::Arc, time::Duration};

use crate::{
    plan::Instance,
    replay::{
        capture::capture,
        carried::Carried,
        connection::SentFence,
        context::Context,
        fence,
        io::ConnectionId,
        scope::view,
        selection::is_meant,
        state::{Progress, Start, StepState, not_open},
    },
    suite::case::Expect,
    transcript::{StepOutcome, milliseconds},
};

/// A message that is waited for.
#[derive(Debug)]
struct Expecting {
    instance: Arc<Instance>,
    expect: Arc<Expect>,
    connection: ConnectionId,
    within: Duration,
    until: Duration,
    /// Up to where the inbox was searched: no message is asked twice, or many tracks beside many messages would take the
    /// time of everything else.
    looked: usize,
    /// From where on messages may be it.
    from: usize,
    fence: Option<SentFence>,
}

/// Looks for the message in what came since the last send.
pub fn start(context: &mut Context, carried: &Carried, instance: &Arc<Instance>, expect: &Arc<Expect>) -> Start {
    let Some(connection) = context.connections.accepted(&expect.connection) else {
        return Start::Failed(not_open(&expect.connection));
    };
    let within = wait(context, expect);
    let mut fence = None;
    if expect.or_silence {
        context.connections[connection].tolerant = true;
        if expect.fence {
            fence = fence::send(context, carried, connection);
        }
    }
    Start::waiting(Expecting {
        instance: instance.clone(),
        expect: expect.clone(),
        connection,
        within,
        until: context.after(within),
        looked: carried.reply_from(connection),
        from: carried.reply_from(connection),
        fence,
    })
}

fn wait(context: &Context, expect: &Expect) -> Duration {
    let timeouts = &context.plan.target.timeouts;
    let usual = if expect.or_silence {
        timeouts.if_any(expect.within)
    } else {
        timeouts.answer(expect.within)
    };
    usual.max(context.plan.of_itself())
}

impl StepState for Expecting {
    fn poll(&mut self, context: &mut Context, carried: &mut Carried) -> Progress {
        let connection = self.connection;
        let answered = match &mut self.fence {
            Some(sent) => fence::answer(context, carried, connection, sent),
            None => None,
        };
        let now = context.clock.elapsed();
        let known = &context.connections[connection];
        // A server that answers one call after the other is still answering: the wait begins anew with each answer.
        self.until = self.until.max(known.last_taken + self.within);
        let over = answered.is_some() || known.ended.is_some() || now >= self.until;
        let found = self.find(context, carried, answered, over);
        if let Some(answer) = answered {
            fence::take_answer(context, connection, answer);
        }
        if let Some(at) = found {
            return self.take(context, carried, at, answered.is_some());
        }
        let within_ms = Some(milliseconds(self.within));
        let nothing = |ended| StepOutcome::Nothing { ended, within_ms };
        if answered.is_some() {
            return Progress::Finished(nothing(false));
        }
        let known = &context.connections[connection];
        let ended = known.ended.is_some();
        if over {
            let allowed = if ended {
                self.expect.or_closed
            } else {
                self.expect.or_silence
            };
            return Progress::over(allowed, nothing(ended));
        }
        self.looked = known.inbox.len();
        Progress::Waiting
    }

    fn until(&self) -> Option<Duration> {
        Some(self.until)
    }
}

impl Expecting {
    /// The place of the message, if it has come. The answer to the fence is not it, and a stray pong only if nothing else comes
    /// before the waiting is `over`.
    fn find(&self, context: &Context, carried: &Carried, fenced: Option<usize>, over: bool) -> Option<usize> {
        let scope = view(context, carried, &self.instance.locals);
        let selector = self.expect.selector.as_ref();
        let known = &context.connections[self.connection];
        let first = |from: usize, strays: bool| {
            let mut waiting = known.inbox.waiting(from);
            let found = waiting.find(|(at, item)| {
                Some(*at) != fenced
                    && (strays || !known.is_stray_pong(item.received()))
                    && is_meant(context, &item.message, selector, &scope)
            });
            found.map(|(at, _)| at)
        };
        first(self.looked, false).or_else(|| if over { first(self.from, true) } else { None })
    }

    fn take(&self, context: &mut Context, carried: &mut Carried, at: usize, fenced: bool) -> Progress {
        let elapsed = context.clock.elapsed();
        let known = &mut context.connections[self.connection];
        known.last_taken = elapsed;
        // Where the answer to a fence is still due, it must not be left over.
        known.tolerant |= self.fence.is_some() && !fenced;
        known.unanswered = known.unanswered.saturating_sub(1);
        let message = known.inbox.take(at);
        let (entry, received) = (message.entry, message.received().clone());
        capture(context, carried, &self.instance.step.captures, received.text());
        Progress::Finished(StepOutcome::Took(entry))
    }
}
