//! How many bytes the peers of one row may send, counted where they come in: before TLS and before any parser.

use std::{cell::Cell, error, fmt};

/// One row's allowance, shared by its connections.
#[derive(Debug)]
pub(super) struct Budget {
    limit: usize,
    left: Cell<usize>,
}

/// The allowance is used up.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spent {
    limit: usize,
}

impl Budget {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit,
            left: Cell::new(limit),
        }
    }

    /// Whether more may be read.
    pub(super) fn check(&self) -> Result<(), Spent> {
        if self.left.get() == 0 {
            Err(Spent { limit: self.limit })
        } else {
            Ok(())
        }
    }

    /// Counts what was read. One read may go over; the next is refused.
    pub(super) fn take(&self, bytes: usize) {
        self.left.set(self.left.get().saturating_sub(bytes));
    }
}

impl fmt::Display for Spent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "more than {} bytes came in during one row", self.limit)
    }
}

impl error::Error for Spent {}
