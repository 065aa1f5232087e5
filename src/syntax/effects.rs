//! What a case does to its target: a case says it, a profile allows it. This room knows the words and no policy.

/// What a case does to the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effects {
    Read,
    Creates,
    Destructive,
}

/// Their names.
pub const EFFECTS: [(&str, Effects); 3] = [
    ("read", Effects::Read),
    ("creates", Effects::Creates),
    ("destructive", Effects::Destructive),
];
