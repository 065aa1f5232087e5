//! The machine that replays a row, without hands: `poll` says what to do, `handle` takes what happened.
//!
//! It decides which message answers which step, carries values forward and knows when to give up. It never decides
//! right or wrong, and it never looks at a clock: time is an argument.
//!
//! From the ground up: a row's [`context`] is its clock, its connections with their inboxes, its random values and its
//! witness; a [`step`] works on them, one file an act; a [`track`] takes one step after the other; the [`machine`] has the
//! tracks, the listening for leftovers and the sign of life.

mod address;
mod answers;
mod bisect;
mod capture;
mod carried;
mod chance;
mod clock;
mod connection;
mod context;
mod events;
mod fence;
mod inbox;
pub mod io;
mod leftovers;
mod listening;
mod machine;
mod scope;
mod selection;
mod sending;
mod state;
mod step;
#[cfg(test)]
mod tests;
mod track;
mod witness;

pub use self::{clock::ClockHints, machine::Machine};
