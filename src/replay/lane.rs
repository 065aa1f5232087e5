//! A line of steps and what it waits for. Lanes run side by side; each takes its steps in order.

use std::{sync::Arc, time::Duration};

use super::{
    Machine,
    exchange::Exchanging,
    listen::{Expecting, Quieting},
    open::{Opening, Probing},
    seek::Seeking,
    write::Closing,
};
use crate::{plan::Item, suite::case::Step, syntax::json::Node, syntax::template::Unbound, transcript::Outcome};
use wire::{event::Failure, http::Response};

/// How long a probed connection may stay silent, and a close may take (requirements: a refusal is done within 2 s).
pub const PATIENCE: Duration = Duration::from_secs(2);
/// How a step begins: its outcome if it is over at once, or what the lane waits for. `Over` says: it could not begin.
pub type Begun = Result<(Outcome, State), Unbound>;
/// What the lane goes on waiting for, unless it has begun something of its own, and whether anything changed.
pub type Pursued = (Option<State>, bool);

/// Nothing has come yet.
pub fn waiting(state: State) -> Pursued {
    (Some(state), false)
}

/// The outcome of a step that has no connection to work on.
pub fn not_open(connection: &str) -> Outcome {
    Outcome::Skipped(format!("the connection `{connection}` is not open"))
}

/// What a lane waits for.
#[derive(Debug)]
pub enum State {
    Ready,
    Opening(Opening),
    Probing(Probing),
    Expecting(Expecting),
    Quieting(Quieting),
    Closing(Closing),
    Exchanging(Exchanging),
    Searching(Seeking),
    Hooking {
        hook: usize,
        step: usize,
        result: Option<Result<(), String>>,
    },
    Waiting {
        step: usize,
        until: Duration,
    },
    Joining {
        lanes: Vec<usize>,
    },
    Over,
}

impl State {
    /// The step that is under way.
    pub fn step(&self) -> Option<usize> {
        match self {
            Self::Opening(opening) => Some(opening.step),
            Self::Probing(probing) => Some(probing.step),
            Self::Expecting(expecting) => Some(expecting.step),
            Self::Quieting(quieting) => quieting.step,
            Self::Closing(closing) => Some(closing.step),
            Self::Exchanging(exchanging) => Some(exchanging.step),
            Self::Searching(seeking) => Some(seeking.step),
            Self::Hooking { step, .. } | Self::Waiting { step, .. } => Some(*step),
            Self::Ready | Self::Joining { .. } | Self::Over => None,
        }
    }

    /// When the waiting is over whatever happens.
    pub fn until(&self) -> Option<Duration> {
        match self {
            Self::Opening(opening) => Some(opening.until),
            Self::Probing(probing) => Some(probing.until),
            Self::Expecting(expecting) => Some(expecting.until),
            Self::Quieting(quieting) => Some(quieting.until),
            Self::Closing(closing) => Some(closing.until),
            Self::Exchanging(exchanging) => Some(exchanging.until),
            Self::Searching(seeking) => Some(seeking.until),
            Self::Waiting { until, .. } => Some(*until),
            Self::Ready | Self::Hooking { .. } | Self::Joining { .. } | Self::Over => None,
        }
    }
}

/// A line of steps.
#[derive(Debug)]
pub struct Lane {
    items: Vec<Item>,
    at: usize,
    pub state: State,
    /// Names bound so far, the latest last.
    pub bound: Vec<(String, Node)>,
    /// For each link the inbox's length at this lane's last send.
    pub armed: Vec<(usize, usize)>,
    /// A step failed to get what it needs to go on.
    pub failed: bool,
    /// Links whose silence is still to be shown.
    pub quiet: Vec<usize>,
}

impl Lane {
    /// A lane at its first step.
    pub fn new(items: Vec<Item>, bound: Vec<(String, Node)>) -> Self {
        Self {
            items,
            at: 0,
            state: State::Ready,
            bound,
            armed: Vec::new(),
            failed: false,
            quiet: Vec::new(),
        }
    }

    pub fn armed(&self, link: usize) -> usize {
        self.armed
            .iter()
            .rev()
            .find(|(armed, _)| *armed == link)
            .map_or(0, |(_, from)| *from)
    }

    pub fn arm(&mut self, link: usize, from: usize) {
        self.armed.retain(|(armed, _)| *armed != link);
        self.armed.push((link, from));
    }

    pub fn bind(&mut self, name: &str, value: Node) {
        self.bound.retain(|(bound, _)| bound != name);
        self.bound.push((name.to_owned(), value));
    }

    /// Takes the end of an exchange, if it is this lane's.
    pub fn respond(&mut self, number: usize, outcome: Result<Response, Failure>) {
        if let State::Exchanging(exchanging) = &mut self.state
            && exchanging.exchange == number
        {
            exchanging.result = Some(outcome);
        }
    }

    /// Takes the end of a hook, if it is this lane's.
    pub fn hooked(&mut self, number: usize, outcome: &Result<(), String>) {
        if let State::Hooking { hook, result, .. } = &mut self.state
            && *hook == number
        {
            *result = Some(outcome.clone());
        }
    }
}

impl Machine {
    pub(super) fn step(&self, step: usize) -> Option<Arc<Step>> {
        self.plan.instances.get(step).map(|instance| instance.step.clone())
    }

    /// The link that a connection's name means now.
    pub(super) fn link(&self, connection: &str) -> Option<usize> {
        self.links.iter().rposition(|link| link.connection == connection)
    }

    pub(super) fn expect_time(&self, within: Option<Duration>) -> Duration {
        self.now.elapsed + self.plan.target.timeouts.answer(within)
    }

    /// Moves a lane on as far as it goes; whether anything changed.
    pub(super) fn advance(&mut self, lane: usize) -> bool {
        let state = std::mem::replace(&mut self.lanes[lane].state, State::Over);
        match state {
            State::Over => false,
            State::Ready => {
                self.begin_next(lane);
                true
            }
            state => {
                let (state, moved) = self.pursue(lane, state);
                // `pursue` may have begun something of its own.
                if let Some(state) = state {
                    self.lanes[lane].state = state;
                }
                moved
            }
        }
    }

    pub(super) fn done(&mut self, lane: usize, step: usize, outcome: Outcome) -> Pursued {
        self.settle(lane, step, outcome);
        (Some(State::Ready), true)
    }

    /// The step came to nothing that the lane could go on with.
    pub(super) fn fail(&mut self, lane: usize, step: usize, outcome: Outcome) -> Pursued {
        self.settle(lane, step, outcome);
        self.lanes[lane].failed = true;
        (Some(State::Ready), true)
    }

    pub(super) fn begin_next(&mut self, lane: usize) {
        let at = self.lanes[lane].at;
        let Some(item) = self.lanes[lane].items.get(at).cloned() else {
            self.lanes[lane].state = State::Over;
            return;
        };
        self.lanes[lane].at += 1;
        self.lanes[lane].state = State::Ready;
        match item {
            Item::Step(step) if self.lanes[lane].failed => {
                self.settle(lane, step, Outcome::Skipped("an earlier step failed".into()));
            }
            Item::Fork(lanes) if self.lanes[lane].failed => {
                for item in lanes.into_iter().flatten() {
                    self.skip(lane, &item);
                }
            }
            Item::Step(step) => self.begin(lane, step),
            Item::Fork(lanes) => {
                let first = self.lanes.len();
                let bound = self.lanes[lane].bound.clone();
                let armed = self.lanes[lane].armed.clone();
                for items in lanes {
                    let mut child = Lane::new(items, bound.clone());
                    child.armed = armed.clone();
                    self.lanes.push(child);
                }
                let lanes = (first..self.lanes.len()).collect();
                self.lanes[lane].state = State::Joining { lanes };
            }
        }
    }

    pub(super) fn skip(&mut self, lane: usize, item: &Item) {
        match item {
            Item::Step(step) => self.settle(lane, *step, Outcome::Skipped("an earlier step failed".into())),
            Item::Fork(lanes) => lanes.iter().flatten().for_each(|item| self.skip(lane, item)),
        }
    }
}
