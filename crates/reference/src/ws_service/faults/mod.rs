//! Mistakes of ws-service servers, one file an area of clauses. A fault must never be named here: it is a row of its area.

mod calls;
mod envelope;
mod error_codes;
mod forced_offline;
mod framing;
mod heartbeat;
mod intermittent;
mod locked_out;
mod mark;
mod mark_kept;
mod overlap;
mod push;
mod replies;
mod token;
mod ts_window;
mod upgrade;

use crate::Fault;

/// The areas, in the order of the document.
pub const AREAS: &[&[Fault]] = &[
    upgrade::FAULTS,
    token::FAULTS,
    heartbeat::FAULTS,
    ts_window::FAULTS,
    mark::FAULTS,
    mark_kept::FAULTS,
    calls::FAULTS,
    replies::FAULTS,
    overlap::FAULTS,
    intermittent::FAULTS,
    envelope::FAULTS,
    error_codes::FAULTS,
    push::FAULTS,
    forced_offline::FAULTS,
    framing::FAULTS,
    locked_out::FAULTS,
];
