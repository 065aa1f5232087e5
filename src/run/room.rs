//! What rows under way may hold of what they make themselves: some build messages of many megabytes, and each is copied on its
//! way to the wire.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How much there is, in KiB: four of the largest rows at once.
const ROOM_KIB: u32 = 64 << 10;

/// Room that rows share. A row waits for it before its time begins.
#[derive(Clone)]
pub struct Room(Arc<Semaphore>);

impl Default for Room {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(ROOM_KIB as usize)))
    }
}

impl Room {
    /// Room for a row that makes so many bytes, as long as what is returned lives; one that needs more than there is waits for
    /// all of it.
    pub async fn take(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        let kib = u32::try_from(bytes >> 10).unwrap_or(u32::MAX).min(ROOM_KIB);
        if kib == 0 {
            return None;
        }
        // It is never closed; if it were, running without room beats not running.
        Arc::clone(&self.0).acquire_many_owned(kib).await.ok()
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    #[test]
    fn large_rows_wait_for_each_other_and_small_ones_for_nobody() {
        let room = Room::default();
        let take = |bytes| room.take(bytes).now_or_never();
        let held = [take(16 << 20), take(48 << 20)];
        assert!(held.iter().all(|held| matches!(held, Some(Some(_)))));
        assert!(take(1 << 20).is_none(), "there is no room for it");
        assert!(matches!(take(1023), Some(None)), "it takes none");
        drop(held);
        assert!(matches!(take(usize::MAX), Some(Some(_))), "all there is will do");
    }
}
