//! The random and unique values of a row: the same seed gives the same values again.

use std::cell::Cell;

/// Where random values come from. Not for secrets.
#[derive(Debug)]
pub struct Chance {
    state: Cell<u64>,
    counter: Cell<u64>,
    tag: String,
}

impl Chance {
    /// The values of a row. Rows of one run differ.
    pub fn new(row: &str, seed: u64) -> Self {
        // FNV-1a.
        let mixed = row.bytes().fold(seed ^ 0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Self {
            state: Cell::new(mixed),
            counter: Cell::new(0),
            tag: format!("u{:08x}", mixed >> 32),
        }
    }

    /// A random number.
    pub fn number(&self) -> u64 {
        // SplitMix64.
        let state = self.state.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
        self.state.set(state);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// The key that masks a frame (RFC 6455 §5.3).
    pub fn mask(&self) -> [u8; 4] {
        let bytes = self.number().to_be_bytes();
        [bytes[0], bytes[1], bytes[2], bytes[3]]
    }

    /// A text that is nowhere else in the run.
    pub fn unique(&self) -> String {
        let count = self.counter.get() + 1;
        self.counter.set(count);
        format!("{}-{count}", self.tag)
    }
}
