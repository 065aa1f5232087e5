//! Proves that a server speaks its protocol: see the README.

pub mod diagnostic;
pub mod id;
pub mod json;
pub mod source;
pub mod wire;
