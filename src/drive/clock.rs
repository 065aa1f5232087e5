//! What time it is: the machine's, or one that follows the runtime's time, which may be paused.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

/// A clock.
#[derive(Clone, Copy, Debug)]
pub(super) enum Clock {
    Machine,
    /// So long after 1970 it was at this moment.
    Runtime(Duration, Instant),
}

impl Clock {
    /// Since the Unix epoch. A clock before 1970 is told as 1970.
    pub(super) fn unix(self) -> Duration {
        match self {
            Self::Machine => SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default(),
            Self::Runtime(unix, moment) => unix + moment.elapsed(),
        }
    }
}
