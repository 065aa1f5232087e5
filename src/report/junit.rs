//! JUnit XML: one suite an area, one test case a row. A violation is a failure; what could not be found out is an error
//! or skipped, with its reason, and never a success.

use std::{collections::BTreeMap, time::Duration};

use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestSuite};

use super::{
    ndjson,
    sanitize::{line, xml},
};
use crate::{
    judge::{Finding, Judgement, Severity, Verdict},
    run::summary::Summary,
    suite::catalogue::Requirement,
};

type ClauseTexts<'r> = BTreeMap<&'r str, &'r Requirement>;

/// The whole report.
pub fn render(run: &Summary) -> String {
    let catalogue: ClauseTexts<'_> = run
        .clauses
        .iter()
        .map(|clause| (clause.requirement.id.as_str(), &clause.requirement))
        .collect();
    let mut areas: BTreeMap<&str, Vec<&Judgement>> = BTreeMap::new();
    for row in &run.rows {
        areas.entry(area(&row.row)).or_default().push(row);
    }
    let mut report = Report::new("conformist");
    report.set_time(run.wall);
    for (name, rows) in areas {
        let mut suite = TestSuite::new(line(name));
        suite.set_time(rows.iter().map(|row| Duration::from_micros(row.duration)).sum());
        suite.add_property(Property::new("conclusion", ndjson::name(run.conclusion())));
        suite.add_property(Property::new("interrupted", run.interrupted.to_string()));
        suite.add_property(Property::new("target", line(&run.target)));
        for row in rows {
            suite.add_test_case(case(row, &catalogue));
        }
        report.add_test_suite(suite);
    }
    // Writing to memory does not fail; should it ever, the report must not look like a success.
    report.to_string().unwrap_or_else(|error| {
        let why = line(&error.to_string()).replace(['<', '&', '-'], " ");
        format!("<testsuites name=\"conformist\" tests=\"0\" failures=\"0\" errors=\"1\"><!-- {why} --></testsuites>\n")
    })
}

/// `SUITE/AREA` of a row.
fn area(row: &str) -> &str {
    let mut slashes = row.match_indices('/').map(|(at, _)| at);
    match (slashes.next(), slashes.next()) {
        (_, Some(second)) => &row[..second],
        (Some(first), None) => &row[..first],
        (None, None) => row,
    }
}

fn case(row: &Judgement, catalogue: &ClauseTexts<'_>) -> TestCase {
    let because = row.verdict.because().unwrap_or(row.verdict.name());
    let mut status = match &row.verdict {
        Verdict::Conforms | Verdict::Warning => TestCaseStatus::success(),
        Verdict::NotAssessed(_) | Verdict::NotApplicable(_) => TestCaseStatus::skipped(),
        Verdict::Violates => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Verdict::Inconclusive(_) | Verdict::Interrupted | Verdict::HarnessError(_) => {
            TestCaseStatus::non_success(NonSuccessKind::Error)
        }
    };
    let told: Vec<String> = row.findings.iter().map(|finding| tell(finding, catalogue)).collect();
    let told = told.join("\n");
    status.set_type(row.verdict.name());
    match &row.verdict {
        Verdict::Violates => {
            let first = row
                .findings
                .iter()
                .find(|finding| finding.severity == Severity::Violation);
            status.set_message(first.map_or(line(because), headline));
            status.set_description(told.clone());
        }
        _ => {
            status.set_message(line(because)).set_description(xml(because));
        }
    }
    let mut case = TestCase::new(line(&row.row), status);
    case.set_classname(line(row.row.split('/').next().unwrap_or_default()));
    case.set_time(Duration::from_micros(row.duration));
    case.set_assertions(row.check_results.len());
    // A failure holds its findings already; anywhere else they would be lost.
    if row.verdict != Verdict::Violates && !told.is_empty() {
        case.set_system_out(told);
    }
    case
}

fn headline(finding: &Finding) -> String {
    format!(
        "{}: expected {}, seen {}",
        line(&finding.clause),
        line(&finding.expected),
        line(&finding.seen)
    )
}

fn tell(finding: &Finding, catalogue: &ClauseTexts<'_>) -> String {
    let mut lines = vec![
        format!("{} {}", finding.severity.name(), line(&finding.clause)),
        format!("  expected: {}", line(&finding.expected)),
        format!("  seen: {}", line(&finding.seen)),
    ];
    if !finding.at.is_empty() {
        lines.push(format!("  at: {}", line(&finding.at)));
    }
    if let Some(reading) = &finding.reading {
        lines.push(format!("  reading: {}", line(reading)));
    }
    lines.push(format!("  case: {}", line(&finding.line)));
    if let Some(entry) = finding.entry {
        lines.push(format!("  transcript entry: {entry}"));
    }
    if let Some(requirement) = catalogue.get(finding.clause.as_str()) {
        lines.push(format!("  clause: {}", line(&requirement.text.en)));
        if let Some(mend) = &requirement.mend {
            lines.push(format!("  mend: {}", line(&mend.en)));
        }
        lines.push(format!("  source: {}", line(&requirement.source)));
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}
