//! The time of a row, and what is known of the target's clock. Nothing here reads a clock: the time is told.

use std::time::{Duration, UNIX_EPOCH};

use super::io::Now;
use wire::http::Response;

/// Our time and the target's.
#[derive(Debug)]
pub struct RowClock {
    now: Now,
    /// Seconds by which the target's clock is ahead of ours, as far as is known beforehand.
    ahead: i64,
    hints: ClockHints,
}

/// What a row saw of the target's clock, in seconds ahead of ours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClockHints {
    /// By the last `Date`: a hint of whoever wrote it, in whole seconds.
    pub date: Option<i64>,
    /// By the middle of what a search found accepted.
    pub centre: Option<i64>,
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
            hints: ClockHints::default(),
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

    /// By so many seconds the target's clock is ahead of ours.
    pub fn set_ahead(&mut self, ahead: i64) {
        self.ahead = ahead;
    }

    /// Notes the `Date` of a response.
    pub fn note_date(&mut self, response: &Response) {
        let date = response
            .header("Date")
            .next()
            .and_then(|date| httpdate::parse_http_date(date).ok());
        let theirs = date.and_then(|date| date.duration_since(UNIX_EPOCH).ok());
        if let Some(theirs) = theirs {
            self.hints.date = Some(theirs.as_secs() as i64 - self.unix_seconds());
        }
    }

    /// A bisection found the middle of what is accepted so many seconds ahead of our time.
    pub fn note_centre(&mut self, middle: i64) {
        self.hints.centre = Some(middle);
    }

    /// What the row saw of the target's clock.
    pub fn hints(&self) -> ClockHints {
        self.hints
    }
}
