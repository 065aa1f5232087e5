//! One connection, as the service and a behaviour know it. It must never decide anything.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use tokio::sync::mpsc;

use super::Account;
use crate::websocket::Out;

/// A connection that was let in.
pub struct Session {
    /// Which connection of the server it is, from 1.
    pub number: u64,
    pub account: Arc<Account>,
    outbox: mpsc::Sender<Out>,
    calls: AtomicU64,
    text_pings: AtomicU64,
    /// Every event ever subscribed to, and whether it still is.
    events: Mutex<BTreeMap<&'static str, bool>>,
}

impl Session {
    /// A session that has said and heard nothing.
    pub fn new(number: u64, account: Arc<Account>, outbox: mpsc::Sender<Out>) -> Self {
        Self {
            number,
            account,
            outbox,
            calls: AtomicU64::new(0),
            text_pings: AtomicU64::new(0),
            events: Mutex::default(),
        }
    }

    /// Counts a call; the first is 1.
    pub fn count_call(&self) -> u64 {
        self.calls.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// How many calls were counted.
    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    /// Counts a text ping; the first is 1.
    pub fn count_text_ping(&self) -> u64 {
        self.text_pings.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Queues something unasked. Whether it fits: a client that does not read has a full queue.
    pub fn tell(&self, outs: Vec<Out>) -> bool {
        outs.into_iter().all(|out| self.outbox.try_send(out).is_ok())
    }

    /// Starts or ends a subscription.
    pub fn subscribe(&self, event: &'static str, on: bool) {
        self.events().insert(event, on);
    }

    /// Whether it is subscribed to `event`.
    pub fn subscribed(&self, event: &str) -> bool {
        self.events().get(event).copied().unwrap_or(false)
    }

    /// Whether it ever was subscribed to `event`.
    pub fn ever_subscribed(&self, event: &str) -> bool {
        self.events().contains_key(event)
    }

    fn events(&self) -> MutexGuard<'_, BTreeMap<&'static str, bool>> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
