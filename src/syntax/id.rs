//! Names that never move: cases, rows, clauses.

/// The most characters in one part of an id.
const LONGEST: usize = 64;

/// Whether `part` may be one part of a case's path or a row's name: `[a-z0-9][a-z0-9._-]{0,63}`.
pub fn is_part(part: &str) -> bool {
    let mut bytes = part.bytes();
    let first = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    part.len() <= LONGEST
        && bytes.next().is_some_and(first)
        && bytes.all(|b| first(b) || matches!(b, b'.' | b'_' | b'-'))
}

/// Whether `id` may name a clause: capital letters, digits and hyphens, beginning with a letter.
pub fn is_clause(id: &str) -> bool {
    id.len() <= LONGEST
        && id.starts_with(|c: char| c.is_ascii_uppercase())
        && id
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_can_not_leave_its_folder() {
        for good in ["a", "big-integer", "0", "a.b_c"] {
            assert!(is_part(good), "{good}");
        }
        for bad in ["", ".", "..", "a/b", "A", "-a", &"a".repeat(65), "é"] {
            assert!(!is_part(bad), "{bad}");
        }
        assert!(is_clause("WS-MARK-1"));
        assert!(!is_clause("ws-mark-1") && !is_clause("") && !is_clause("1-A"));
    }
}
