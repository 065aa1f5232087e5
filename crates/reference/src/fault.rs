//! What a fault is, and all of them: each a mistake that real servers make, and the clauses it must break.
//!
//! A fault is one struct and one row in the slice of its area, under `faults/` of its protocol. It overrides as little of
//! the honest behaviour as it can, so that it breaks few clauses; it must never make the server untestable elsewhere.

use std::{fmt, sync::LazyLock};

use super::{gateway, variant::Subject, ws_service};

/// A named mistake.
pub struct Fault {
    /// The suite's short name and its own: `ws/mark-rounded`.
    pub name: &'static str,
    /// Which mistake of the real world it is, in one sentence.
    pub text: &'static str,
    /// The clauses that it breaks.
    pub breaks: &'static [&'static str],
    /// What does it.
    pub(super) behaviour: Subject,
}

impl Fault {
    /// The suite that must notice.
    pub const fn suite(&self) -> &'static str {
        self.behaviour.suite()
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name)
    }
}

/// Every fault: the ws-service's, then the gateway's, each by name. So no report changes when a row moves to another area.
pub static FAULTS: LazyLock<Vec<&'static Fault>> = LazyLock::new(|| {
    [ws_service::faults::AREAS, gateway::faults::AREAS]
        .into_iter()
        .flat_map(|areas| {
            let mut faults: Vec<&Fault> = areas.iter().copied().flatten().collect();
            faults.sort_by_key(|fault| fault.name);
            faults
        })
        .collect()
});

/// The fault of that name.
pub fn fault(name: &str) -> Option<&'static Fault> {
    FAULTS.iter().copied().find(|fault| fault.name == name)
}
