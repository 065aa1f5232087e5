//! Tests that are about several rooms at once.

mod soak;
mod suites;
