//! What the machine wants from one connection, until the connection gets to it.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    future::poll_fn,
    task::{Poll, Waker},
};

use crate::replay::io::Write;

/// Writes in order, and the wish to drop the connection behind them.
#[derive(Debug, Default)]
pub(super) struct Inbox {
    writes: RefCell<VecDeque<Write>>,
    dropped: Cell<bool>,
    waker: RefCell<Option<Waker>>,
}

impl Inbox {
    pub(super) fn push(&self, write: Write) {
        if !self.dropped.get() {
            self.writes.borrow_mut().push_back(write);
            self.wake();
        }
    }

    /// The connection is to go, as soon as what was written before is written or would have to wait.
    pub(super) fn drop_connection(&self) {
        self.dropped.set(true);
        self.wake();
    }

    pub(super) fn pop(&self) -> Option<Write> {
        self.writes.borrow_mut().pop_front()
    }

    pub(super) fn is_dropped(&self) -> bool {
        self.dropped.get()
    }

    /// Forgets what can't be written any more.
    pub(super) fn clear(&self) {
        self.writes.borrow_mut().clear();
    }

    /// Has `waker` woken at the next wish.
    pub(super) fn park(&self, waker: &Waker) {
        let mut parked = self.waker.borrow_mut();
        match &mut *parked {
            Some(parked) => parked.clone_from(waker),
            None => *parked = Some(waker.clone()),
        }
    }

    /// Waits until the connection is to go.
    pub(super) async fn dropped(&self) {
        poll_fn(|cx| {
            if self.is_dropped() {
                return Poll::Ready(());
            }
            self.park(cx.waker());
            Poll::Pending
        })
        .await;
    }

    fn wake(&self) {
        if let Some(waker) = &*self.waker.borrow() {
            waker.wake_by_ref();
        }
    }
}
