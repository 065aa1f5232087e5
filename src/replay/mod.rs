//! The machine that replays a row, without hands: `poll` says what to do, `handle` takes what happened.

pub mod io;
