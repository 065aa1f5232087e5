//! Proves that a server speaks its protocol: see the README.

pub mod bytes;
pub mod case;
pub mod check;
pub mod diagnostic;
pub mod id;
pub mod json;
pub mod judge;
pub mod manifest;
pub mod plan;
pub mod reference;
pub mod replay;
pub mod report;
pub mod requirement;
pub mod run;
pub mod schema;
pub mod selector;
pub mod shape;
pub mod source;
pub mod target;
pub mod template;
pub mod transcript;
pub mod wire;
