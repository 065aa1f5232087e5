//! Proves that a server speaks its protocol: loads JSON cases, replays them over WebSocket and HTTP, and says clause by
//! clause what holds, what is violated and what could not be assessed.
//!
//! Most people use the binary of the same name: see the README. This library is for a host that wants a suite in its own
//! tests: load [`Suites`], name a [`Target`], [`Run`] them, and look at the [`Judgement`] of each row.
//!
//! ```
//! use conformist::{Conclusion, Error, Run, Suites, Target, Verdict};
//!
//! fn main() -> Result<(), Error> {
//!     let suites = Suites::built_in()?.only(&["ws-service"])?;
//!     // The honest reference server; `Target::from_toml` describes a server that the host has started.
//!     let target = Target::reference(&suites)?;
//!     let result = Run::new(&suites, &target).filter("mark-echo/types").start()?;
//!
//!     assert_eq!(result.conclusion, Conclusion::Conformant);
//!     for judgement in &result.judgements {
//!         assert_eq!(judgement.verdict, Verdict::Conforms, "{}: {:?}", judgement.row, judgement.findings);
//!     }
//!     assert!(result.judgements.iter().any(|judgement| judgement.row.starts_with("ws-service/mark-echo/types#")));
//!     Ok(())
//! }
//! ```
//!
//! [`libtest`] gives each row as a test of its own to `cargo test`.

mod check;
#[expect(
    clippy::disallowed_methods,
    reason = "the command line reads its environment, prints and ends the process"
)]
mod cli;
#[expect(clippy::disallowed_methods, reason = "the hands: sockets and the clock")]
mod drive;
#[cfg(any(test, fuzzing))]
#[expect(clippy::panic, reason = "a target of fuzzing panics where a promise is broken")]
#[doc(hidden)]
pub mod fuzz;
#[expect(
    clippy::disallowed_methods,
    reason = "the caller of the line: it looks at the clock once"
)]
mod host;
mod judge;
mod plan;
mod replay;
mod report;
mod run;
#[expect(
    clippy::disallowed_methods,
    reason = "the room that touches the disk and reads secrets"
)]
mod store;
mod suite;
mod syntax;
mod target;
#[cfg(test)]
mod tests;
mod transcript;

pub use check::Kept;
pub use host::{ClauseResult, Error, Run, RunResult, Suites, Target, libtest};
pub use judge::{CheckOutcome, CheckResult, Finding, Judgement, Severity, Verdict};
pub use run::summary::{ClauseStatus, Conclusion};

/// The command line of the binary.
#[doc(hidden)]
pub fn main() -> std::process::ExitCode {
    cli::main()
}
