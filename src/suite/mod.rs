//! A suite as its authors wrote it: manifest, catalogue and cases, read and checked as far as a file alone can be wrong.

pub mod case;
pub mod catalogue;
pub mod manifest;
