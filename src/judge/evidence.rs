//! A transcript as the judge looks at it: which step came to what, and what an entry shows.

use std::collections::BTreeMap;

use crate::{
    check::Observation,
    syntax::json::{Node, parse},
    syntax::template::Scope,
    transcript::{FinishedStep, Transcript, WireEvent},
};

/// What was seen of a row.
pub struct Evidence<'t> {
    pub transcript: &'t Transcript,
    finished: BTreeMap<usize, &'t FinishedStep>,
}

impl<'t> Evidence<'t> {
    /// The evidence of a transcript.
    pub fn new(transcript: &'t Transcript) -> Self {
        let finished = transcript.entries.iter().filter_map(|entry| match &entry.what {
            WireEvent::Step(finished) => Some((finished.step, finished)),
            _ => None,
        });
        Self {
            transcript,
            finished: finished.collect(),
        }
    }

    /// How a step came to its end; `None` if it did not.
    pub fn finished(&self, step: usize) -> Option<&'t FinishedStep> {
        self.finished.get(&step).copied()
    }
}

/// A message of the transcript in a few words, or nothing if there is none.
pub fn shown(transcript: &Transcript, entry: usize) -> Option<String> {
    let received = transcript.received(entry)?;
    Some(Observation::message(received).show())
}

/// Names as they were when a step came to its end.
pub struct Values<'t>(pub &'t [(String, String)]);

impl Scope for Values<'_> {
    fn lookup(&self, name: &str) -> Option<Node> {
        let (_, text) = self.0.iter().find(|(known, _)| known == name)?;
        parse(text).ok()
    }
}
