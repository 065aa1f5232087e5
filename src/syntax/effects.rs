//! What a case does to its target: a case says it, a profile allows it. This room knows the words and no policy.

/// What a case does to the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
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

impl Effects {
    /// What files call it.
    pub fn name(self) -> &'static str {
        let [(read, _), (creates, _), (destructive, _)] = EFFECTS;
        match self {
            Self::Read => read,
            Self::Creates => creates,
            Self::Destructive => destructive,
        }
    }
}
