//! The kill matrix of a proof: fault, clauses that it names, clauses found broken, cases that caught it; and the readings.

use std::{collections::BTreeSet, fmt::Write as _};

use serde_json::{Value, json};

use super::sanitize;

/// One fault in the matrix.
#[derive(Clone, Debug)]
pub struct Line {
    pub fault: String,
    pub suite: String,
    pub text: String,
    pub names: Vec<String>,
    /// Clause, severity, and the rows that caught it.
    pub broken: Vec<(String, &'static str, Vec<String>)>,
    pub survives: Vec<String>,
    pub spreads: Vec<String>,
    pub killed: bool,
}

/// Cases that are told of one fault; the JSON has every row.
const TOLD: usize = 4;

impl Line {
    /// The rows that caught it, each once.
    fn rows(&self) -> BTreeSet<&str> {
        let rows = self.broken.iter().flat_map(|(_, _, rows)| rows);
        rows.map(String::as_str).collect()
    }

    /// The cases that caught it, as many as a table has room for.
    fn cases(&self) -> String {
        let case = |row: &'_ &str| row.split_once('#').map_or(*row, |(case, _)| case).to_owned();
        let cases: BTreeSet<String> = self.rows().iter().map(case).collect();
        let mut told: Vec<String> = cases.iter().take(TOLD).map(|case| format!("`{case}`")).collect();
        if cases.len() > TOLD {
            told.push(format!("{} more", cases.len() - TOLD));
        }
        told.join(", ")
    }
}

/// One reading in the matrix.
#[derive(Clone, Debug)]
pub struct Heard {
    pub reading: String,
    pub suite: String,
    pub text: String,
    /// Clause and reading that must be recognised.
    pub shows: Vec<(String, String)>,
    pub accusations: Vec<String>,
    pub unseen: Vec<(String, String)>,
}

/// A check that nothing has made fail.
#[derive(Clone, Debug)]
pub struct Unproved {
    pub place: String,
    pub clause: String,
    pub kind: String,
}

/// The matrix.
#[derive(Clone, Debug)]
pub struct Matrix {
    pub lines: Vec<Line>,
    pub heard: Vec<Heard>,
    /// What the honest server is accused of.
    pub accusations: Vec<String>,
    pub unproved: Vec<Unproved>,
}

impl Matrix {
    /// As text for a terminal.
    pub fn text(&self, verbose: bool) -> String {
        let mut out = String::new();
        // Writing to a String can't fail.
        for line in &self.lines {
            let mark = if line.killed { "✓" } else { "✗" };
            let _ = writeln!(
                out,
                "{mark} {:<34} {:<40} {} rows caught it",
                line.fault,
                line.names.join(" "),
                line.rows().len()
            );
            for clause in &line.survives {
                let _ = writeln!(out, "    survives: no case caught it breaking {clause}");
            }
            for clause in &line.spreads {
                let rows = line.broken.iter().find(|(broken, _, _)| broken == clause);
                let row = rows
                    .and_then(|(_, _, rows)| rows.first())
                    .map(String::as_str)
                    .unwrap_or_default();
                let _ = writeln!(out, "    breaks more than it names: {clause} in {row}");
            }
        }
        for heard in &self.heard {
            let fair = heard.accusations.is_empty() && heard.unseen.is_empty();
            let mark = if fair { "✓" } else { "✗" };
            let shows: Vec<String> = heard.shows.iter().map(interpretation).collect();
            let _ = writeln!(out, "{mark} {:<34} reads {}", heard.reading, shows.join(", "));
            for accusation in &heard.accusations {
                let _ = writeln!(out, "    lawful, and accused: {}", sanitize::line(accusation));
            }
            for unseen in &heard.unseen {
                let _ = writeln!(out, "    not recognised: {}", interpretation(unseen));
            }
        }
        for accusation in &self.accusations {
            let _ = writeln!(out, "✗ the honest server is accused: {}", sanitize::line(accusation));
        }
        if verbose {
            for check in &self.unproved {
                let _ = writeln!(
                    out,
                    "  never failed: {} at {}, {}",
                    check.clause, check.place, check.kind
                );
            }
        }
        let killed = self.lines.iter().filter(|line| line.killed).count();
        let fair = self
            .heard
            .iter()
            .filter(|heard| heard.accusations.is_empty() && heard.unseen.is_empty());
        let fair = fair.count();
        let _ = writeln!(
            out,
            "\nfaults    {}: {killed} killed, {} not\nreadings  {}: {fair} recognised and not accused, {} not\nchecks    {} that \
             nothing has made fail{}",
            self.lines.len(),
            self.lines.len() - killed,
            self.heard.len(),
            self.heard.len() - fair,
            self.unproved.len(),
            if verbose || self.unproved.is_empty() {
                ""
            } else {
                " (--verbose shows them)"
            }
        );
        out
    }

    /// As JSON.
    pub fn json(&self) -> String {
        let line = |line: &Line| -> Value {
            let broken = line
                .broken
                .iter()
                .map(|(clause, severity, rows)| json!({"clause": clause, "severity": severity, "rows": rows}));
            json!({
                "fault": line.fault, "suite": line.suite, "text": line.text, "names": line.names, "killed": line.killed,
                "broken": broken.collect::<Vec<_>>(), "survives": line.survives, "spreads": line.spreads,
            })
        };
        let unproved = self
            .unproved
            .iter()
            .map(|check| json!({"place": check.place, "clause": check.clause, "kind": check.kind}));
        let pairs = |pairs: &[(String, String)]| -> Vec<Value> {
            let pair = |(clause, reading): &(String, String)| json!({"clause": clause, "reading": reading});
            pairs.iter().map(pair).collect()
        };
        let heard = self.heard.iter().map(|heard| {
            json!({
                "reading": heard.reading, "suite": heard.suite, "text": heard.text, "shows": pairs(&heard.shows),
                "accusations": heard.accusations, "unseen": pairs(&heard.unseen),
            })
        });
        let all = json!({
            "faults": self.lines.iter().map(line).collect::<Vec<_>>(),
            "readings": heard.collect::<Vec<_>>(),
            "accusations": self.accusations,
            "unproved": unproved.collect::<Vec<_>>(),
        });
        format!("{all:#}\n")
    }

    /// As Markdown.
    pub fn markdown(&self) -> String {
        let mut out = String::from(
            "| fault | clauses that it names | clauses found broken | cases that caught it |\n|---|---|---|---|\n",
        );
        for line in &self.lines {
            let broken: Vec<&str> = line.broken.iter().map(|(clause, _, _)| clause.as_str()).collect();
            let _ = writeln!(
                out,
                "| `{}` | {} | {} | {} |",
                line.fault,
                line.names.join(" "),
                broken.join(" "),
                line.cases()
            );
        }
        out.push_str("\n| reading | interpretations that must be recognised | accused of |\n|---|---|---|\n");
        for heard in &self.heard {
            let shows: Vec<String> = heard.shows.iter().map(interpretation).collect();
            let accused = if heard.accusations.is_empty() {
                "nothing"
            } else {
                "see the text"
            };
            let _ = writeln!(out, "| `{}` | {} | {accused} |", heard.reading, shows.join(", "));
        }
        out
    }
}

fn interpretation((clause, reading): &(String, String)) -> String {
    format!("{clause} {reading}")
}
