//! Tests that are about several rooms at once.

pub mod fixture;
mod soak;
mod suites;
