//! A suite as its authors wrote it: manifest, catalogue and cases, read and checked as far as a file alone can be wrong.

pub mod case;
pub mod catalogue;
pub mod load;
pub mod manifest;

use std::sync::Arc;

use self::{case::Case, catalogue::Catalogue, manifest::Manifest};

/// A suite: its manifest, its catalogue and its cases.
#[derive(Debug)]
pub struct Suite {
    pub name: String,
    pub manifest: Manifest,
    pub catalogue: Catalogue,
    pub cases: Vec<Arc<Case>>,
}
