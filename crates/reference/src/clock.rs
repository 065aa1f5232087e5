//! The server's clock, which a test may set ahead or back, or let follow the runtime's time. It must never be read from
//! anywhere but here.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

const DAY: i64 = 86_400;
const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// What tells the time.
#[derive(Clone, Copy, Debug)]
enum Source {
    /// The machine.
    Machine,
    /// The runtime, whose time a test may pause: so long after 1970 it was at this moment.
    Runtime(Duration, Instant),
}

/// A clock and a constant.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    source: Source,
    offset: i64,
}

impl Clock {
    /// A clock that is `offset` seconds ahead of the machine's.
    pub const fn ahead(offset: i64) -> Self {
        Self {
            source: Source::Machine,
            offset,
        }
    }

    /// A clock by which it is `now` after 1970, and which follows the runtime's time from here.
    pub fn from_now(now: Duration) -> Self {
        Self {
            source: Source::Runtime(now, Instant::now()),
            offset: 0,
        }
    }

    /// Seconds since 1970.
    pub fn now(self) -> i64 {
        self.now_ms().div_euclid(1000)
    }

    /// Milliseconds since 1970.
    pub fn now_ms(self) -> i64 {
        let since = match self.source {
            Source::Machine => SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default(),
            Source::Runtime(unix, moment) => unix + moment.elapsed(),
        };
        i64::try_from(since.as_millis())
            .unwrap_or(i64::MAX)
            .saturating_add(self.offset.saturating_mul(1000))
    }

    /// The value of a `Date` header (RFC 9110 §5.6.7). A client that calibrates by it finds the clock that judges `ts`.
    pub fn date(self) -> String {
        imf_fixdate(self.now())
    }
}

/// Measures how long something takes; no clock that is set meanwhile disturbs it.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch {
    started: Instant,
}

impl Stopwatch {
    /// One that runs.
    pub fn start() -> Self {
        Self {
            started: Instant::now(),
        }
    }

    /// How long it has run.
    pub fn elapsed(self) -> Duration {
        self.started.elapsed()
    }
}

fn imf_fixdate(seconds: i64) -> String {
    let (days, rest) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY));
    let weekday = WEEKDAYS[days.rem_euclid(7) as usize];
    let (year, month, day) = civil(days);
    let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
    format!(
        "{weekday}, {day:02} {} {year:04} {hour:02}:{minute:02}:{second:02} GMT",
        MONTHS[month]
    )
}

/// Year, month from zero, and day of a count of days since 1970, counted in eras of 400 years that begin in March, so
/// that a leap day is the last of its year.
fn civil(days: i64) -> (i64, usize, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = (month_from_march + 2) % 12;
    let year = year_of_era + era * 400 + i64::from(month < 2);
    (year, month as usize, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        assert_eq!(imf_fixdate(784_111_777), "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(imf_fixdate(0), "Thu, 01 Jan 1970 00:00:00 GMT");
        assert_eq!(imf_fixdate(951_825_600), "Tue, 29 Feb 2000 12:00:00 GMT");
        assert_eq!(imf_fixdate(1_735_689_599), "Tue, 31 Dec 2024 23:59:59 GMT");
    }
}
