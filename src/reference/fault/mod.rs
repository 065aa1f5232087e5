//! The table of faults: each a mistake that real servers make, and the clauses it must break.
//!
//! One file a fault, or a family whose members differ by a value, and one row here. A fault overrides as little of the
//! honest conduct as it can, so that it breaks few clauses; it must never make the server untestable elsewhere.

use std::{fmt, sync::Arc};

use super::ws_service::Conduct;

/// A named mistake.
pub struct Fault {
    /// The suite's short name and its own: `ws/mark-rounded`.
    pub name: &'static str,
    /// The suite that must notice.
    pub suite: &'static str,
    /// Which mistake of the real world it is, in one sentence.
    pub text: &'static str,
    /// The clauses that it breaks.
    pub breaks: &'static [&'static str],
    /// What does it.
    pub(super) conduct: Subject,
}

/// The protocol whose conduct a fault changes. Each server gets its own, so that one may keep state.
pub(super) enum Subject {
    WsService(fn() -> Arc<dyn Conduct>),
}

impl fmt::Debug for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name)
    }
}

/// Every fault.
pub const FAULTS: &[&Fault] = &[];

/// The fault of that name.
pub fn fault(name: &str) -> Option<&'static Fault> {
    FAULTS.iter().copied().find(|fault| fault.name == name)
}
