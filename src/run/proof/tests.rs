use super::*;
use crate::{
    judge::{CheckResult, Finding, Judgement, Repeated},
    store,
    suite::Suite,
    tests::fixture::{PROFILE, case, first},
};

/// What a run against one server came to, whose rows are these.
fn outcome(rows: Vec<Judgement>) -> VariantOutcome {
    let plan = Arc::new(first(&case(r#"[{"wait": "1s"}]"#), PROFILE));
    let mut outcome = VariantOutcome::default();
    for judgement in rows {
        let examined = Examined {
            plan: plan.clone(),
            judgement,
            transcript: None,
            repeated: Repeated::default(),
        };
        note(&mut outcome, examined);
    }
    outcome
}

fn row(id: &str, findings: &[(&str, Severity)], chosen: &[(&str, &str)]) -> Judgement {
    let finding = |(clause, severity): &(&str, Severity)| Finding {
        clause: (*clause).into(),
        severity: *severity,
        at: String::new(),
        expected: "a".into(),
        seen: "b".into(),
        reading: None,
        line: "t.json:1".into(),
        entry: None,
        absent: None,
    };
    let choice = |(clause, reading): &(&str, &str)| CheckResult {
        clause: (*clause).into(),
        what: "readings".into(),
        result: CheckOutcome::Chose((*reading).into()),
    };
    Judgement {
        row: id.into(),
        verdict: Verdict::Conforms,
        findings: findings.iter().map(finding).collect(),
        check_results: chosen.iter().map(choice).collect(),
        kept: Vec::new(),
        answered: Default::default(),
        duration: 1,
    }
}

fn troubled() -> Judgement {
    Judgement {
        verdict: Verdict::HarnessError("so".into()),
        ..row("t/a/x", &[], &[])
    }
}

/// A fault that breaks this clause alone, and a reading that shows two things.
const ONE: &str = "WS-UPGRADE-3";
fn fault() -> &'static Fault {
    reference::fault("ws/accept-canned").unwrap_or_else(|| panic!("no such fault"))
}
fn reading() -> &'static Reading {
    reference::reading("ws/token-header-fallback").unwrap_or_else(|| panic!("no such reading"))
}

#[test]
fn a_clause_is_broken_as_its_heaviest_finding_says() {
    use Severity::{Note, Violation, Warning};
    let outcome = outcome(vec![
        row("t/a/1", &[("T-1", Warning)], &[("T-2", "plain")]),
        row("t/a/2", &[("T-1", Violation)], &[]),
        row("t/a/3", &[("T-1", Violation), ("T-2", Note)], &[]),
        row("t/a/4", &[("T-1", Note)], &[]),
        troubled(),
    ]);
    let broken = &outcome.clauses["T-1"];
    assert_eq!(broken.severity, Violation);
    // The first of the heaviest is told, and every row has caught it.
    assert_eq!(broken.told, "t/a/2: expected a, seen b");
    assert_eq!(Vec::from_iter(&broken.rows), ["t/a/1", "t/a/2", "t/a/3", "t/a/4"]);
    assert_eq!(outcome.clauses["T-2"].severity, Note);
    assert_eq!(outcome.chosen, BTreeSet::from([("T-2".to_owned(), "plain".to_owned())]));
    assert_eq!(outcome.troubled, BTreeSet::from(["t/a/x: so".to_owned()]));
}

#[test]
fn a_fault_is_killed_if_it_breaks_just_what_it_names() {
    use Severity::{Note, Violation, Warning};
    let judged = |findings: &[(&str, Severity)], honest: &[(&str, Severity)]| {
        let honest = outcome(vec![row("t/a/1", honest, &[])]);
        judge_fault(fault(), outcome(vec![row("t/a/1", findings, &[])]), &honest)
    };
    let told = |result: &FaultResult| {
        let list = |clauses: &BTreeSet<String>| Vec::from_iter(clauses.clone()).join(" ");
        (list(&result.survives), list(&result.spreads), result.is_killed())
    };
    let killed = (String::new(), String::new(), true);
    // A note counts for a clause that is named.
    for severity in [Note, Warning, Violation] {
        assert_eq!(told(&judged(&[(ONE, severity)], &[])), killed);
    }
    assert_eq!(told(&judged(&[], &[])), (ONE.into(), String::new(), false));
    for severity in [Warning, Violation] {
        let spreads = judged(&[(ONE, Violation), ("T-1", severity)], &[]);
        assert_eq!(told(&spreads), (String::new(), "T-1".into(), false));
        assert!(spreads.broken.contains_key("T-1"));
    }
    assert_eq!(told(&judged(&[(ONE, Violation), ("T-1", Note)], &[])), killed);
    // What the honest server is accused of counts only if it is worse now.
    assert_eq!(
        told(&judged(&[(ONE, Warning)], &[(ONE, Warning)])),
        (ONE.into(), String::new(), false)
    );
    assert_eq!(told(&judged(&[(ONE, Warning)], &[(ONE, Note)])), killed);
    let trouble = judge_fault(
        fault(),
        outcome(vec![row("t/a/1", &[(ONE, Violation)], &[]), troubled()]),
        &VariantOutcome::default(),
    );
    assert_eq!((trouble.troubled.len(), trouble.is_killed()), (1, false));
}

#[test]
fn a_reading_is_fair_if_it_is_recognised_and_accused_of_nothing() {
    use Severity::{Note, Violation, Warning};
    let shown = reading().shows;
    let judged = |findings: &[(&str, Severity)], chosen: &[(&str, &str)], more: Vec<Judgement>| {
        let rows = [vec![row("t/a/1", findings, chosen)], more].concat();
        let result = judge_reading(reading(), &outcome(rows));
        (result.accusations.len(), result.unseen.len(), result.is_fair())
    };
    assert_eq!(judged(&[], shown, vec![]), (0, 0, true));
    assert_eq!(judged(&[], &shown[1..], vec![]), (0, 1, false));
    assert_eq!(judged(&[], &[], vec![]), (0, shown.len(), false));
    // The catalogue may warn of what it shows, and of nothing else.
    let (own, other) = (shown[0].0, "T-1");
    assert_eq!(judged(&[(own, Warning), (other, Note)], shown, vec![]), (0, 0, true));
    assert_eq!(judged(&[(own, Violation)], shown, vec![]), (1, 0, false));
    assert_eq!(judged(&[(other, Warning)], shown, vec![]), (1, 0, false));
    assert_eq!(judged(&[], shown, vec![troubled()]), (1, 0, false));
}

#[test]
fn what_the_honest_server_told_proves_no_check() {
    use Severity::Violation;
    let told = |clauses: &[&str]| {
        let findings: Vec<_> = clauses.iter().map(|clause| (*clause, Violation)).collect();
        outcome(vec![row("t/a/1", &findings, &[])])
    };
    let judging = Judging {
        honest: told(&["T-1"]),
        proved: Mutex::default(),
    };
    let result = judging.variant(Variant::Fault(fault()), told(&["T-1", ONE]));
    assert!(result.is_ok_and(|result| result.is_as_it_should_be()));
    let result = judging.variant(Variant::Reading(reading()), told(&["T-2"]));
    assert!(result.is_ok_and(|result| !result.is_as_it_should_be()));
    assert!(judging.variant(Variant::Honest, told(&[])).is_err());
    let proved = judging.proved.into_inner().unwrap_or_else(PoisonError::into_inner);
    let clauses: Vec<String> = proved.into_iter().map(|(_, clause)| clause).collect();
    assert_eq!(clauses, ["T-2", ONE]);
}

/// The built-in suites, and a part of one: these cases alone.
fn suites(cases: &[&str]) -> (Vec<Arc<Suite>>, Arc<Suite>) {
    let load = || store::load(None, None).unwrap_or_else(|found| panic!("{}", found[0].render(false)));
    let part = load().suites.into_iter().find(|suite| suite.name == "ws-service");
    let part = part
        .and_then(Arc::into_inner)
        .unwrap_or_else(|| panic!("no such suite"));
    let chosen = Suite {
        cases: part
            .cases
            .into_iter()
            .filter(|case| cases.contains(&case.id.as_str()))
            .collect(),
        ..part
    };
    assert_eq!(chosen.cases.len(), cases.len());
    (load().suites, Arc::new(chosen))
}

/// Two cases, a fault that they catch, one that they don't, and a reading that they know by half.
fn a_proof_tells_what_cases_catch_and_what_they_do_not(wire: Wire) {
    let (known, part) = suites(&["ws-service/upgrade/accept", "ws-service/token-precedence/invalid-query"]);
    let missed = reference::fault("ws/token-review-accepted").unwrap_or_else(|| panic!("no such fault"));
    let told = Mutex::new(Vec::new());
    let progress = |done, all| told.lock().unwrap_or_else(PoisonError::into_inner).push((done, all));
    let proof = prove(&[part], &known, &[fault(), missed], &[reading()], wire, progress)
        .unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(proof.accusations, [""; 0]);
    let [killed, survivor] = &proof.faults[..] else {
        panic!("{:?}", proof.faults);
    };
    assert!(killed.is_killed(), "{killed:?}");
    // Every row of the case, and no other.
    let rows = &killed.broken[ONE].rows;
    assert!(
        rows.len() == 4 && rows.iter().all(|row| row.contains("/accept#")),
        "{rows:?}"
    );
    assert_eq!(Vec::from_iter(&survivor.survives), missed.breaks);
    assert!(!survivor.is_killed() && survivor.spreads.is_empty());
    let [reading] = &proof.readings[..] else {
        panic!("{:?}", proof.readings);
    };
    // One of the two things that it shows is for another case to recognise.
    let (clause, name) = reading.reading.shows[1];
    assert_eq!(reading.unseen, [(clause.to_owned(), name.to_owned())]);
    assert_eq!(reading.accusations, [""; 0]);
    assert!(!reading.is_fair());
    assert!(!proof.holds());
    let caught = Proof {
        faults: vec![killed.clone()],
        readings: Vec::new(),
        ..proof.clone()
    };
    assert!(caught.holds());
    // The check that caught the fault is proved; others were never made to fail.
    let unproved: BTreeSet<&str> = proof.unproved.values().map(String::as_str).collect();
    assert!(
        !unproved.contains("accept") && unproved.contains("schema"),
        "{unproved:?}"
    );
    let mut told = told.into_inner().unwrap_or_else(PoisonError::into_inner);
    told.sort_unstable();
    assert_eq!(told, [(1, 3), (2, 3), (3, 3)]);
}

#[test]
fn a_proof_in_memory_tells_what_cases_catch() {
    a_proof_tells_what_cases_catch_and_what_they_do_not(Wire::Memory);
}

#[test]
fn a_proof_over_tcp_tells_the_same() {
    a_proof_tells_what_cases_catch_and_what_they_do_not(Wire::Tcp);
}

#[test]
fn what_only_tcp_can_show_is_a_fault_and_has_a_reason() {
    for (name, reason) in ONLY_TCP {
        assert!(reference::fault(name).is_some(), "{name}");
        assert!(!reason.is_empty(), "{name}");
    }
}
