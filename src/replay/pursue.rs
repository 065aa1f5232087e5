//! What a lane waits for: whether it has come, and what to do when it has or when the time is up.

use super::{
    Machine,
    lane::{Pursued, State, waiting},
};
use crate::{
    suite::case::Act,
    transcript::{Outcome, WireEvent},
};

impl Machine {
    /// Looks whether what a lane waits for has come.
    pub(super) fn pursue(&mut self, lane: usize, state: State) -> Pursued {
        match state {
            State::Opening(opening) => self.pursue_open(lane, opening),
            State::Probing(probing) => self.pursue_probe(lane, probing),
            State::Expecting(expecting) => self.pursue_expect(lane, expecting),
            State::Quieting(quieting) => self.pursue_quiet(lane, quieting),
            State::Closing(closing) => self.pursue_close(lane, closing),
            State::Exchanging(exchanging) => self.pursue_exchange(lane, exchanging),
            State::Searching(seeking) => self.pursue_search(lane, seeking),
            State::Hooking { hook, step, result } => match result {
                None => waiting(State::Hooking { hook, step, result }),
                Some(outcome) => {
                    let situation = match self.step(step).as_deref().map(|step| &step.act) {
                        Some(Act::Trigger(provoke)) => provoke.situation.clone(),
                        _ => String::new(),
                    };
                    self.record(WireEvent::Hooked {
                        situation,
                        outcome: outcome.clone(),
                    });
                    match outcome {
                        Ok(()) => self.done(lane, step, Outcome::Done),
                        Err(why) => self.fail(lane, step, Outcome::Broken(format!("the hook failed: {why}"))),
                    }
                }
            },
            State::Waiting { step, until } if self.now.elapsed >= until => self.done(lane, step, Outcome::Done),
            State::Joining { lanes } => {
                if lanes
                    .iter()
                    .any(|child| !matches!(self.lanes[*child].state, State::Over))
                {
                    return waiting(State::Joining { lanes });
                }
                for child in lanes {
                    let bound = std::mem::take(&mut self.lanes[child].bound);
                    let armed = std::mem::take(&mut self.lanes[child].armed);
                    self.lanes[lane].failed |= self.lanes[child].failed;
                    for (name, value) in bound {
                        self.lanes[lane].bind(&name, value);
                    }
                    for (link, from) in armed {
                        let from = from.max(self.lanes[lane].armed(link));
                        self.lanes[lane].arm(link, from);
                    }
                }
                (Some(State::Ready), true)
            }
            other => waiting(other),
        }
    }
}
