//! A run on disk, so that it can be judged again with no network: what the verdicts depend on besides the cases.
//!
//! ```text
//! DIR/run.json       what was run: the target's name, and what its profile says that a verdict depends on
//! DIR/rows.ndjson    {"row":ID,"steps":FINGERPRINT,"transcript":{..},"repeated":{"again":[..]?,"harness-late-ms":N?}?}
//!                    {"row":ID,"steps":FINGERPRINT,"not-run":VERDICT}
//!                    {"end":{"wall_us":N,"signal":N?}}
//! DIR/journal.ndjson the journal of the run, with the verdicts as they were then
//! ```
//!
//! No secret is in any of them: transcripts have none, and of the profile only pins, reasons, timeouts and the names of
//! hooked calls are kept.

#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha1::{Digest as _, Sha1};

use crate::{
    judge::{Judgement, Repeated, Verdict, judge, not_run},
    plan::{Plan, Row},
    suite::Suite,
    syntax::json::{self, Node},
    target::{Pin, TargetSuite, Timeouts, TriggerMeans},
    transcript::{self, Transcript},
};

/// The version of the format.
pub const VERSION: u32 = 2;
/// The names of the files.
pub const RUN: &str = "run.json";
pub const ROWS: &str = "rows.ndjson";
pub const JOURNAL: &str = "journal.ndjson";

/// What was run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    pub version: u32,
    /// The harness that recorded it.
    pub harness: String,
    pub target: String,
    /// The number that random values were made from.
    pub seed: u64,
    pub suites: Vec<About>,
    /// What the profile said and the target denied.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contradicted: Vec<String>,
    /// The ids of the rows that were planned: what is not there later is missing.
    pub planned: BTreeSet<String>,
}

/// What the profile says of one suite, as far as a verdict depends on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    pub suite: String,
    /// Readings that are promised, by clause: name and reason.
    pub pins: BTreeMap<String, (String, String)>,
    pub not_applicable: BTreeMap<String, String>,
    /// Calls that a hook triggers.
    pub hooks: BTreeSet<String>,
    pub expect_us: u64,
    pub case_us: u64,
    /// How long the target took to answer, as far as that was measured.
    #[serde(default)]
    pub reply_us: u64,
}

/// One line of the rows' file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    Row(Recorded),
    End(End),
}

/// How the run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    pub wall_us: u64,
    /// The signal that ended it early.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signal: Option<u8>,
}

/// What was seen of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    pub row: String,
    /// The fingerprint of what the row does.
    pub steps: String,
    pub kept: KeptRow,
    pub repeated: Repeated,
}

/// What was kept of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeptRow {
    Transcript(Transcript),
    NotRun(Verdict),
}

/// A line as it is written. Tagged by its members, by hand: with numbers of any precision serde can't tell variants apart
/// that have no tag.
#[derive(Default, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
struct Written {
    #[serde(skip_serializing_if = "Option::is_none")]
    row: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    steps: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    transcript: Option<Transcript>,
    #[serde(skip_serializing_if = "Repeated::is_nothing")]
    repeated: Repeated,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_run: Option<Verdict>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<End>,
}

/// What a row of a recording comes to with the cases of today.
#[derive(Clone, Debug)]
pub enum Rejudged {
    Judged(Judgement),
    /// It does something else now: what was seen then says nothing about it.
    OtherSteps,
    /// No such row is there any more.
    Gone,
}

impl Facts {
    /// Reads `run.json`.
    ///
    /// # Errors
    /// What is wrong with it, as a sentence.
    pub fn read(text: &str) -> Result<Self, String> {
        let none = |error: serde_json::Error| format!("it is no recording's: {error}");
        let value: Value = serde_json::from_str(text).map_err(none)?;
        // Before the rest, which other versions have otherwise.
        if let Some(version) = value["version"]
            .as_u64()
            .filter(|version| *version != u64::from(VERSION))
        {
            return Err(format!(
                "its version is {version}; this harness reads version {VERSION}"
            ));
        }
        serde_json::from_value(value).map_err(none)
    }

    /// As the text of `run.json`.
    pub fn write(&self) -> String {
        let text = serde_json::to_string_pretty(self).unwrap_or_default();
        format!("{text}\n")
    }
}

impl About {
    /// What a target says.
    pub fn new(suite: &str, target: &TargetSuite) -> Self {
        let part = &target;
        let pins = part.pins.iter();
        let hooks = part
            .calls
            .iter()
            .filter(|(_, call)| !matches!(call, TriggerMeans::Call(_)));
        Self {
            suite: suite.to_owned(),
            pins: pins
                .map(|(clause, pin)| (clause.clone(), (pin.reading.clone(), pin.reason.clone())))
                .collect(),
            not_applicable: part.not_applicable.clone(),
            hooks: hooks.map(|(name, _)| name.clone()).collect(),
            expect_us: micros(target.timeouts.expect),
            case_us: micros(target.timeouts.case),
            reply_us: micros(target.timeouts.reply),
        }
    }

    /// A target that gives the same verdicts; it can't be run against.
    pub fn target(&self) -> TargetSuite {
        let pin = |(clause, (reading, reason)): (&String, &(String, String))| {
            let pin = Pin {
                reading: reading.clone(),
                reason: reason.clone(),
            };
            (clause.clone(), pin)
        };
        let hook = |name: &String| {
            (
                name.clone(),
                TriggerMeans::Url(String::new(), Node::from(json::Value::Null)),
            )
        };
        TargetSuite {
            pins: self.pins.iter().map(pin).collect(),
            not_applicable: self.not_applicable.clone(),
            calls: self.hooks.iter().map(hook).collect(),
            timeouts: Timeouts {
                expect: Duration::from_micros(self.expect_us),
                case: Duration::from_micros(self.case_us),
                reply: Duration::from_micros(self.reply_us),
                ..Timeouts::default()
            },
            ..TargetSuite::default()
        }
    }
}

fn micros(span: Duration) -> u64 {
    u64::try_from(span.as_micros()).unwrap_or(u64::MAX)
}

impl Line {
    /// As one line of text.
    pub fn write(self) -> String {
        let written = match self {
            Self::End(end) => Written {
                end: Some(end),
                ..Written::default()
            },
            Self::Row(Recorded {
                row,
                steps,
                kept,
                repeated,
            }) => {
                let (transcript, not_run) = match kept {
                    KeptRow::Transcript(transcript) => (Some(transcript), None),
                    KeptRow::NotRun(verdict) => (None, Some(verdict)),
                };
                Written {
                    row: Some(row),
                    steps: Some(steps),
                    transcript,
                    repeated,
                    not_run,
                    end: None,
                }
            }
        };
        serde_json::to_string(&written).unwrap_or_default()
    }

    /// Reads a line.
    ///
    /// # Errors
    /// What is wrong with it, as a sentence.
    pub fn read(text: &str) -> Result<Self, String> {
        let mut written: Written = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let repeated = std::mem::take(&mut written.repeated);
        let kept = match written {
            Written { end: Some(end), .. } => return Ok(Self::End(end)),
            Written {
                transcript: Some(transcript),
                ..
            } if transcript.version != transcript::VERSION => {
                return Err(format!(
                    "the transcript's version is {}; this harness reads version {}",
                    transcript.version,
                    transcript::VERSION
                ));
            }
            Written {
                transcript: Some(transcript),
                ..
            } => KeptRow::Transcript(transcript),
            Written {
                not_run: Some(verdict), ..
            } => KeptRow::NotRun(verdict),
            _ => return Err("expected a `transcript`, `not-run` or `end`".into()),
        };
        match (written.row, written.steps) {
            (Some(row), Some(steps)) => Ok(Self::Row(Recorded {
                row,
                steps,
                kept,
                repeated,
            })),
            _ => Err("expected `row` and `steps`".into()),
        }
    }
}

/// Judges recorded rows with the cases of today.
pub struct Bench {
    rows: BTreeMap<String, (Row, Arc<Suite>, Arc<TargetSuite>)>,
    fingerprints: Fingerprints,
}

impl Bench {
    /// For the suites that were run.
    pub fn new(suites: &[Arc<Suite>], facts: &Facts) -> Self {
        let mut rows = BTreeMap::new();
        for suite in suites {
            let Some(about) = facts.suites.iter().find(|about| about.suite == suite.name) else {
                continue;
            };
            let target = Arc::new(about.target());
            for row in suite.cases.iter().flat_map(crate::plan::rows) {
                rows.insert(row.id.clone(), (row, suite.clone(), target.clone()));
            }
        }
        Self {
            rows,
            fingerprints: Fingerprints::default(),
        }
    }

    /// Judges one row.
    pub fn judge(&mut self, recorded: &Recorded) -> Rejudged {
        let Some((row, suite, target)) = self.rows.get(&recorded.row) else {
            return Rejudged::Gone;
        };
        let plan = Plan::new(row.clone(), suite, target);
        match &recorded.kept {
            KeptRow::NotRun(verdict) => Rejudged::Judged(not_run(&plan, verdict.clone())),
            KeptRow::Transcript(_) if self.fingerprints.of(&plan) != recorded.steps => Rejudged::OtherSteps,
            KeptRow::Transcript(transcript) => Rejudged::Judged(recorded.repeated.apply(judge(&plan, transcript))),
        }
    }

    /// Rows of the suites that are not among these.
    pub fn missing<'b>(&'b self, known: &'b BTreeSet<String>) -> impl Iterator<Item = &'b str> {
        self.rows.keys().filter(|row| !known.contains(*row)).map(String::as_str)
    }
}

/// What cases do, each worked out once. Their checks, clauses and texts are no part of it, so a recording can be judged by
/// a case whose checks have changed since.
#[derive(Debug, Default)]
pub struct Fingerprints(BTreeMap<String, String>);

impl Fingerprints {
    /// The fingerprint of a row's case.
    pub fn of(&mut self, plan: &Plan) -> String {
        let case = &plan.row.case;
        let known = self.0.entry(case.id.clone()).or_insert_with(|| {
            let mut hash = Sha1::new();
            let manifest: Value = serde_json::from_str(plan.suite.manifest.source.text()).unwrap_or_default();
            let fragments = &manifest["fragments"];
            let case: Value = serde_json::from_str(case.source.text()).unwrap_or_default();
            hash.update(doing(case, &["title", "about", "tags"], fragments));
            hash.update(doing(
                manifest.clone(),
                &["title", "always", "document", "fragments"],
                fragments,
            ));
            let digest = hash.finalize();
            digest.iter().map(|byte| format!("{byte:02x}")).collect()
        });
        known.clone()
    }
}

/// A file's JSON without some members, and without what its steps are judged by; the steps of fragments stand in place.
fn doing(mut file: Value, without: &[&str], fragments: &Value) -> String {
    if let Value::Object(members) = &mut file {
        members.retain(|key, _| !without.contains(&key.as_str()));
        strip_members(members, fragments);
    }
    file.to_string()
}

fn strip(steps: &mut Value, fragments: &Value) {
    match steps {
        Value::Array(items) => {
            for item in std::mem::take(items) {
                put(item, fragments, items);
            }
        }
        Value::Object(step) => {
            step.retain(|key, _| !matches!(key.as_str(), "checks" | "requirement"));
            strip_members(step, fragments);
        }
        _ => {}
    }
}

/// Puts an item into a list of steps: itself, or the steps of the fragment that it uses.
fn put(mut item: Value, fragments: &Value, items: &mut Vec<Value>) {
    let fragment = item["use"].as_str().and_then(|name| fragments[name].as_array());
    match fragment {
        // No fragment uses itself: the manifest would not have been read.
        Some(steps) => steps.iter().for_each(|step| put(step.clone(), fragments, items)),
        None => {
            strip(&mut item, fragments);
            items.push(item);
        }
    }
}

/// Only these hold steps; what stands elsewhere is sent, and counts.
fn strip_members(members: &mut Map<String, Value>, fragments: &Value) {
    for (key, value) in members {
        if matches!(key.as_str(), "given" | "steps" | "alive" | "together" | "reply") {
            strip(value, fragments);
        }
    }
}
