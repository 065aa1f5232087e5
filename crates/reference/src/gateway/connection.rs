//! One WebSocket connection, as the gateway and a behaviour know it. It must never decide anything.

use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::mpsc;

use crate::websocket::Out;

/// A connection that was upgraded. Nobody is logged in on it: each message carries its own token.
pub struct Connection {
    /// Which WebSocket of the gateway it is, from 1.
    pub number: u64,
    calls: AtomicU64,
    pings: AtomicU64,
    pending: AtomicU64,
    outbox: mpsc::Sender<Out>,
}

impl Connection {
    /// A connection that has said and heard nothing.
    pub fn new(number: u64, outbox: mpsc::Sender<Out>) -> Self {
        Self {
            number,
            calls: AtomicU64::new(0),
            pings: AtomicU64::new(0),
            pending: AtomicU64::new(0),
            outbox,
        }
    }

    /// Counts a call; the first is 1.
    pub fn count_call(&self) -> u64 {
        self.calls.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Counts a heartbeat; the first is 1.
    pub fn count_ping(&self) -> u64 {
        self.pings.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// A slow call has started.
    pub fn start(&self) {
        self.pending.fetch_add(1, Ordering::Relaxed);
    }

    /// A slow call has ended.
    pub fn finish(&self) {
        self.pending.fetch_sub(1, Ordering::Relaxed);
    }

    /// How many slow calls are under way.
    pub fn pending(&self) -> u64 {
        self.pending.load(Ordering::Relaxed)
    }

    /// Sends what nobody on it has asked for. A client that does not read misses it.
    pub fn tell(&self, out: Out) {
        let _ = self.outbox.try_send(out);
    }
}
