//! The command line as a caller sees it: each test runs the binary in a process of its own, and knows nothing of its inside.
//!
//! A machine may be busy with other work: no test here holds a run to a time by which it should be over. Where a limit of the
//! binary's is tested, everything else takes so long that only this limit can have ended the run.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test has hands and may panic"
)]

mod binary;
mod cli;
mod hostile;
mod leaks;
mod mistakes;
mod operator;
mod outputs;
mod recording;
mod servers;
