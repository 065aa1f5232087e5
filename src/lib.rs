//! Proves that a server speaks its protocol: see the README.

pub mod bytes;
pub mod case;
pub mod check;
#[expect(
    clippy::disallowed_methods,
    reason = "the command line reads its environment, prints and ends the process"
)]
pub mod cli;
pub mod diagnostic;
#[expect(clippy::disallowed_methods, reason = "the hands: sockets and the clock")]
pub mod drive;
pub mod id;
pub mod json;
pub mod judge;
pub mod manifest;
pub mod plan;
pub mod proof;
pub mod recording;
#[expect(clippy::disallowed_methods, reason = "a server has sockets and a clock")]
pub mod reference;
pub mod replay;
pub mod report;
pub mod requirement;
pub mod run;
pub mod schema;
pub mod selector;
pub mod session;
pub mod shape;
pub mod source;
#[expect(
    clippy::disallowed_methods,
    reason = "the room that touches the disk and reads secrets"
)]
pub mod store;
pub mod target;
pub mod template;
pub mod transcript;
pub mod wire;
