//! Tests that are about several rooms at once.

#[expect(
    clippy::disallowed_methods,
    reason = "a test writes the page that it holds to be up to date"
)]
mod controls;
pub mod fixture;
#[expect(clippy::disallowed_methods, reason = "a test looks at the clock that it has paused")]
pub mod scripted;
mod soak;
mod suites;
