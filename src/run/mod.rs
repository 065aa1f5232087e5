//! A run: rows replayed side by side within the target's limits and judged as they end, how each clause stands after it,
//! what of it is kept, and the proof that every check can fail.

mod accounts;
mod clocks;
pub mod confirm;
mod declared;
pub mod embedded;
pub mod forecast;
pub mod memory;
pub mod preflight;
pub mod proof;
pub mod recording;
pub mod room;
pub mod scheduler;
mod stage;
pub mod summary;
