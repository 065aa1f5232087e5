//! `closed`: waits for an end that the server makes.

use std::time::Duration;

use crate::{
    replay::{
        carried::Carried,
        context::Context,
        io::ConnectionId,
        state::{Progress, Start, StepState, not_open},
    },
    suite::case::Closed,
    transcript::StepOutcome,
};
use wire::event::Ended;

/// A connection whose end is waited for.
#[derive(Debug)]
pub(super) struct AwaitingEnd {
    pub(super) connection: ConnectionId,
    pub(super) until: Duration,
}

/// Waits for the end, which may have come long ago.
pub fn start(context: &Context, closed: &Closed) -> Start {
    match context.connections.named(&closed.connection) {
        Some(connection) => Start::waiting(AwaitingEnd {
            connection,
            until: context.after(context.plan.target.timeouts.end(closed.within)),
        }),
        None => Start::Failed(not_open(&closed.connection)),
    }
}

impl StepState for AwaitingEnd {
    fn poll(&mut self, context: &mut Context, _: &mut Carried) -> Progress {
        let connection = &context.connections[self.connection];
        if connection.ended.is_none() && context.clock.elapsed() < self.until {
            return Progress::Waiting;
        }
        // An end that this side made is none of the server's.
        let ended = connection.ended.clone().filter(|ended| *ended != Ended::Local);
        Progress::Finished(StepOutcome::Closed {
            frame: connection.close_frame,
            ended,
        })
    }

    fn until(&self) -> Option<Duration> {
        Some(self.until)
    }
}
