//! The forms in which a peer may send a secret back, and the search for all of them in one pass.
//!
//! A target may have hundreds of secrets of dozens of forms, and the search for them is built before the first row begins. So
//! only the beginnings of forms are in the automaton; the rest of a form is compared where its beginning was found. The automaton
//! reads every byte, so it is only shown the parts of a text that the sieve can't exclude.

use std::collections::{BTreeMap, HashSet};

use aho_corasick::{AhoCorasick, AhoCorasickKind, Input, MatchKind};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};

use super::sieve::Sieve;
use crate::syntax::json::Node;

/// Shorter values are no secrets, and replacing them would make evidence unreadable.
pub(super) const SHORTEST: usize = 4;
/// How much of a form the automaton knows: enough that little else begins like it.
const BEGINNING_BYTES: usize = 12;
/// How much of a text the automaton reads from a place on that the sieve can't exclude: so much that to begin costs little of it.
const PART_BYTES: usize = 512;

/// A secret as it may be sent.
pub(super) struct Form {
    pub(super) bytes: Vec<u8>,
    /// The number of the secret.
    pub(super) secret: usize,
    /// It is not as it was given.
    pub(super) encoded: bool,
}

/// Secrets in every form, ready to be looked for.
pub(super) struct Forms {
    all: Vec<Form>,
    sieve: Sieve,
    /// Finds the longest beginning at the leftmost place.
    beginnings: AhoCorasick,
    /// For each beginning the forms that may stand where it was found, the longest first: its own, and those of the
    /// beginnings that it begins with.
    candidates: Vec<Vec<usize>>,
}

impl Forms {
    /// The forms of secrets, which are told apart by their numbers. `None` if the automaton can't be built: there is too
    /// much of them.
    ///
    /// Forms that many rows share are quicker to search, and slower to build.
    pub(super) fn of<'s>(secrets: impl Iterator<Item = &'s str>, shared: bool) -> Option<Self> {
        let mut forms = FormCollector::default();
        for (number, secret) in secrets.enumerate() {
            forms.add_secret(number, secret);
        }
        let all = forms.all;
        let mut by_beginning: BTreeMap<&[u8], Vec<usize>> = BTreeMap::new();
        for (at, form) in all.iter().enumerate() {
            by_beginning.entry(beginning(&form.bytes)).or_default().push(at);
        }
        let beginnings = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .kind(Some(if shared {
                AhoCorasickKind::ContiguousNFA
            } else {
                AhoCorasickKind::NoncontiguousNFA
            }))
            .build(by_beginning.keys())
            .ok()?;
        let candidates = by_beginning.keys().map(|found| {
            let lengths = SHORTEST..=found.len();
            let within = lengths.filter_map(|length| by_beginning.get(&found[..length]));
            let mut candidates: Vec<usize> = within.flatten().copied().collect();
            candidates.sort_by_key(|at| std::cmp::Reverse(all[*at].bytes.len()));
            candidates
        });
        let candidates = candidates.collect();
        let sieve = Sieve::of(by_beginning.keys().copied());
        Some(Self {
            all,
            sieve,
            beginnings,
            candidates,
        })
    }

    /// The forms themselves.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Form> {
        self.all.iter()
    }

    /// The bytes with every form replaced by what `shown` says of it; `None` if there is none. Of several at a place the
    /// longest counts.
    pub(super) fn replace(&self, bytes: &[u8], shown: impl Fn(&Form) -> String) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        let (mut kept, mut from) = (0, 0);
        while let Some(at) = self.sieve.next(bytes, from) {
            let end = bytes.len().min(at + PART_BYTES);
            let Some(found) = self.beginnings.find(Input::new(bytes).range(at..end)) else {
                // One may begin in this part and not end there.
                from = if end < bytes.len() {
                    end + 1 - BEGINNING_BYTES
                } else {
                    end
                };
                continue;
            };
            let start = found.start();
            if end < bytes.len() && start + BEGINNING_BYTES > end {
                // A longer one may begin there, and not end in this part.
                from = start;
                continue;
            }
            let mut candidates = self.candidates[found.pattern().as_usize()]
                .iter()
                .map(|at| &self.all[*at]);
            match candidates.find(|form| bytes[start..].starts_with(&form.bytes)) {
                Some(form) => {
                    out.extend_from_slice(&bytes[kept..start]);
                    out.extend_from_slice(shown(form).as_bytes());
                    from = start + form.bytes.len();
                    kept = from;
                }
                // It only begins like one.
                None => from = start + 1,
            }
        }
        if kept == 0 {
            return None;
        }
        out.extend_from_slice(&bytes[kept..]);
        Some(out)
    }
}

fn beginning(form: &[u8]) -> &[u8] {
    &form[..form.len().min(BEGINNING_BYTES)]
}

#[derive(Default)]
struct FormCollector {
    all: Vec<Form>,
    known: HashSet<Vec<u8>>,
}

impl FormCollector {
    /// Adds every form of a secret that is not there yet.
    fn add_secret(&mut self, number: usize, secret: &str) {
        let bytes = secret.as_bytes();
        if self.known.contains(bytes) {
            return;
        }
        let json = |text: &str| {
            let quoted = Node::text(text).to_string();
            let bare = quoted.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
            bare.unwrap_or_default().to_owned()
        };
        let escaped: String = secret.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
        let encoded = [
            json(secret).into_bytes(),
            // JSON in a string of JSON.
            json(&json(secret)).into_bytes(),
            json(&escaped).into_bytes(),
            escaped.into_bytes(),
            percent(bytes, true, false),
            percent(bytes, false, false),
            percent(bytes, true, true),
            percent(bytes, false, true),
            hex(bytes),
        ];
        self.add(number, bytes.to_vec(), false);
        for form in encoded.into_iter().chain(base64_forms(bytes)) {
            self.add(number, form, true);
        }
    }

    fn add(&mut self, secret: usize, bytes: Vec<u8>, encoded: bool) {
        if bytes.len() >= SHORTEST && self.known.insert(bytes.clone()) {
            self.all.push(Form { bytes, secret, encoded });
        }
    }
}

const LOWER: &[u8; 16] = b"0123456789abcdef";
const UPPER: &[u8; 16] = b"0123456789ABCDEF";

fn digits(byte: u8, alphabet: &[u8; 16]) -> [u8; 2] {
    [alphabet[usize::from(byte >> 4)], alphabet[usize::from(byte & 15)]]
}

fn hex(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().flat_map(|byte| digits(*byte, LOWER)).collect()
}

/// Percent-encoded (RFC 3986 §2.1): what is not unreserved (§2.3), or `all`.
pub(super) fn percent(bytes: &[u8], upper: bool, all: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(3 * bytes.len());
    for byte in bytes {
        if !all && (byte.is_ascii_alphanumeric() || b"-._~".contains(byte)) {
            out.push(*byte);
        } else {
            out.push(b'%');
            out.extend(digits(*byte, if upper { UPPER } else { LOWER }));
        }
    }
    out
}

/// The part of a base64 text that a secret decides by itself, at each of the three places where it may begin.
fn base64_forms(secret: &[u8]) -> Vec<Vec<u8>> {
    let mut out = Vec::new();
    for shift in 0..3 {
        let mut padded = vec![0; shift];
        padded.extend_from_slice(secret);
        let first = (shift * 8).div_ceil(6);
        let last = (padded.len() * 8) / 6;
        for text in [STANDARD_NO_PAD.encode(&padded), URL_SAFE_NO_PAD.encode(&padded)] {
            out.extend(text.as_bytes().get(first..last).map(<[u8]>::to_vec));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replaced(secrets: &[&str], text: &str) -> String {
        let forms = Forms::of(secrets.iter().copied(), false).expect("an automaton");
        let shown = |form: &Form| format!("<{}{}>", form.secret, if form.encoded { "e" } else { "" });
        let bytes = forms.replace(text.as_bytes(), shown);
        bytes.map_or_else(|| text.to_owned(), |bytes| String::from_utf8(bytes).expect("UTF-8"))
    }

    #[test]
    fn of_several_at_a_place_the_longest_counts() {
        let secrets = ["abcd", "abcdefgh", "abcdefghijklmnop", "abcdefghijklmnopqrst"];
        assert_eq!(replaced(&secrets, "abcdefghijklmnopqrstu"), "<3>u");
        assert_eq!(replaced(&secrets, "abcdefghijklmnopqrs"), "<2>qrs");
        assert_eq!(replaced(&secrets, "abcdefghijklmno"), "<1>ijklmno");
        assert_eq!(replaced(&secrets, "abcdefg abcd"), "<0>efg <0>");
        assert_eq!(replaced(&secrets, "abc"), "abc");
    }

    #[test]
    fn what_only_begins_like_a_secret_hides_none_inside_it() {
        // The first is not there; the second begins in what looks like the first.
        let secrets = ["aaaaaaaaaaaaaaab", "aaaaaaaac"];
        assert_eq!(replaced(&secrets, "aaaaaaaaaaaaaaaac"), "aaaaaaaa<1>");
        assert_eq!(replaced(&secrets, "aaaaaaaaaaaaaaaaab"), "aa<0>");
        let secrets = ["0123456789abcdef", "56789abcdxyz"];
        assert_eq!(replaced(&secrets, "0123456789abcdxyz"), "01234<1>");
        assert_eq!(replaced(&secrets, "0123456789ab0123456789abcdef"), "0123456789ab<0>");
    }

    /// Found as without sieve and parts: in texts made of pieces of what is looked for, of every length about that of a part.
    #[test]
    fn wherever_it_stands_it_is_found() {
        let secrets = [
            "0123456789abcdefgh",
            "0123456789",
            "abcd-efgh",
            "abcd-efghijklm",
            "789a-0123",
        ];
        for before in (0..40)
            .chain(PART_BYTES - 40..PART_BYTES + 40)
            .chain(2 * PART_BYTES - 40..2 * PART_BYTES + 40)
        {
            for filler in [".", "01234567-", "abcd-", "9"] {
                let filler: String = filler.chars().cycle().take(before).collect();
                for (number, secret) in secrets.iter().enumerate() {
                    let text = format!("{filler}|{secret}{filler}");
                    assert_eq!(
                        replaced(&secrets, &text),
                        format!("{filler}|<{number}>{filler}"),
                        "{text}"
                    );
                    let text = format!("{filler}|{secret}");
                    assert_eq!(replaced(&secrets, &text), format!("{filler}|<{number}>"), "{text}");
                }
            }
        }
    }

    #[test]
    fn the_pieces_between_secrets_stay() {
        let secrets = ["secret-one", "secret-two"];
        assert_eq!(replaced(&secrets, "secret-onesecret-two, secret-t"), "<0><1>, secret-t");
        assert_eq!(
            replaced(&secrets, &format!("x {} y", hex(b"secret-two").escape_ascii())),
            "x <1e> y"
        );
        assert_eq!(replaced(&[], "nothing"), "nothing");
    }
}
