//! The witness: what happened in one row, in order, with times. Secrets are replaced on entry and nowhere else.

mod forms;
mod redact;
mod sieve;

use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use self::redact::Redactor;
use wire::{
    data,
    event::{Ended, Failure, FailureKind, Received},
    http::{Request, Response},
};

/// The version of the format on disk.
pub const VERSION: u32 = 1;

/// Everything that was seen of one row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transcript {
    pub version: u32,
    pub row: String,
    pub entries: Vec<Entry>,
    /// Why the row ended before its last step.
    pub cut: Option<Cut>,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Microseconds since the row began.
    pub at: u64,
    pub what: WireEvent,
}

/// Why a row was cut short.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cut {
    /// The row's deadline passed.
    Deadline,
    /// The run's deadline passed.
    RunDeadline,
    /// The target is not there any more.
    TargetGone,
    /// The run was interrupted.
    Interrupted,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WireEvent {
    /// A handshake was sent.
    Opening {
        connection: String,
        #[serde(with = "data")]
        request: Vec<u8>,
    },
    Opened {
        connection: String,
        response: Response,
    },
    OpenFailed {
        connection: String,
        failure: Failure,
    },
    /// A message or frames were sent.
    Sent {
        connection: String,
        kind: String,
        /// Those that are being written: a message may be large.
        #[serde(with = "data")]
        bytes: bytes::Bytes,
    },
    Received {
        connection: String,
        received: Received,
    },
    Ended {
        connection: String,
        ended: Ended,
    },
    Requested {
        exchange: String,
        request: Request,
    },
    Responded {
        exchange: String,
        response: Response,
    },
    NoResponse {
        exchange: String,
        failure: Failure,
    },
    Hooked {
        situation: String,
        outcome: Result<(), String>,
    },
    /// The message of this entry answered a fence.
    Fenced(usize),
    /// A step came to its end.
    Step(FinishedStep),
}

/// How a step came to its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FinishedStep {
    /// The step, by its number in the row's plan.
    pub step: usize,
    pub outcome: StepOutcome,
    /// The names that its checks use, with their values then as JSON text.
    pub values: Vec<(String, String)>,
}

/// A step's end. None of these is right or wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepOutcome {
    /// There was nothing to wait for.
    Done,
    /// This entry is its message, handshake or response.
    Took(usize),
    /// The handshake was accepted; whether the probe then found service, and how long was waited in vain for a sign of it.
    Accepted {
        opened: usize,
        key: Option<String>,
        served: Served,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        waited_ms: Option<u64>,
    },
    /// The handshake was answered with something else than 101.
    Declined { opened: usize, key: Option<String> },
    /// There was no response, or none came to the request.
    Failed(Failure),
    /// Nothing came before the connection's end or the time was up, which was so long (old recordings don't say).
    Nothing {
        ended: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        within_ms: Option<u64>,
    },
    /// Silence was proved.
    Quiet,
    /// Silence was broken by these entries.
    Disturbed(Vec<usize>),
    /// The connection ended, after the close frame of this entry.
    Closed { frame: Option<usize>, ended: Option<Ended> },
    /// A search found this span, in seconds around its middle.
    Span { low: Option<i64>, high: Option<i64> },
    /// A search met a reply that is neither inside nor outside (its entry), found nothing inside, or waited for a reply until
    /// its time was up.
    Lost {
        reply: Option<usize>,
        why: String,
        #[serde(default = "in_time", skip_serializing_if = "Clone::clone")]
        in_time: bool,
    },
    /// The harness could not do it: its own mistake or its machine's.
    Broken(String),
    /// It was not begun.
    Skipped(String),
    /// What was left over at the end: these entries.
    Leftover(Vec<usize>),
}

/// What a probe found on an accepted connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Served {
    /// There was no probe.
    Unprobed,
    /// The probe was answered.
    Answered,
    /// The connection ended without an answer.
    Dropped,
    /// Neither: it stayed open in silence.
    Silent,
}

/// Old recordings don't say it.
fn in_time() -> bool {
    true
}

/// A duration as transcripts have it.
pub fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

impl Transcript {
    /// An empty transcript of a row.
    pub fn new(row: impl Into<String>) -> Self {
        Self {
            version: VERSION,
            row: row.into(),
            entries: Vec::new(),
            cut: None,
        }
    }

    /// Adds what happened, without its secrets; gives the entry's number.
    pub fn record(&mut self, at: Duration, mut what: WireEvent, redactor: &Redactor) -> usize {
        what.redact(redactor);
        self.entries.push(Entry {
            at: u64::try_from(at.as_micros()).unwrap_or(u64::MAX),
            what,
        });
        self.entries.len() - 1
    }

    /// Takes a secret that was learnt late out of what is already there.
    pub fn hide(&mut self, redactor: &Redactor) {
        self.entries.iter_mut().for_each(|entry| entry.what.redact(redactor));
    }

    /// Whether anybody was there: `None` if nobody was looked for.
    pub fn found(&self) -> Option<bool> {
        let mut found = None;
        for entry in &self.entries {
            match &entry.what {
                WireEvent::Opened { .. } | WireEvent::Responded { .. } => return Some(true),
                WireEvent::OpenFailed { failure, .. } | WireEvent::NoResponse { failure, .. } => {
                    if failure.kind != FailureKind::Unreachable {
                        return Some(true);
                    }
                    found = Some(false);
                }
                _ => {}
            }
        }
        found
    }

    /// The message of an entry.
    pub fn received(&self, entry: usize) -> Option<&Received> {
        match &self.entries.get(entry)?.what {
            WireEvent::Received { received, .. } => Some(received),
            _ => None,
        }
    }

    /// The response of an entry.
    pub fn response(&self, entry: usize) -> Option<&Response> {
        match &self.entries.get(entry)?.what {
            WireEvent::Opened { response, .. } | WireEvent::Responded { response, .. } => Some(response),
            _ => None,
        }
    }
}
