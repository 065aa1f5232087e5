//! How many bytes the peers of one row may send, counted where they come in: before TLS and before any parser. All rows that
//! are under way draw from one pool, because what they were sent is held until they are judged.

use std::{
    cell::Cell,
    error, fmt,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

/// What a message costs beside its bytes: its place in the transcript, and what every check says of it.
const MESSAGE_COST: usize = 1 << 10;

/// What all rows together may hold.
#[derive(Debug)]
pub(super) struct Pool {
    limit: usize,
    held: AtomicUsize,
}

/// One row's allowance, shared by its connections.
#[derive(Debug)]
pub(super) struct Budget {
    limit: usize,
    taken: Cell<usize>,
    pool: Arc<Pool>,
}

/// The allowance is used up.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spent {
    limit: usize,
    whose: &'static str,
}

impl Pool {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit,
            held: AtomicUsize::new(0),
        }
    }
}

impl Budget {
    pub(super) fn new(limit: usize, pool: &Arc<Pool>) -> Self {
        Self {
            limit,
            taken: Cell::new(0),
            pool: Arc::clone(pool),
        }
    }

    /// Whether more may be read.
    pub(super) fn check(&self) -> Result<(), Spent> {
        let spent = |limit, whose| Err(Spent { limit, whose });
        if self.taken.get() >= self.limit {
            spent(self.limit, "one row")
        } else if self.pool.held.load(Ordering::Relaxed) >= self.pool.limit {
            spent(self.pool.limit, "all rows under way")
        } else {
            Ok(())
        }
    }

    /// Counts what was read. One read may go over; the next is refused.
    pub(super) fn take(&self, bytes: usize) {
        self.taken.set(self.taken.get() + bytes);
        self.pool.held.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Counts a message whose bytes were counted.
    pub(super) fn take_message(&self) {
        self.take(MESSAGE_COST);
    }
}

impl Drop for Budget {
    fn drop(&mut self) {
        self.pool.held.fetch_sub(self.taken.get(), Ordering::Relaxed);
    }
}

impl fmt::Display for Spent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "more than {} bytes came in during {}", self.limit, self.whose)
    }
}

impl error::Error for Spent {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_and_all_rows_have_a_limit_and_a_row_that_ends_gives_back() {
        let pool = Arc::new(Pool::new(10_000));
        let first = Budget::new(6000, &pool);
        first.take(1000);
        first.take_message();
        assert!(first.check().is_ok());
        first.take(4000);
        assert_eq!(
            first.check().unwrap_err().to_string(),
            "more than 6000 bytes came in during one row"
        );
        let second = Budget::new(6000, &pool);
        second.take(4000);
        assert_eq!(
            second.check().unwrap_err().to_string(),
            "more than 10000 bytes came in during all rows under way"
        );
        drop(first);
        assert!(second.check().is_ok());
    }
}
