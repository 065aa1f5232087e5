//! What happened, until the machine gets to it. Bounded: a connection does not read while too much waits here.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    rc::Rc,
    task::Waker,
};

use super::budget::Budget;
use crate::replay::io::Event;

/// How many bytes may wait. Some messages of ordinary size, or one that is as long as it may be.
const FULL: usize = 1 << 20;
/// What an event costs beside its payload, so that a flood of empty frames is a flood too.
const EVENT_COST: usize = 128;

/// Events in the order in which they happened.
#[derive(Debug)]
pub(super) struct Outbox {
    events: RefCell<VecDeque<Event>>,
    held: Cell<usize>,
    parked: RefCell<Vec<Waker>>,
    budget: Rc<Budget>,
}

impl Outbox {
    /// The row's; its messages count against the row's budget.
    pub(super) fn new(budget: Rc<Budget>) -> Self {
        Self {
            events: RefCell::default(),
            held: Cell::default(),
            parked: RefCell::default(),
            budget,
        }
    }

    pub(super) fn push(&self, event: Event) {
        self.budget.take_message();
        self.held.set(self.held.get() + cost(&event));
        self.events.borrow_mut().push_back(event);
    }

    pub(super) fn pop(&self) -> Option<Event> {
        let event = self.events.borrow_mut().pop_front()?;
        self.held.set(self.held.get().saturating_sub(cost(&event)));
        // Half empty before anybody reads again: waking at every event would read in crumbs.
        if self.held.get() < FULL / 2 {
            for waker in self.parked.borrow_mut().drain(..) {
                waker.wake();
            }
        }
        Some(event)
    }

    /// Whether a connection should leave its bytes where they are.
    pub(super) fn is_full(&self) -> bool {
        self.held.get() >= FULL
    }

    /// Has `waker` woken when there is room again.
    pub(super) fn park(&self, waker: &Waker) {
        let mut parked = self.parked.borrow_mut();
        if !parked.iter().any(|other| other.will_wake(waker)) {
            parked.push(waker.clone());
        }
    }
}

fn cost(event: &Event) -> usize {
    EVENT_COST
        + match event {
            Event::Received { received, .. } => received.payload.len(),
            _ => 0,
        }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::drive::budget::Pool;
    use wire::{event::Received, frame::Opcode};

    #[test]
    fn empty_frames_fill_it_too_and_taking_them_out_makes_room() {
        let outbox = Outbox::new(Rc::new(Budget::new(usize::MAX, &Arc::new(Pool::new(usize::MAX)))));
        let mut count = 0;
        while !outbox.is_full() {
            outbox.push(Event::Received {
                connection: 0,
                received: Received::new(Opcode::Ping, ""),
            });
            count += 1;
        }
        assert_eq!(count, FULL / EVENT_COST);
        while outbox.pop().is_some() {}
        assert_eq!(outbox.held.get(), 0);
    }
}
