//! A suite as its authors wrote it: manifest, catalogue and cases, read and checked as far as a file alone can be wrong.

pub mod case;
pub mod catalogue;
pub mod load;
pub mod manifest;

use std::sync::Arc;

use self::{case::Case, catalogue::Catalogue, manifest::Manifest};
use crate::syntax::selector::Selector;

/// A suite: its manifest, its catalogue and its cases.
#[derive(Debug)]
pub struct Suite {
    pub name: String,
    pub manifest: Manifest,
    pub catalogue: Catalogue,
    pub cases: Vec<Arc<Case>>,
}

impl Suite {
    /// The messages that may be left over at the end of a case: what it says itself, else what the suite says.
    pub fn unsolicited<'s>(&'s self, case: &'s Case) -> Option<&'s Selector> {
        case.unsolicited.as_ref().or(self.manifest.common.unsolicited.as_ref())
    }
}
