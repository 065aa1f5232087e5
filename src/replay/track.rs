//! Tracks: strands of steps that run side by side, each taking its steps in order.
//!
//! A track that forks waits for its children and takes over what they leave. Where a step fails, those after it in the same
//! track are told as skipped: they would accuse their clauses of the first one's failure.

use std::{sync::Arc, time::Duration};

use super::{
    carried::Carried,
    context::Context,
    scope::view,
    state::{Progress, Start, StepState},
    step,
};
use crate::{
    plan::{Instance, Item},
    syntax::template::Scope as _,
    transcript::{FinishedStep, StepOutcome, WireEvent},
};

/// What a track does.
#[derive(Debug)]
enum TrackState {
    /// The next step can begin.
    Ready,
    /// A step is under way.
    Step(Arc<Instance>, Box<dyn StepState>),
    /// Tracks of these numbers must be over first.
    Joining(Vec<usize>),
    Over,
}

/// A strand of steps.
#[derive(Debug)]
struct Track {
    items: Vec<Item>,
    next: usize,
    state: TrackState,
    carried: Carried,
    /// A step failed to get what it needs to go on.
    failed: bool,
}

/// The tracks of a part of the row. The first was there from the beginning, and is over last.
#[derive(Debug)]
pub struct Tracks(Vec<Track>);

impl Tracks {
    /// One track at its first step.
    pub fn new(items: Vec<Item>) -> Self {
        Self(vec![Track::new(items, Carried::default())])
    }

    /// Whether all are over.
    pub fn is_over(&self) -> bool {
        matches!(self.0[0].state, TrackState::Over)
    }

    /// Whether a step failed to get what it needs to go on.
    pub fn failed(&self) -> bool {
        self.0.iter().any(|track| track.failed)
    }

    /// The next moment at which something is due.
    pub fn until(&self) -> Option<Duration> {
        let due = self.0.iter().filter_map(|track| match &track.state {
            TrackState::Step(_, step) => step.until(),
            TrackState::Ready | TrackState::Joining(_) | TrackState::Over => None,
        });
        due.min()
    }

    /// Moves each on by one thing; whether anything changed.
    pub fn advance(&mut self, context: &mut Context) -> bool {
        let mut moved = false;
        for track in 0..self.0.len() {
            moved |= self.advance_one(track, context);
        }
        moved
    }

    /// Ends what is under way where it stands.
    pub fn cut(&mut self, context: &mut Context) {
        for track in &mut self.0 {
            if let TrackState::Step(instance, _) = &track.state {
                let outcome = StepOutcome::Skipped("the row was cut short".into());
                finish_step(context, &track.carried, instance, outcome);
            }
            track.state = TrackState::Over;
        }
    }

    fn advance_one(&mut self, number: usize, context: &mut Context) -> bool {
        let track = &mut self.0[number];
        match &mut track.state {
            TrackState::Over => false,
            TrackState::Ready => {
                self.start_next(number, context);
                true
            }
            TrackState::Step(instance, state) => {
                let outcome = match state.poll(context, &mut track.carried) {
                    Progress::Waiting => return false,
                    Progress::Moved => return true,
                    Progress::Finished(outcome) => outcome,
                    Progress::Failed(outcome) => {
                        track.failed = true;
                        outcome
                    }
                };
                finish_step(context, &track.carried, instance, outcome);
                track.state = TrackState::Ready;
                true
            }
            TrackState::Joining(children) => {
                let children = std::mem::take(children);
                self.join(number, children)
            }
        }
    }

    fn start_next(&mut self, number: usize, context: &mut Context) {
        let track = &mut self.0[number];
        let Some(item) = track.items.get(track.next).cloned() else {
            track.state = TrackState::Over;
            return;
        };
        track.next += 1;
        match item {
            item if track.failed => track.skip(context, &item),
            Item::Step(step) => track.start(context, step),
            Item::Fork(sides) => {
                let carried = track.carried.clone();
                let first = self.0.len();
                let children = sides.into_iter().map(|items| Track::new(items, carried.clone()));
                self.0.extend(children);
                let children = (first..self.0.len()).collect();
                self.0[number].state = TrackState::Joining(children);
            }
        }
    }

    /// Takes over what the children of a track leave, if they are all over; whether they are.
    fn join(&mut self, number: usize, children: Vec<usize>) -> bool {
        let is_over = |child: &usize| matches!(self.0[*child].state, TrackState::Over);
        if !children.iter().all(is_over) {
            self.0[number].state = TrackState::Joining(children);
            return false;
        }
        for child in children {
            let carried = std::mem::take(&mut self.0[child].carried);
            self.0[number].failed |= self.0[child].failed;
            self.0[number].carried.join(carried);
        }
        self.0[number].state = TrackState::Ready;
        true
    }
}

impl Track {
    fn new(items: Vec<Item>, carried: Carried) -> Self {
        Self {
            items,
            next: 0,
            state: TrackState::Ready,
            carried,
            failed: false,
        }
    }

    fn start(&mut self, context: &mut Context, step: usize) {
        let instance = context.plan.script.instances[step].clone();
        match step::start(context, &mut self.carried, &instance) {
            Start::Finished(outcome) => finish_step(context, &self.carried, &instance, outcome),
            Start::Failed(outcome) => {
                finish_step(context, &self.carried, &instance, outcome);
                self.failed = true;
            }
            Start::Waiting(state) => self.state = TrackState::Step(instance, state),
        }
    }

    fn skip(&self, context: &mut Context, item: &Item) {
        match item {
            Item::Step(step) => {
                let instance = context.plan.script.instances[*step].clone();
                let outcome = StepOutcome::Skipped("an earlier step failed".into());
                finish_step(context, &self.carried, &instance, outcome);
            }
            Item::Fork(sides) => sides.iter().flatten().for_each(|item| self.skip(context, item)),
        }
    }
}

/// The step is over. What its checks will ask for is kept with it.
fn finish_step(context: &mut Context, carried: &Carried, instance: &Instance, outcome: StepOutcome) {
    let mut values: Vec<(String, String)> = Vec::new();
    let scope = view(context, carried, &instance.locals);
    let mut ask = |name: &str| {
        if !values.iter().any(|(known, _)| known == name)
            && let Some(value) = scope.lookup(name)
        {
            values.push((name.to_owned(), value.to_string()));
        }
    };
    for check in &instance.step.checks {
        check.placeholders(&mut |placeholder| ask(&placeholder.name));
    }
    context.record(WireEvent::Step(FinishedStep {
        step: instance.number,
        outcome,
        values,
    }));
}
