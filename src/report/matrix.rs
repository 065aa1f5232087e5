//! The kill matrix of a proof: fault, clauses that it names, clauses found broken, cases that caught it.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::neutral;

/// One fault in the matrix.
#[derive(Clone, Debug)]
pub struct Line {
    pub fault: String,
    pub suite: String,
    pub text: String,
    pub names: Vec<String>,
    /// Clause, weight, and the rows that caught it.
    pub broken: Vec<(String, &'static str, Vec<String>)>,
    pub survives: Vec<String>,
    pub spreads: Vec<String>,
    pub killed: bool,
}

/// The matrix.
#[derive(Clone, Debug)]
pub struct Matrix {
    pub lines: Vec<Line>,
    /// What the honest server is accused of.
    pub accusations: Vec<String>,
    /// Checks that no fault has made fail: place and clause.
    pub unproved: Vec<(String, String)>,
}

impl Matrix {
    /// As text for a terminal.
    pub fn text(&self, verbose: bool) -> String {
        let mut out = String::new();
        // Writing to a String can't fail.
        for line in &self.lines {
            let mark = if line.killed { "✓" } else { "✗" };
            let rows: usize = line.broken.iter().map(|(_, _, rows)| rows.len()).sum();
            let _ = writeln!(
                out,
                "{mark} {:<34} {:<40} {rows} rows caught it",
                line.fault,
                line.names.join(" ")
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
        for accusation in &self.accusations {
            let _ = writeln!(out, "✗ the honest server is accused: {}", neutral::line(accusation));
        }
        if verbose {
            for (place, clause) in &self.unproved {
                let _ = writeln!(out, "  never failed: {clause} at {place}");
            }
        }
        let killed = self.lines.iter().filter(|line| line.killed).count();
        let _ = writeln!(
            out,
            "\nfaults    {}: {killed} killed, {} not; checks that no fault has made fail: {}",
            self.lines.len(),
            self.lines.len() - killed,
            self.unproved.len()
        );
        out
    }

    /// As JSON.
    pub fn json(&self) -> String {
        let line = |line: &Line| -> Value {
            let broken = line
                .broken
                .iter()
                .map(|(clause, weight, rows)| json!({"clause": clause, "weight": weight, "rows": rows}));
            json!({
                "fault": line.fault, "suite": line.suite, "text": line.text, "names": line.names, "killed": line.killed,
                "broken": broken.collect::<Vec<_>>(), "survives": line.survives, "spreads": line.spreads,
            })
        };
        let unproved = self
            .unproved
            .iter()
            .map(|(place, clause)| json!({"place": place, "clause": clause}));
        let all = json!({
            "faults": self.lines.iter().map(line).collect::<Vec<_>>(),
            "accusations": self.accusations,
            "unproved": unproved.collect::<Vec<_>>(),
        });
        format!("{all:#}\n")
    }

    /// As Markdown.
    pub fn markdown(&self) -> String {
        let mut out = String::from(
            "| fault | clauses that it names | clauses found broken | rows that caught it |\n|---|---|---|---|\n",
        );
        for line in &self.lines {
            let broken: Vec<&str> = line.broken.iter().map(|(clause, _, _)| clause.as_str()).collect();
            let rows: usize = line.broken.iter().map(|(_, _, rows)| rows.len()).sum();
            let _ = writeln!(
                out,
                "| `{}` | {} | {} | {rows} |",
                line.fault,
                line.names.join(" "),
                broken.join(" ")
            );
        }
        out
    }
}
