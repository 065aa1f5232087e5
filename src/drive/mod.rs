//! The only hands: sockets, TLS, the clock and child processes, around a machine that has none of them.
//!
//! This room moves bytes and says what happened to them. It never says pass or fail, it knows nothing of any case,
//! and nothing that a peer does is an `Err` or a panic here: all of it becomes an event for the machine.

mod assembler;
mod body;
mod budget;
mod connect;
mod descriptors;
mod exchange;
mod failure;
mod head;
mod hook;
mod http;
mod inbox;
mod library;
mod link;
mod names;
mod outbox;
mod pace;
mod polite;
mod pump;
mod raw;
mod recent;
mod row;
mod settings;
mod socket;
mod tls;
mod world;

pub use assembler::{Assembler, MessageTooLong};
pub use connect::reach;
pub use pump::pump;
pub use settings::{Proxy, Settings};
pub use world::{Error, World};
