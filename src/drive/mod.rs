//! The only hands: sockets, TLS, the clock and child processes, around a machine that has none of them.
//!
//! This room moves bytes and says what happened to them. It never says pass or fail, it knows nothing of any case,
//! and nothing that a peer does is an `Err` or a panic here: all of it becomes an event for the machine.

mod assembler;
mod body;
mod budget;
mod clock;
mod coding;
mod connect;
mod connection;
mod descriptors;
mod exchange;
mod failure;
mod frame_mode;
mod head;
mod hook;
mod http_exact;
mod http_memory;
mod http_reqwest;
mod inbox;
mod lateness;
mod memory;
mod message_mode;
mod network;
mod outbox;
mod presence;
mod pump;
mod rate_limit;
mod resolver;
mod row;
mod settings;
mod socket;
mod tap;
#[cfg(test)]
mod tests;
mod tls;
mod trust;

#[cfg(any(test, fuzzing))]
pub use assembler::Assembler;
pub use connect::reach;
pub use lateness::{Lateness, passed};
pub use memory::{MemoryStream, pair};
pub use network::Network;
pub use presence::Presence;
pub use pump::pump;
pub use settings::{Identity, Proxy, Settings};
