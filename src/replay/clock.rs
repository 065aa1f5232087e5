//! The time of a row, and what is known of the target's clock. Nothing here reads a clock: the time is told.

use std::time::{Duration, UNIX_EPOCH};

use super::io::Now;
use wire::http::Response;

/// A `Date` header this near to our own clock tells nothing: it counts whole seconds.
const DATE_TOLERANCE_SECONDS: i64 = 2;
/// A middle this near to our own time is taken for ours: no clock is exact, and no window either.
const BISECTION_TOLERANCE_SECONDS: i64 = 60;

/// Our time and the target's.
#[derive(Debug)]
pub struct RowClock {
    now: Now,
    /// Seconds by which the target's clock is ahead of ours, as far as its `Date` tells.
    ahead: i64,
    /// A `Date` came.
    dated: bool,
    /// What a bisection says of the target's clock, if it takes our time for a wrong one.
    bisected: Option<i64>,
}

impl RowClock {
    /// The clock of a row that has not begun.
    pub fn new() -> Self {
        Self {
            now: Now {
                elapsed: Duration::ZERO,
                unix: Duration::ZERO,
            },
            ahead: 0,
            dated: false,
            bisected: None,
        }
    }

    /// It is so late now.
    pub fn set(&mut self, now: Now) {
        self.now = now;
    }

    /// Since the row began.
    pub fn elapsed(&self) -> Duration {
        self.now.elapsed
    }

    /// Whole seconds since the epoch, by this machine's clock.
    pub fn unix_seconds(&self) -> i64 {
        self.now.unix.as_secs() as i64
    }

    /// Since the epoch by the target's clock, as far as known.
    pub fn target_time(&self) -> Duration {
        let ahead = Duration::from_secs(self.ahead.unsigned_abs());
        if self.ahead < 0 {
            self.now.unix.saturating_sub(ahead)
        } else {
            self.now.unix + ahead
        }
    }

    /// By so many seconds the target's clock is ahead of ours, unless a `Date` says something else.
    pub fn set_ahead(&mut self, ahead: i64) {
        self.ahead = ahead;
    }

    /// Learns the target's time from the `Date` of a response.
    pub fn learn(&mut self, response: &Response) {
        let date = response
            .header("Date")
            .next()
            .and_then(|date| httpdate::parse_http_date(date).ok());
        let Some(theirs) = date.and_then(|date| date.duration_since(UNIX_EPOCH).ok()) else {
            return;
        };
        self.dated = true;
        let ahead = theirs.as_secs() as i64 - self.unix_seconds();
        self.ahead = if ahead.abs() > DATE_TOLERANCE_SECONDS { ahead } else { 0 };
    }

    /// A bisection found the middle of what is accepted so many seconds ahead of our time.
    pub fn found(&mut self, middle: i64) {
        self.bisected = Some(middle).filter(|middle| middle.abs() > BISECTION_TOLERANCE_SECONDS);
    }

    /// By how many seconds the target's clock is ahead of ours, if a bisection found our time refused and no `Date` came.
    pub fn bisected(&self) -> Option<i64> {
        self.bisected.filter(|_| !self.dated)
    }
}
