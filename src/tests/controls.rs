//! Which refusals of the built-in suites have a control: the like that is served, in the same row or beside it.

use std::{collections::BTreeMap, fmt::Write as _, fs, path::Path};

use crate::{Run, Suites, Target};

/// The cases whose refusals have none, and why. A control would be a precondition, and where it fails nothing of the row is said.
const WITHOUT: [(&str, &str); 12] = [
    (
        "gateway/envelope/exception-insides",
        "what an exception shows, whatever caused it",
    ),
    (
        "gateway/http-surface/login-of-nobody-served",
        "that the route is there, for which an exception will do",
    ),
    (
        "gateway/http-surface/logout-of-nobody-served",
        "that the route is there, for which an exception will do",
    ),
    (
        "gateway/http-surface/register-of-nobody-served",
        "that the route is there, for which an exception will do",
    ),
    (
        "ws-service/calls/after-unpaid",
        "what follows a refusal for lack of payment",
    ),
    (
        "ws-service/error-codes/illegal-text",
        "what a failure says, whatever caused it",
    ),
    (
        "ws-service/error-codes/listed-failures",
        "which code a failure has, whatever caused it",
    ),
    (
        "ws-service/error-codes/malformed-text",
        "what a failure says, whatever caused it",
    ),
    (
        "ws-service/error-codes/texts",
        "what a failure says, whatever caused it",
    ),
    (
        "ws-service/error-codes/unknown-text",
        "what a failure says, whatever caused it",
    ),
    (
        "ws-service/error-codes/unpaid-text",
        "what a failure says, whatever caused it",
    ),
    (
        "ws-service/mark-echo/absent-in-failure",
        "what a failure carries, whatever caused it",
    ),
];

/// The rows of a case that see something refused, and how many of them see the like served.
#[derive(Default)]
struct Refusals {
    seen: usize,
    controlled: usize,
    /// Another row of the case sees the like served.
    beside: bool,
}

#[test]
fn every_refusal_has_a_control_or_a_reason_and_the_docs_say_which() {
    let suites = Suites::built_in().unwrap_or_else(|error| panic!("{error}"));
    let target = Target::reference_in_memory(&suites).unwrap_or_else(|error| panic!("{error}"));
    let run = Run::new(&suites, &target).start();
    let run = run.unwrap_or_else(|error| panic!("{error}"));
    let mut cases: BTreeMap<&str, Refusals> = BTreeMap::new();
    for row in &run.judgements {
        let (case, name) = row.row.split_once('#').unwrap_or((&row.row, ""));
        let refusals = cases.entry(case).or_default();
        refusals.beside |= row.answered.served && !name.is_empty();
        refusals.seen += usize::from(row.answered.refused);
        refusals.controlled += usize::from(row.answered.refused && row.answered.controlled);
    }
    cases.retain(|_, refusals| refusals.seen > 0);
    let mut page = String::from(
        "# Refusals and their controls\n\nA server that refuses everything refuses what it must, too. So a row that sees something \
         refused sees the like\nserved, without the flaw, before it (*in the row*), or another row of the same case does (*beside it*). \
         If the control fails,\nthe row is not assessed. Those without one, and why, stand in the last column. Made by a test from a run \
         against the\nreference.\n\n| case | refusals | in the row | beside it | without, because it is about |\n|---|---|---|---|---|\n",
    );
    let mut odd = Vec::new();
    for (case, refusals) in &cases {
        let reason = WITHOUT
            .iter()
            .find(|(known, _)| known == case)
            .map(|(_, reason)| *reason);
        let without = refusals.seen - refusals.controlled;
        let beside = if refusals.beside { without } else { 0 };
        if (without > beside) != reason.is_some() {
            odd.push(*case);
        }
        // Writing to a String can't fail.
        let _ = writeln!(
            page,
            "| `{case}` | {} | {} | {} | {} |",
            refusals.seen,
            refusals.controlled,
            if beside > 0 { beside.to_string() } else { String::new() },
            reason.unwrap_or_default()
        );
    }
    assert!(odd.is_empty(), "without a control or a reason, or with both: {odd:?}");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/controls.md");
    if std::env::var_os("CONFORMIST_UPDATE").is_some() {
        fs::write(&path, &page).unwrap_or_else(|error| panic!("{error}"));
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == page,
        "docs/controls.md is stale: CONFORMIST_UPDATE=1 cargo test -p conformist --lib -- controls"
    );
}
