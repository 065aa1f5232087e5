//! Where in a text something may begin that is looked for: most texts hold nothing of it, and need not be read byte by byte.

/// How many bytes are looked at together.
const BLOCK_BYTES: usize = 3;
/// How many kinds of blocks are told apart.
const KINDS: usize = 1 << 16;

/// Knows the blocks of what is looked for. A text is looked at in steps so long that none of it fits between two of them.
pub(super) struct Sieve {
    /// One bit a kind.
    blocks: Vec<u64>,
    /// How many blocks each of what is looked for has at the least; none if nothing is looked for.
    step: usize,
}

impl Sieve {
    /// For what has at least three bytes each.
    pub(super) fn of<'b>(wanted: impl Iterator<Item = &'b [u8]> + Clone) -> Self {
        let shortest = wanted.clone().map(<[u8]>::len).min().unwrap_or_default();
        let mut blocks = vec![0; KINDS / 64];
        for bytes in wanted {
            for block in bytes[..shortest].windows(BLOCK_BYTES) {
                let kind = kind(block);
                blocks[kind / 64] |= 1 << (kind % 64);
            }
        }
        Self {
            blocks,
            step: (shortest + 1).saturating_sub(BLOCK_BYTES),
        }
    }

    /// The first place, from this one on, where it can't be excluded that something begins.
    pub(super) fn next(&self, bytes: &[u8], from: usize) -> Option<usize> {
        // Of what begins in the last of these places, only the first block is looked at; of what begins in the first, the last.
        let ahead = self.step.checked_sub(1)?;
        let mut at = from.checked_add(ahead)?;
        while let Some(block) = bytes.get(at..at + BLOCK_BYTES) {
            let kind = kind(block);
            if self.blocks[kind / 64] >> (kind % 64) & 1 == 1 {
                return Some(at - ahead);
            }
            at += self.step;
        }
        None
    }
}

fn kind(block: &[u8]) -> usize {
    let number = block.iter().fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
    // Multiplied by 2³² over the golden ratio, which spreads what is alike.
    (number.wrapping_mul(0x9E37_79B1) >> 16) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_looked_for_falls_through() {
        let wanted: [&[u8]; 3] = [b"abcdefgh", b"xyz-123456789", b"\xff\x00\xff\x00\xff\x00\xff"];
        let sieve = Sieve::of(wanted.into_iter());
        for bytes in wanted {
            for before in 0..40 {
                for after in 0..10 {
                    let text = [vec![b'.'; before], bytes.to_vec(), vec![b'.'; after]].concat();
                    for from in 0..=before {
                        let next = sieve.next(&text, from);
                        assert!(
                            next.is_some_and(|next| (from..=before).contains(&next)),
                            "{before} {after} from {from}: {next:?}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn what_has_nothing_of_it_is_passed_over() {
        let sieve = Sieve::of([b"abcdefgh".as_slice(), b"0123456789"].into_iter());
        assert_eq!(sieve.next(&[b'a'; 1000], 0), None);
        assert_eq!(sieve.next(b"", 0), None);
        assert_eq!(sieve.next(b"abcdefgh", 8), None);
        assert_eq!(sieve.next(b"abcdefgh", usize::MAX), None);
        let nothing = Sieve::of(std::iter::empty());
        assert_eq!(nothing.next(b"abcdefgh", 0), None);
    }
}
