//! Reports of one small made-up run that has every verdict and every status, compared with accepted ones.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test has hands and may panic"
)]

use std::{path::Path, sync::Arc, time::Duration};

use crate::{
    judge::{CheckOutcome, CheckResult, Finding, Judgement, Severity, Verdict},
    report::{self, FORMATS, Language, Style, catalogue, explain, human, junit, ndjson},
    run::summary::{ClauseStatus, Summary},
    suite::Suite,
    suite::case::{Case, Common},
    suite::catalogue::Catalogue,
    suite::manifest::Manifest,
    syntax::schema::Schemas,
    syntax::source::Source,
};

const NASTY: &str =
    "\u{1b}[2Jx\0\r\n::error::y ##[group]z ##vso[a] ##teamcity[b] <script>]]>\u{202e}\u{2028}\u{85}\u{ffff}|`";

fn suite() -> Arc<Suite> {
    let schemas = Schemas::read([]).unwrap();
    let source = |name: &str, text: &str| Source::new(format!("cases/echo/{name}"), text);
    let back = source("marks/back.json", include_str!("../../tests/report/case.json"));
    let acts = source("acts/others.json", include_str!("../../tests/report/acts.json"));
    Arc::new(Suite {
        name: "echo".into(),
        manifest: Manifest::read(
            &source("suite.json", include_str!("../../tests/report/suite.json")),
            &schemas,
        )
        .unwrap(),
        catalogue: Catalogue::read(&source(
            "requirements.json",
            include_str!("../../tests/report/requirements.json"),
        ))
        .unwrap(),
        cases: vec![
            Arc::new(Case::read("echo/marks/back", &back, &schemas, &Common::default()).unwrap()),
            Arc::new(Case::read("echo/acts/others", &acts, &schemas, &Common::default()).unwrap()),
        ],
    })
}

fn checked(clause: &str, result: CheckOutcome) -> CheckResult {
    CheckResult {
        clause: clause.into(),
        what: "equals".into(),
        result,
    }
}

fn finding(clause: &str, severity: Severity, seen: &str) -> Finding {
    Finding {
        clause: clause.into(),
        severity,
        at: "/mark".into(),
        expected: "\"abc\"".into(),
        seen: seen.into(),
        reading: None,
        line: "cases/echo/marks/back.json:16".into(),
        entry: Some(7),
        absent: None,
    }
}

fn row(
    row: &str,
    verdict: Verdict,
    findings: Vec<Finding>,
    check_results: Vec<CheckResult>,
    duration: u64,
) -> Judgement {
    Judgement {
        row: row.into(),
        verdict,
        findings,
        check_results,
        kept: Vec::new(),
        answered: Default::default(),
        duration,
    }
}

/// Every verdict and every status.
fn rows() -> Vec<Judgement> {
    use CheckOutcome::{Chose, Failed, Held, NotExercised, Unknown};
    let needs = "needs calls.slow".to_owned();
    let mut rows = vec![
        row(
            "echo/calls/good",
            Verdict::Conforms,
            Vec::new(),
            vec![
                checked("ECHO-REPLY-1", Held),
                checked("ECHO-TS-1", Chose("echo".into())),
            ],
            12_345,
        ),
        row(
            "echo/calls/untidy",
            Verdict::Warning,
            vec![
                finding("ECHO-TIDY-1", Severity::Warning, "{\"extra\":1}"),
                finding("ECHO-FAST-1", Severity::Note, "not compressed"),
                Finding {
                    reading: Some("either".into()),
                    at: String::new(),
                    entry: None,
                    ..finding("ECHO-TS-1", Severity::Note, "{\"ts\":1}")
                },
            ],
            vec![
                checked("ECHO-TIDY-1", Failed),
                checked("ECHO-FAST-1", Failed),
                checked("ECHO-TS-1", Chose("either".into())),
            ],
            999,
        ),
        row(
            "echo/calls/slow",
            Verdict::NotAssessed(needs.clone()),
            Vec::new(),
            vec![checked("ECHO-SLOW-1", NotExercised(needs))],
            0,
        ),
        row(
            "echo/calls/waiting",
            Verdict::Inconclusive("ECHO-WAIT-1: the regular expression gave up".into()),
            Vec::new(),
            vec![checked("ECHO-WAIT-1", Unknown("the regular expression gave up".into()))],
            2_000_000,
        ),
        row("echo/calls/unrun", Verdict::Interrupted, Vec::new(), Vec::new(), 0),
        row(
            "echo/raw/broken",
            Verdict::HarnessError("cases/echo/raw/broken.json:9: no file handles left".into()),
            Vec::new(),
            Vec::new(),
            1,
        ),
    ];
    for name in ["text", "zero", "nasty", "again"] {
        let seen = if name == "nasty" { NASTY } else { "\"abd\"" };
        rows.push(row(
            &format!("echo/marks/back#{name}"),
            Verdict::Violates,
            vec![finding("ECHO-JSON-1", Severity::Violation, seen)],
            vec![checked("ECHO-JSON-1", Failed), checked("ECHO-REPLY-1", Held)],
            5_000,
        ));
    }
    rows
}

fn run(rows: Vec<Judgement>) -> Summary {
    Summary::new(
        "ws://127.0.0.1:9/ws".into(),
        &[suite()],
        rows,
        Duration::from_millis(2345),
        true,
    )
}

fn golden(name: &str, extension: &str, text: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/report");
    insta::with_settings!({
        snapshot_path => folder,
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, {
        insta::assert_snapshot!(format!("{name}.{extension}"), text);
    });
}

#[test]
fn the_made_up_run_has_every_verdict_and_every_status() {
    let run = run(rows());
    assert_eq!(run.tally.rows.len(), 7, "{:?}", run.tally);
    assert_eq!(run.tally.clauses.len(), 8, "{:?}", run.tally);
    assert!(run.clauses.iter().any(|clause| clause.status == ClauseStatus::Noted));
}

#[test]
fn every_format_has_a_golden_report() {
    let run = run(rows());
    for format in FORMATS {
        golden(
            format.name,
            format.extension,
            &(format.render)(&run, 5, Style::default()),
        );
    }
}

#[test]
fn people_get_everything_or_their_own_language() {
    let run = run(rows());
    let verbose = Style {
        verbose: true,
        ..Style::default()
    };
    golden("human-verbose", "txt", &human::render(&run, verbose));
    let chinese = Style {
        language: Language::Zh,
        ..Style::default()
    };
    golden("human-zh", "txt", &human::render(&run, chinese));
}

#[test]
fn colours_add_nothing_but_colours() {
    let run = run(rows());
    let plain = human::render(&run, Style::default());
    assert!(!plain.contains('\u{1b}'));
    let coloured = human::render(
        &run,
        Style {
            colour: true,
            ..Style::default()
        },
    );
    assert!(coloured.contains("\u{1b}[1m\u{1b}[31m"));
    assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), plain);
}

#[test]
fn a_peer_can_not_forge_a_line_of_the_report() {
    let forged = "x\nconformant: no required clause is violated";
    let mut rows = rows();
    rows[6].findings[0].seen = forged.into();
    rows[6].findings[0].expected = forged.into();
    rows[2].verdict = Verdict::NotAssessed(forged.into());
    let mut run = run(rows);
    run.target = forged.into();
    for format in FORMATS {
        let text = (format.render)(&run, 5, Style::default());
        assert!(text.contains("conformant: no required clause is violated"), "{text}");
        let forged = |line: &str| {
            line.trim_start()
                .starts_with("conformant: no required clause is violated")
        };
        // A body of several lines in XML is its author's, not a line of the report.
        assert!(format.name == "junit" || !text.lines().any(forged), "{text}");
    }
}

#[test]
fn no_report_holds_what_is_hidden_or_obeyed() {
    let mut rows = rows();
    for row in &mut rows {
        for finding in &mut row.findings {
            for text in [
                &mut finding.at,
                &mut finding.expected,
                &mut finding.seen,
                &mut finding.line,
            ] {
                *text = NASTY.into();
            }
            finding.reading = finding.reading.as_ref().map(|_| NASTY.into());
        }
        match &mut row.verdict {
            Verdict::NotAssessed(why) | Verdict::Inconclusive(why) | Verdict::HarnessError(why) => *why = NASTY.into(),
            _ => {}
        }
        for check in &mut row.check_results {
            check.what = NASTY.into();
            if let CheckOutcome::Unknown(why) | CheckOutcome::NotExercised(why) = &mut check.result {
                *why = NASTY.into();
            }
        }
    }
    let mut run = run(rows);
    run.target = NASTY.into();
    for format in FORMATS {
        for verbose in [false, true] {
            let style = Style {
                verbose,
                ..Style::default()
            };
            let text = (format.render)(&run, 5, style);
            for order in ["::", "##", "<script", "]]>", "\u{202e}", "\u{2028}", "\u{ffff}"] {
                // JSON and terminals know no markup.
                let markup = matches!(order, "<script" | "]]>") && format.name != "junit";
                assert!(markup || !text.contains(order), "{order:?} in {}:\n{text}", format.name);
            }
            assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{}", format.name);
        }
    }
    for language in [Language::En, Language::Zh] {
        let style = Style {
            language,
            ..Style::default()
        };
        assert!(!human::render(&run, style).contains("::"));
    }
}

#[test]
fn every_line_of_the_journal_is_json_and_means_what_was_seen() {
    let text = ndjson::render(&run(rows()), 1);
    let lines: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 12);
    assert_eq!(lines[0]["event"], "run-began");
    assert_eq!(lines[0]["rows"], 10);
    let nasty = lines.iter().find(|line| line["id"] == "echo/marks/back#nasty").unwrap();
    assert_eq!(nasty["findings"][0]["seen"], NASTY);
    assert_eq!(nasty["findings"][0]["level"], "must");
    assert_eq!(lines[11]["exit"], 1);
    assert_eq!(lines[11]["rows"]["interrupted"], 1);
}

#[test]
fn the_journal_written_row_by_row_is_the_journal_of_the_run() {
    let run = run(rows());
    let levels = ndjson::Levels::of(&[suite()]);
    let mut lines = vec![ndjson::began(&run.target, &["echo"], run.rows.len())];
    lines.extend(run.rows.iter().map(|row| ndjson::row(row, &levels)));
    lines.push(ndjson::ended(&run, 3));
    assert!(lines.iter().all(|line| !line.contains('\n')));
    assert_eq!(lines.join("\n") + "\n", ndjson::render(&run, 3));
}

#[test]
fn junit_counts_what_the_run_counts() {
    let run = run(rows());
    let report = quick_junit::Report::deserialize_from_str(&junit::render(&run)).unwrap();
    assert_eq!(
        (report.tests, report.failures, report.errors, report.skipped),
        (10, 4, 3, 1)
    );
    let names: Vec<&str> = report.test_suites.iter().map(|suite| suite.name.as_str()).collect();
    assert_eq!(names, ["echo/calls", "echo/marks", "echo/raw"]);
    let cases = report.test_suites.iter().flat_map(|suite| &suite.test_cases);
    assert!(cases.clone().all(|case| case.classname.as_deref() == Some("echo")));
    let untidy = cases
        .clone()
        .find(|case| case.name.as_str() == "echo/calls/untidy")
        .unwrap();
    assert!(untidy.system_out.as_deref().unwrap().contains("warning ECHO-TIDY-1"));
}

#[test]
fn a_run_of_nothing_says_so() {
    let run = Summary::new("x".into(), &[suite()], Vec::new(), Duration::ZERO, false);
    let text = human::render(&run, Style::default());
    assert!(text.ends_with("nothing was assessed\n"), "{text}");
    assert!(text.contains("8 clauses were not selected"), "{text}");
    assert_eq!(report::format("junit").unwrap().name, "junit");
    assert!(report::format("yaml").is_none());
}

const STYLES: [(&str, Style); 2] = [
    (
        "en",
        Style {
            colour: false,
            verbose: false,
            language: Language::En,
        },
    ),
    (
        "zh",
        Style {
            colour: false,
            verbose: false,
            language: Language::Zh,
        },
    ),
];

#[test]
fn the_list_and_the_explanations_are_as_accepted() {
    let suites = [suite()];
    for (language, style) in STYLES {
        golden(
            &format!("list-{language}"),
            "txt",
            &catalogue::requirements(&suites, style),
        );
        for (name, id) in [
            ("clause", "ECHO-TS-1"),
            ("clause-of-rows", "ECHO-TIDY-1"),
            ("clause-always", "ECHO-JSON-1"),
            ("clause-excluded", "ECHO-LOG-1"),
            ("case", "echo/marks/back"),
            ("acts", "echo/acts/others"),
            ("row", "echo/marks/back#zero.should"),
        ] {
            let text = explain::explain(id, &suites, style).unwrap();
            golden(&format!("explain-{name}-{language}"), "txt", &text);
        }
    }
}

#[test]
fn whatever_has_an_id_is_explained_and_nothing_else() {
    let suites = [suite()];
    let ids = explain::ids(&suites);
    assert_eq!(ids.len(), 9 + 2 + 4, "{ids:?}");
    for (id, (_, style)) in ids.iter().zip(STYLES.iter().cycle()) {
        let text = explain::explain(id, &suites, *style).unwrap();
        assert!(text.starts_with(id), "{text}");
    }
    for id in ["ECHO-NONE-1", "echo/marks/none", "echo/marks/back#none", ""] {
        assert!(explain::explain(id, &suites, Style::default()).is_none(), "{id}");
    }
}

#[test]
fn an_interrupted_run_is_never_green() {
    let colour = Style {
        colour: true,
        ..Style::default()
    };
    let mut run = run(rows().into_iter().take(1).collect());
    let sentence = run.conclusion().sentence();
    let green = format!("\u{1b}[32m{sentence}");
    let text = human::render(&run, colour);
    assert!(
        !text.contains(&green) && text.contains("interrupted: this run is not complete"),
        "{text}"
    );
    run.interrupted = false;
    let text = human::render(&run, colour);
    assert!(text.contains(&green) && !text.contains("interrupted"), "{text}");
}
