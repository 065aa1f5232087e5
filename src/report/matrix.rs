//! The kill matrix of a proof: fault, clauses that it names, clauses found broken, cases that caught it; and the readings.

use std::{collections::BTreeSet, fmt::Write as _};

use serde_json::{Value, json};

use super::sanitize;
use crate::run::proof::{FaultResult, Proof, ReadingResult};

/// Cases that are told of one fault; the JSON has every row.
const TOLD: usize = 4;

/// As text for a terminal.
pub fn text(proof: &Proof, verbose: bool) -> String {
    let mut out = String::new();
    // Writing to a String can't fail.
    for result in &proof.faults {
        let mark = if result.is_killed() { "✓" } else { "✗" };
        let _ = writeln!(
            out,
            "{mark} {:<34} {:<40} {} rows caught it",
            result.fault.name,
            result.fault.breaks.join(" "),
            rows(result).len()
        );
        for clause in &result.survives {
            let _ = writeln!(out, "    survives: no case caught it breaking {clause}");
        }
        for clause in &result.spreads {
            let row = result.broken.get(clause).and_then(|broken| broken.rows.first());
            let row = row.map(String::as_str).unwrap_or_default();
            let _ = writeln!(out, "    breaks more than it names: {clause} in {row}");
        }
        for trouble in &result.troubled {
            let _ = writeln!(out, "    says nothing: {}", sanitize::line(trouble));
        }
    }
    for result in &proof.readings {
        let mark = if result.is_fair() { "✓" } else { "✗" };
        let _ = writeln!(out, "{mark} {:<34} reads {}", result.reading.name, shows(result));
        for accusation in &result.accusations {
            let _ = writeln!(out, "    lawful, and accused: {}", sanitize::line(accusation));
        }
        for (clause, reading) in &result.unseen {
            let _ = writeln!(out, "    not recognised: {clause} {reading}");
        }
    }
    for accusation in &proof.accusations {
        let _ = writeln!(out, "✗ the honest server is accused: {}", sanitize::line(accusation));
    }
    if verbose {
        for ((place, clause), kind) in &proof.unproved {
            let _ = writeln!(out, "  never failed: {clause} at {place}, {kind}");
        }
    }
    let killed = proof.faults.iter().filter(|result| result.is_killed()).count();
    let fair = proof.readings.iter().filter(|result| result.is_fair()).count();
    let _ = writeln!(
        out,
        "\nfaults    {}: {killed} killed, {} not\nreadings  {}: {fair} recognised and not accused, {} not\nchecks    {} that \
         nothing has made fail{}",
        proof.faults.len(),
        proof.faults.len() - killed,
        proof.readings.len(),
        proof.readings.len() - fair,
        proof.unproved.len(),
        if verbose || proof.unproved.is_empty() {
            ""
        } else {
            " (--verbose shows them)"
        }
    );
    out
}

/// As JSON.
pub fn json(proof: &Proof) -> String {
    let fault = |result: &FaultResult| -> Value {
        let broken = result.broken.iter().map(|(clause, broken)| {
            json!({"clause": clause, "severity": broken.severity.name(), "rows": broken.rows, "told": broken.told})
        });
        json!({
            "fault": result.fault.name, "suite": result.fault.suite(), "text": result.fault.text,
            "names": result.fault.breaks, "killed": result.is_killed(), "broken": broken.collect::<Vec<_>>(),
            "survives": result.survives, "spreads": result.spreads, "troubled": result.troubled,
        })
    };
    let reading = |result: &ReadingResult| -> Value {
        let pair = |clause: &str, reading: &str| json!({"clause": clause, "reading": reading});
        let shows = result
            .reading
            .shows
            .iter()
            .map(|(clause, reading)| pair(clause, reading));
        let unseen = result.unseen.iter().map(|(clause, reading)| pair(clause, reading));
        json!({
            "reading": result.reading.name, "suite": result.reading.suite(), "text": result.reading.text,
            "shows": shows.collect::<Vec<_>>(), "accusations": result.accusations,
            "unseen": unseen.collect::<Vec<_>>(),
        })
    };
    let unproved = proof
        .unproved
        .iter()
        .map(|((place, clause), kind)| json!({"place": place, "clause": clause, "kind": kind}));
    let all = json!({
        "faults": proof.faults.iter().map(fault).collect::<Vec<_>>(),
        "readings": proof.readings.iter().map(reading).collect::<Vec<_>>(),
        "accusations": proof.accusations,
        "unproved": unproved.collect::<Vec<_>>(),
    });
    format!("{all:#}\n")
}

/// As Markdown.
pub fn markdown(proof: &Proof) -> String {
    let mut out = String::from(
        "| fault | clauses that it names | clauses found broken | cases that caught it |\n|---|---|---|---|\n",
    );
    for result in &proof.faults {
        let broken: Vec<&str> = result.broken.keys().map(String::as_str).collect();
        let _ = writeln!(
            out,
            "| `{}` | {} | {} | {} |",
            result.fault.name,
            result.fault.breaks.join(" "),
            broken.join(" "),
            cases(result)
        );
    }
    out.push_str("\n| reading | interpretations that must be recognised | accused of |\n|---|---|---|\n");
    for result in &proof.readings {
        let accused = if result.accusations.is_empty() {
            "nothing"
        } else {
            "see the text"
        };
        let _ = writeln!(out, "| `{}` | {} | {accused} |", result.reading.name, shows(result));
    }
    out
}

/// The rows that caught a fault, each once.
fn rows(result: &FaultResult) -> BTreeSet<&str> {
    let rows = result.broken.values().flat_map(|broken| &broken.rows);
    rows.map(String::as_str).collect()
}

/// The cases that caught a fault, as many as a table has room for.
fn cases(result: &FaultResult) -> String {
    let case = |row: &'_ &str| row.split_once('#').map_or(*row, |(case, _)| case).to_owned();
    let cases: BTreeSet<String> = rows(result).iter().map(case).collect();
    let mut told: Vec<String> = cases.iter().take(TOLD).map(|case| format!("`{case}`")).collect();
    if cases.len() > TOLD {
        told.push(format!("{} more", cases.len() - TOLD));
    }
    told.join(", ")
}

fn shows(result: &ReadingResult) -> String {
    let interpretation = |(clause, reading): &(&str, &str)| format!("{clause} {reading}");
    let shows: Vec<String> = result.reading.shows.iter().map(interpretation).collect();
    shows.join(", ")
}
