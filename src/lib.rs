//! Proves that a server speaks its protocol: see the README.

pub mod bytes;
pub mod check;
pub mod diagnostic;
pub mod drive;
pub mod id;
pub mod json;
pub mod replay;
pub mod schema;
pub mod shape;
pub mod source;
pub mod template;
pub mod wire;
