//! How late this process does its own work: what a busy machine keeps from being seen in time is no fault of the target's.

use std::{cell::RefCell, collections::VecDeque, pin::pin, time::Duration};

use tokio::time::{Instant, MissedTickBehavior, interval, sleep};

/// How often the process looks whether it is late.
const TICK: Duration = Duration::from_millis(50);
/// Less than this is the usual grain of timers and of other rows' work.
const WORTH_NOTING: Duration = Duration::from_millis(20);
/// The most delays that are kept: far more than fall into the longest row.
const MAX_KEPT: usize = 1 << 14;

/// The delays of a run, with the moments at which they were over.
#[derive(Debug, Default)]
pub struct Lateness {
    seen: RefCell<VecDeque<(Instant, Duration)>>,
}

impl Lateness {
    /// Does some work, and notes meanwhile by how much regular appointments are missed. They are kept by the task that does
    /// the work, so a delay is also what anything that is ready has to wait for its turn.
    pub async fn beside<T>(&self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                done = &mut work => return done,
                due = ticks.tick() => self.note(due),
            }
        }
    }

    fn note(&self, due: Instant) {
        let now = Instant::now();
        let late = now.saturating_duration_since(due);
        if late < WORTH_NOTING {
            return;
        }
        let mut seen = self.seen.borrow_mut();
        if seen.len() == MAX_KEPT {
            seen.pop_front();
        }
        seen.push_back((now, late));
    }

    /// The longest delay that was not yet over so long ago.
    pub fn within(&self, span: Duration) -> Duration {
        let now = Instant::now();
        let seen = self.seen.borrow();
        let recent = seen
            .iter()
            .rev()
            .take_while(|(at, _)| now.saturating_duration_since(*at) <= span);
        recent.map(|(_, late)| *late).max().unwrap_or_default()
    }
}

/// Waits until so much time has passed.
pub async fn passed(span: Duration) {
    sleep(span).await;
}

#[cfg(test)]
mod tests {
    use tokio::{runtime, task::yield_now, time};

    use super::*;

    #[test]
    fn a_delay_is_noted_and_belongs_to_the_time_in_which_it_was() {
        let runtime = runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap_or_else(|error| panic!("{error}"));
        runtime.block_on(async {
            let lateness = Lateness::default();
            let work = async {
                time::sleep(Duration::from_secs(1)).await;
                assert_eq!(lateness.within(Duration::MAX), Duration::ZERO);
                // The process is kept from everything for a while.
                time::advance(Duration::from_millis(700)).await;
                yield_now().await;
                time::sleep(Duration::from_secs(5)).await;
            };
            lateness.beside(work).await;
            let late = lateness.within(Duration::from_secs(6));
            assert!((650..=700).contains(&late.as_millis()), "{late:?}");
            assert_eq!(lateness.within(Duration::from_secs(4)), Duration::ZERO);
        });
    }
}
