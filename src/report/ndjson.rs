//! The journal: one JSON object a line, written while the run goes on, so that what is known survives whatever ends it.
//!
//! ```text
//! {"event":"run-began","version":1,"target":T,"suites":[S..],"rows":N}
//! {"event":"row","id":ROW,"verdict":V,"because":W?,"duration_us":N,
//!  "findings":[{"clause":C,"severity":"note|warning|violation","level":"may|should|must"?,"at":POINTER,"expected":..,
//!               "seen":..,"reading":R?,"line":"FILE:LINE","entry":N?}..],
//!  "check_results":[{"clause":C,"what":KIND,"result":"held|chose|failed|unknown|not exercised","reading":R?,"why":W?}..],
//!  "refusal":"controlled|uncontrolled"?}
//! {"event":"run-ended","conclusion":..,"sentence":..,"exit":N,"interrupted":BOOL,"contradicted":[TEXT..]?,
//!  "assessed":{"clauses":{"assessed":N,"of":N},"rows":{"assessed":N,"of":N}},"refusals":{"seen":N,"controlled":N},
//!  "rows":{VERDICT:N..},
//!  "clauses":[{"id":C,"suite":S,"level":..,"status":..,"checks":N,"rows":N,"findings":N,"readings":[R..],
//!              "unassessed":{WHY:N..}}..],"wall_us":N,"slowest":ROW?}
//! ```
//!
//! A member marked `?` is left out where there is nothing to say. A run has as many `row` lines as `run-began` says, or
//! it is not complete. Every text is escaped so that a line is one line, has no hidden character and no order to a
//! runner of jobs, and still means exactly what was seen. What is long is cut, and the cut says how long it was.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::{Map, Value, json};

use super::{
    Language,
    sanitize::{self, cut},
};
use crate::{
    judge::{CheckOutcome, CheckResult, Finding, Judgement},
    run::summary::{Clause, Conclusion, Share, Summary},
    suite::Suite,
    suite::catalogue::Level,
};

/// The version of the journal's format.
pub const VERSION: u32 = 1;

/// The levels of clauses, for findings.
#[derive(Clone, Debug, Default)]
pub struct Levels(BTreeMap<String, Level>);

impl Levels {
    /// The levels in the catalogues of suites.
    pub fn of(suites: &[Arc<Suite>]) -> Self {
        let all = suites.iter().flat_map(|suite| &suite.catalogue.requirements);
        Self(
            all.map(|requirement| (requirement.id.clone(), requirement.level))
                .collect(),
        )
    }
}

/// The first line.
pub fn began<S: AsRef<str>>(target: &str, suites: &[S], rows: usize) -> String {
    let suites: Vec<&str> = suites.iter().map(AsRef::as_ref).collect();
    written(&json!({
        "event": "run-began",
        "version": VERSION,
        "target": target,
        "suites": suites,
        "rows": rows,
    }))
}

/// The line of a row.
pub fn row(judgement: &Judgement, levels: &Levels) -> String {
    let mut all = Map::new();
    all.insert("event".into(), "row".into());
    all.insert("id".into(), judgement.row.as_str().into());
    all.insert("verdict".into(), judgement.verdict.name().into());
    put(&mut all, "because", judgement.verdict.because().map(cut));
    all.insert("duration_us".into(), judgement.duration.into());
    let findings = judgement.findings.iter().map(|found| finding(found, levels));
    all.insert("findings".into(), findings.collect());
    all.insert(
        "check_results".into(),
        judgement.check_results.iter().map(check_result).collect(),
    );
    let answered = judgement.answered;
    if answered.refused {
        let word = if answered.controlled {
            "controlled"
        } else {
            "uncontrolled"
        };
        all.insert("refusal".into(), word.into());
    }
    written(&Value::Object(all))
}

/// The last line.
pub fn ended(run: &Summary, exit: u8) -> String {
    let conclusion = run.conclusion();
    let mut all = Map::new();
    all.insert("event".into(), "run-ended".into());
    all.insert("conclusion".into(), name(conclusion).into());
    all.insert("sentence".into(), Language::En.sentence(run).into());
    all.insert("exit".into(), exit.into());
    all.insert("interrupted".into(), run.interrupted.into());
    if !run.contradicted.is_empty() {
        all.insert("contradicted".into(), json!(run.contradicted));
    }
    let share = |share: Share| json!({"assessed": share.assessed, "of": share.of});
    all.insert(
        "assessed".into(),
        json!({"clauses": share(run.clauses_assessed()), "rows": share(run.rows_assessed())}),
    );
    let refusals = run.refusals_controlled();
    all.insert(
        "refusals".into(),
        json!({"seen": refusals.of, "controlled": refusals.assessed}),
    );
    all.insert("rows".into(), json!(run.tally.rows));
    all.insert("clauses".into(), run.clauses.iter().map(clause).collect());
    let wall = u64::try_from(run.wall.as_micros()).unwrap_or(u64::MAX);
    all.insert("wall_us".into(), wall.into());
    put(&mut all, "slowest", run.slowest().map(|row| row.row.clone()));
    written(&Value::Object(all))
}

/// The row and verdict of a row's line; none of another line.
pub fn verdict(line: &str) -> Option<(String, String)> {
    let line: Value = serde_json::from_str(line).ok()?;
    let text = |key| Some(line.get(key)?.as_str()?.to_owned());
    (line.get("event")? == "row").then_some(())?;
    Some((text("id")?, text("verdict")?))
}

/// The whole journal of a run that is over.
pub fn render(run: &Summary, exit: u8) -> String {
    let levels = run.clauses.iter().map(|clause| &clause.requirement);
    let levels = Levels(levels.map(|r| (r.id.clone(), r.level)).collect());
    let mut suites: Vec<&str> = run.clauses.iter().map(|clause| clause.suite.as_str()).collect();
    suites.dedup();
    let mut lines = vec![began(&run.target, &suites, run.rows.len())];
    lines.extend(run.rows.iter().map(|judgement| row(judgement, &levels)));
    lines.push(ended(run, exit));
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// A conclusion's name for machines.
pub fn name(conclusion: Conclusion) -> &'static str {
    match conclusion {
        Conclusion::Conformant => "conformant",
        Conclusion::Violated => "violated",
        Conclusion::Contradicted => "contradicted",
        Conclusion::Inconclusive => "inconclusive",
        Conclusion::TooLittleAssessed => "too little assessed",
        Conclusion::NothingAssessed => "nothing assessed",
        Conclusion::HarnessError => "harness error",
    }
}

fn finding(finding: &Finding, levels: &Levels) -> Value {
    let mut all = Map::new();
    all.insert("clause".into(), finding.clause.as_str().into());
    all.insert("severity".into(), finding.severity.name().into());
    put(
        &mut all,
        "level",
        levels.0.get(&finding.clause).map(|level| level.name()),
    );
    all.insert("at".into(), finding.at.as_str().into());
    all.insert("expected".into(), cut(&finding.expected).into());
    all.insert("seen".into(), cut(&finding.seen).into());
    put(&mut all, "reading", finding.reading.as_deref());
    all.insert("line".into(), finding.line.as_str().into());
    put(&mut all, "entry", finding.entry);
    Value::Object(all)
}

fn check_result(check: &CheckResult) -> Value {
    let (result, reading, why) = match &check.result {
        CheckOutcome::Held => ("held", None, None),
        CheckOutcome::Chose(reading) => ("chose", Some(reading), None),
        CheckOutcome::Failed => ("failed", None, None),
        CheckOutcome::Unknown(why) => ("unknown", None, Some(why)),
        CheckOutcome::NotExercised(why) => ("not exercised", None, Some(why)),
        CheckOutcome::NotApplicable(why) => ("not applicable", None, Some(why)),
    };
    let mut all = Map::new();
    all.insert("clause".into(), check.clause.as_str().into());
    all.insert("what".into(), check.what.as_str().into());
    all.insert("result".into(), result.into());
    put(&mut all, "reading", reading.map(String::as_str));
    put(&mut all, "why", why.map(|why| cut(why)));
    Value::Object(all)
}

fn clause(clause: &Clause) -> Value {
    let unassessed: BTreeMap<String, usize> = clause.unassessed.iter().map(|(why, rows)| (cut(why), *rows)).collect();
    json!({
        "id": clause.requirement.id,
        "suite": clause.suite,
        "level": clause.requirement.level.name(),
        "status": clause.status.name(),
        "checks": clause.exercised,
        "rows": clause.rows,
        "findings": clause.findings.len(),
        "readings": clause.readings,
        "unassessed": unassessed,
    })
}

fn put(all: &mut Map<String, Value>, key: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        all.insert(key.into(), value.into());
    }
}

fn written(value: &Value) -> String {
    sanitize::json(&value.to_string())
}
