//! Proves that a server speaks its protocol: see the README.

pub mod check;
#[expect(
    clippy::disallowed_methods,
    reason = "the command line reads its environment, prints and ends the process"
)]
pub mod cli;
#[expect(clippy::disallowed_methods, reason = "the hands: sockets and the clock")]
pub mod drive;
pub mod judge;
pub mod plan;
pub mod replay;
pub mod report;
pub mod run;
#[expect(
    clippy::disallowed_methods,
    reason = "the room that touches the disk and reads secrets"
)]
pub mod store;
pub mod suite;
pub mod syntax;
pub mod target;
pub mod transcript;
