//! Whether a target is still there: one that nobody finds any more would cost every row its time.

use std::time::Duration;

use tokio::time::Instant;

/// So long nobody may have been there until the target is gone for good: one that crashed may be started again.
const GONE_AFTER: Duration = Duration::from_secs(10);
/// So many rows must have looked for it meanwhile.
const ROWS: usize = 8;

/// What the last rows found.
#[derive(Debug, Default)]
pub struct Presence {
    /// Since when nobody is there, and how many rows have found that.
    missing: Option<(Instant, usize)>,
}

impl Presence {
    /// A row has found somebody there, or nobody. Whether the target is gone now.
    pub fn is_gone(&mut self, found: bool) -> bool {
        let now = Instant::now();
        let (since, rows) = self.missing.unwrap_or((now, 0));
        self.missing = (!found).then_some((since, rows + 1));
        !found && rows + 1 >= ROWS && now.saturating_duration_since(since) >= GONE_AFTER
    }
}

#[cfg(test)]
mod tests {
    use tokio::{runtime, time};

    use super::*;

    #[test]
    fn a_target_is_gone_when_many_rows_have_found_nobody_for_a_while() {
        let runtime = runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap_or_else(|error| panic!("{error}"));
        runtime.block_on(async {
            let second = || time::advance(Duration::from_secs(1));
            let mut presence = Presence::default();
            // Many at once say little, and so do few for long.
            assert!((0..100).all(|_| !presence.is_gone(false)));
            time::advance(Duration::from_secs(9)).await;
            assert!(!presence.is_gone(false));
            second().await;
            assert!(presence.is_gone(false));
            // Somebody is there again.
            assert!(!presence.is_gone(true));
            for _ in 0..7 {
                time::advance(Duration::from_secs(5)).await;
                assert!(!presence.is_gone(false));
            }
            assert!(presence.is_gone(false));
        });
    }
}
