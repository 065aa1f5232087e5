//! How fast requests leave: one after the other at a steady rate, first come, first served, over the whole network.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::{Instant, sleep_until};

/// Turns at a steady rate.
#[derive(Debug)]
pub(super) struct RateLimit {
    interval: Duration,
    next: Mutex<Option<Instant>>,
}

impl RateLimit {
    pub(super) fn new(per_second: u32) -> Self {
        Self {
            interval: Duration::from_secs(1) / per_second.max(1),
            next: Mutex::new(None),
        }
    }

    /// Waits for the next free turn. The turn is taken at the first poll, so nobody who comes later overtakes.
    pub(super) async fn turn(&self) {
        let now = Instant::now();
        let mine = {
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            let mine = next.map_or(now, |next| next.max(now));
            *next = Some(mine + self.interval);
            mine
        };
        if mine > now {
            sleep_until(mine).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn turns_come_at_the_interval_and_unused_ones_are_not_saved_up() {
        let limit = RateLimit::new(10);
        let began = Instant::now();
        for _ in 0..3 {
            limit.turn().await;
        }
        assert_eq!(began.elapsed().as_millis() / 10, 20);
        tokio::time::advance(Duration::from_secs(5)).await;
        let began = Instant::now();
        for _ in 0..3 {
            limit.turn().await;
        }
        assert_eq!(began.elapsed().as_millis() / 10, 20);
    }
}
