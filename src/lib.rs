//! conformist: see the README.
pub mod reference;
pub mod wire;
