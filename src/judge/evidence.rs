//! A transcript as the judge looks at it: which step came to what, and what an entry shows.

use std::collections::BTreeMap;

use super::verdict::Waited;
use crate::{
    check::Observation,
    syntax::json::{Node, parse},
    syntax::template::Scope,
    transcript::{FinishedStep, Transcript, WireEvent},
};

/// What was seen of a row.
pub struct Evidence<'t> {
    pub transcript: &'t Transcript,
    /// By step, with their entries.
    finished: BTreeMap<usize, (usize, &'t FinishedStep)>,
}

impl<'t> Evidence<'t> {
    /// The evidence of a transcript.
    pub fn new(transcript: &'t Transcript) -> Self {
        let entries = transcript.entries.iter().enumerate();
        let finished = entries.filter_map(|(number, entry)| match &entry.what {
            WireEvent::Step(finished) => Some((finished.step, (number, finished))),
            _ => None,
        });
        Self {
            transcript,
            finished: finished.collect(),
        }
    }

    /// How a step came to its end; `None` if it did not.
    pub fn finished(&self, step: usize) -> Option<&'t FinishedStep> {
        self.finished.get(&step).map(|(_, finished)| *finished)
    }

    /// How long a step took, and the entry in which it came to its end; `None` if it did not.
    pub fn waited(&self, step: usize) -> Option<Waited> {
        let (entry, _) = self.finished.get(&step)?;
        let entries = &self.transcript.entries;
        let end = entries.get(*entry)?.at;
        // What was waited for is the answer to what was asked last.
        let asked = entries[..*entry].iter().rfind(|entry| asks(&entry.what));
        Some(Waited {
            us: end.saturating_sub(asked.map_or(0, |asked| asked.at)),
            entry: *entry,
        })
    }
}

/// Whether the target is asked something.
fn asks(event: &WireEvent) -> bool {
    match event {
        WireEvent::Sent { kind, .. } => kind != "fence",
        WireEvent::Opening { .. } | WireEvent::Requested { .. } | WireEvent::Hooked { .. } => true,
        _ => false,
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
