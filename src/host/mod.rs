//! What a host needs to put suites into its own tests: suites, a target, a run, its judgements, and the face of libtest.
//!
//! This is the surface of the library. It chooses and hands over; it decides nothing that the other rooms decide, and it
//! prints nothing.

mod error;
pub mod libtest;
mod run;
mod suites;
mod target;

pub use error::Error;
pub use run::{ClauseResult, Run, RunResult};
pub use suites::Suites;
pub use target::Target;
