//! What a reading is, and all of them: each another lawful way to read the document, and the interpretations by which a
//! suite must recognise it.
//!
//! A reading is one struct and one row in the slice of its area, under `readings/` of its protocol. No suite may find a
//! violation under any of them; a warning only of a clause whose reading is named. A reading must never be unlawful.

use std::{fmt, sync::LazyLock};

use super::{gateway, variant::Subject, ws_service};

/// A named reading of the document.
pub struct Reading {
    /// The suite's short name and its own: `ws/mark-null-for-absent`.
    pub name: &'static str,
    /// How it reads the document, in one sentence.
    pub text: &'static str,
    /// The interpretations that must be recognised: a clause and the name of its reading in the catalogue. None where
    /// there is nothing to tell apart.
    pub shows: &'static [(&'static str, &'static str)],
    /// What does it.
    pub(super) behaviour: Subject,
}

impl Reading {
    /// The suite that is concerned.
    pub const fn suite(&self) -> &'static str {
        self.behaviour.suite()
    }
}

impl fmt::Debug for Reading {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name)
    }
}

/// Every reading: the ws-service's, then the gateway's, each in the order of its areas.
pub static READINGS: LazyLock<Vec<&'static Reading>> = LazyLock::new(|| {
    [ws_service::readings::AREAS, gateway::readings::AREAS]
        .into_iter()
        .flat_map(|areas| areas.iter().copied().flatten())
        .collect()
});

/// The reading of that name.
pub fn reading(name: &str) -> Option<&'static Reading> {
    READINGS.iter().copied().find(|reading| reading.name == name)
}
