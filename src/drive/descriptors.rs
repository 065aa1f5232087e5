//! File descriptors: every connection takes one, and shells give a process few of those that it may have.

use std::sync::OnceLock;

/// For everything that is no connection: files, pipes, the runtime's own.
const RESERVED: u64 = 64;
/// The far side of a connection may live in this process too, the embedded reference, and lets go of it a little later.
const SIDES: u64 = 4;

/// How many connections there is room for, after this process has taken all that it may have.
pub(super) fn room() -> usize {
    static ROOM: OnceLock<usize> = OnceLock::new();
    *ROOM.get_or_init(|| {
        // Where it can't be told, a connection too many says so itself.
        let limit = rlimit::increase_nofile_limit(u64::MAX).unwrap_or(u64::MAX);
        usize::try_from(limit.saturating_sub(RESERVED) / SIDES).unwrap_or(usize::MAX)
    })
}
