//! Tests that are about several rooms at once.

mod controls;
pub mod fixture;
#[expect(clippy::disallowed_methods, reason = "a test looks at the clock that it has paused")]
pub mod scripted;
mod soak;
mod suites;
