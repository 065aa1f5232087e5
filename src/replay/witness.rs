//! The witness of a row while it is replayed: the transcript, and the secrets that must not get into it.
//!
//! Names are looked up where nothing else may change, and what is made from a secret becomes one then; hence the cells.

use std::{cell::RefCell, sync::Arc, time::Duration};

use crate::transcript::{Cut, Redactor, Transcript, WireEvent};

/// Who writes down what happens.
#[derive(Debug)]
pub struct Witness {
    transcript: Transcript,
    redactor: RefCell<Redactor>,
    /// Values that must never be shown, for what is made from them.
    secrets: RefCell<Vec<String>>,
}

impl Witness {
    /// The witness of a row that will have about so many entries.
    pub fn new(row: &str, entries: usize) -> Self {
        let mut transcript = Transcript::new(row);
        transcript.entries.reserve(entries);
        Self {
            transcript,
            redactor: RefCell::default(),
            secrets: RefCell::default(),
        }
    }

    /// Keeps these secrets out too.
    pub fn hide_all(&mut self, secrets: Arc<Redactor>) {
        self.redactor.get_mut().and(secrets);
    }

    /// Keeps a secret out of what is to come.
    pub fn hide(&mut self, name: &str, secret: &str) {
        self.redactor.get_mut().hide(name, secret);
        self.secrets.get_mut().push(secret.to_owned());
    }

    /// Keeps a secret out that a message brought, which is in the transcript already.
    pub fn hide_captured(&mut self, name: &str, secret: &str) {
        self.hide(name, secret);
        self.transcript.hide(self.redactor.get_mut());
    }

    /// Keeps out what was made from a value, if that is a secret.
    pub fn hide_derived(&self, value: &str, shown: &str, derived: &str) {
        if self.secrets.borrow().iter().any(|secret| secret == value) {
            self.redactor.borrow_mut().hide(shown, derived);
            self.secrets.borrow_mut().push(derived.to_owned());
        }
    }

    /// Writes down what happened; gives the entry's number.
    pub fn record(&mut self, at: Duration, what: WireEvent) -> usize {
        self.transcript.record(at, what, self.redactor.get_mut())
    }

    /// The row ended before its last step.
    pub fn cut(&mut self, cut: Cut) {
        self.transcript.cut = Some(cut);
    }

    /// What was seen.
    pub fn into_transcript(self) -> Transcript {
        self.transcript
    }
}
