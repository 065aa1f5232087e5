//! The words of a judgement: verdicts, findings, and what was exercised.

use serde::{Deserialize, Serialize};

use crate::check::Kept;

/// What became of a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    Conforms,
    /// No required clause is violated, but the server should do better.
    Warning,
    Violates,
    /// A precondition failed, or the profile lacks something.
    NotAssessed(String),
    /// The profile says that the target has nothing of the kind.
    NotApplicable(String),
    /// The harness could not find out.
    Inconclusive(String),
    Interrupted,
    /// The harness's own mistake.
    HarnessError(String),
}

impl Verdict {
    /// The word for reports.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Conforms => "conforms",
            Self::Warning => "warning",
            Self::Violates => "violates",
            Self::NotAssessed(_) => "not assessed",
            Self::NotApplicable(_) => "not applicable",
            Self::Inconclusive(_) => "inconclusive",
            Self::Interrupted => "interrupted",
            Self::HarnessError(_) => "harness error",
        }
    }

    /// Why, where there is more to say.
    pub fn because(&self) -> Option<&str> {
        match self {
            Self::NotAssessed(why) | Self::NotApplicable(why) | Self::Inconclusive(why) | Self::HarnessError(why) => {
                Some(why)
            }
            _ => None,
        }
    }
}

/// How severe a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Recorded only.
    Note,
    Warning,
    Violation,
}

impl Severity {
    /// The word for reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Violation => "violation",
        }
    }
}

/// Something to tell a server developer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub clause: String,
    pub severity: Severity,
    /// The place in the message, a JSON Pointer.
    pub at: String,
    pub expected: String,
    pub seen: String,
    /// The reading of the clause that the server chose.
    pub reading: Option<String>,
    /// The place in the case file.
    pub line: String,
    /// The message in the transcript.
    pub entry: Option<usize>,
    /// What was waited for and did not come, if that is what is found.
    pub absent: Option<Waited>,
}

/// How long something was waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waited {
    /// In microseconds, since the target was asked last.
    pub us: u64,
    /// The entry of the transcript in which the waiting ended.
    pub entry: usize,
}

/// A check that was exercised, or why it was not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckResult {
    pub clause: String,
    /// The check's kind, readings or act.
    pub what: String,
    pub result: CheckOutcome,
}

/// What came of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CheckOutcome {
    Held,
    Chose(String),
    Failed,
    Unknown(String),
    NotExercised(String),
    /// The profile says so.
    NotApplicable(String),
}

/// What a row saw refused and served. A server that refuses everything refuses what it must, too: only what is served without the
/// flaw shows that it is the flaw which is refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Answered {
    /// Something was refused that is no precondition.
    pub refused: bool,
    /// The like was served in the same row.
    pub controlled: bool,
    /// A call was served.
    pub served: bool,
}

/// A row's judgement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    pub row: String,
    pub verdict: Verdict,
    pub findings: Vec<Finding>,
    pub check_results: Vec<CheckResult>,
    pub kept: Vec<Kept>,
    /// What it saw refused and served.
    pub answered: Answered,
    /// How long the row took, in microseconds.
    pub duration: u64,
}
