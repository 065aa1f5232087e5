//! conformist: see the README.
pub mod wire;
