//! The table of readings: each another lawful way to read the document, and the interpretations by which a suite must
//! recognise it.
//!
//! One file a reading, or a family whose members differ by a value, and one row here. No suite may find a violation under
//! any of them; a warning only of a clause whose reading is named.

mod gw_members;
mod ws_layout;
mod ws_mark_absent;

use std::fmt;

use super::variant::Subject;

/// A named reading of the document.
pub struct Reading {
    /// The suite's short name and its own: `ws/mark-null-for-absent`.
    pub name: &'static str,
    /// The suite that is concerned.
    pub suite: &'static str,
    /// How it reads the document, in one sentence.
    pub text: &'static str,
    /// The interpretations that must be recognised: a clause and the name of its reading in the catalogue. None where
    /// there is nothing to tell apart.
    pub shows: &'static [(&'static str, &'static str)],
    /// What does it.
    pub(super) conduct: Subject,
}

impl fmt::Debug for Reading {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name)
    }
}

/// Every reading.
pub const READINGS: &[&Reading] = &[&ws_mark_absent::NULL, &ws_layout::SPACED, &gw_members::EXTRA];

/// The reading of that name.
pub fn reading(name: &str) -> Option<&'static Reading> {
    READINGS.iter().copied().find(|reading| reading.name == name)
}
