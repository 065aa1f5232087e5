//! The machine: the parts of a row one after the other, and what the hands are to do next.

use std::{sync::Arc, time::Duration};

use super::{
    clock::ClockHints,
    context::Context,
    events,
    io::{Action, Event, Now, Replay},
    leftovers::Leftovers,
    track::Tracks,
};
use crate::{
    plan::Plan,
    transcript::{Cut, Redactor, Transcript},
};

/// Where in the row the machine is.
#[derive(Debug)]
enum Phase {
    Steps(Tracks),
    /// Listening for what nobody expected.
    Leftovers(Leftovers),
    /// Asking for a sign of life.
    Alive(Tracks),
    Done,
}

/// One row in the act of being replayed.
#[derive(Debug)]
pub struct Machine {
    context: Context,
    phase: Phase,
}

impl Machine {
    /// A machine for a row. `supplies` are the credentials that were leased for it, `seed` makes its random values.
    pub fn new(plan: Arc<Plan>, supplies: Vec<(String, String)>, seed: u64) -> Self {
        let phase = Phase::Steps(Tracks::new(plan.script.program.clone()));
        let context = Context::new(plan, supplies, seed);
        Self { context, phase }
    }

    /// Keeps these secrets out of the transcript too.
    pub fn hide(&mut self, secrets: Arc<Redactor>) {
        self.context.witness.hide_all(secrets);
    }

    /// Tells by how many seconds the target's clock is ahead of ours.
    pub fn set_clock(&mut self, ahead: i64) {
        self.context.clock.set_ahead(ahead);
    }

    /// What was seen of the target's clock.
    pub fn clock(&self) -> ClockHints {
        self.context.clock.hints()
    }

    /// What was seen; ends the replay.
    pub fn into_transcript(self) -> Transcript {
        self.context.witness.into_transcript()
    }

    /// Ends the row where it stands.
    pub fn cut(&mut self, cut: Cut) {
        match &mut self.phase {
            Phase::Done => return,
            Phase::Leftovers(_) => self.context.witness.cut(cut),
            Phase::Steps(tracks) | Phase::Alive(tracks) => {
                self.context.witness.cut(cut);
                tracks.cut(&mut self.context);
            }
        }
        self.finish();
    }

    fn finish(&mut self) {
        self.context.drop_connections();
        self.phase = Phase::Done;
    }

    /// Goes on as far as it goes without an event and without time passing.
    fn run(&mut self) {
        let context = &mut self.context;
        loop {
            match &mut self.phase {
                Phase::Steps(tracks) => {
                    while tracks.advance(context) {}
                    if !tracks.is_over() {
                        return;
                    }
                    self.phase = Phase::Leftovers(Leftovers::start(context, tracks.failed()));
                }
                Phase::Leftovers(leftovers) => {
                    if !leftovers.poll(context) {
                        return;
                    }
                    context.drop_connections();
                    self.phase = Phase::Alive(Tracks::new(context.plan.script.alive.clone()));
                }
                Phase::Alive(tracks) => {
                    while tracks.advance(context) {}
                    if tracks.is_over() {
                        self.finish();
                    }
                    return;
                }
                Phase::Done => return,
            }
        }
    }

    /// The moment at which something is due.
    fn next_moment(&self) -> Duration {
        let due = match &self.phase {
            Phase::Steps(tracks) | Phase::Alive(tracks) => tracks.until(),
            Phase::Leftovers(leftovers) => leftovers.until(),
            Phase::Done => None,
        };
        let deadline = self.context.plan.deadline();
        due.map_or(deadline, |due| due.min(deadline))
    }
}

impl Replay for Machine {
    fn poll(&mut self, now: Now) -> Action {
        self.context.clock.set(now);
        self.run();
        if now.elapsed >= self.context.plan.deadline() {
            self.cut(Cut::Deadline);
        }
        if let Some(action) = self.context.actions.pop_front() {
            return action;
        }
        match self.phase {
            Phase::Done => Action::Done,
            Phase::Steps(_) | Phase::Leftovers(_) | Phase::Alive(_) => Action::Wait {
                until: Some(self.next_moment()),
            },
        }
    }

    fn handle(&mut self, now: Now, event: Event) {
        self.context.clock.set(now);
        if !matches!(self.phase, Phase::Done) {
            events::take(&mut self.context, event);
        }
    }
}
