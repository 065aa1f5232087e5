//! Lawful readings of the ws-service document, one file an area. A reading must never be named here: it is a row of its area.

mod calls;
mod delivery;
mod layout;
mod mark;
mod texts;
mod ts_window;
mod upgrade;

use crate::Reading;

/// The areas, in the order in which they are listed.
pub const AREAS: &[&[Reading]] = &[
    layout::READINGS,
    mark::READINGS,
    upgrade::READINGS,
    calls::READINGS,
    ts_window::READINGS,
    texts::READINGS,
    delivery::READINGS,
];
