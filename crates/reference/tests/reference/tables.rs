//! The tables of faults and readings. It must never serve one.

use std::collections::BTreeSet;

use conformist_reference::{FAULTS, READINGS, fault, reading};

/// The short name of a suite, which starts the names of its rows and clauses.
fn short(suite: &str) -> &str {
    match suite {
        "ws-service" => "ws",
        "gateway" => "gw",
        other => panic!("{other}"),
    }
}

#[test]
fn the_table_of_faults_is_sound() {
    for row in FAULTS.iter() {
        let short = short(row.suite());
        assert!(row.name.starts_with(&format!("{short}/")), "{}", row.name);
        assert!(!row.breaks.is_empty() && row.text.ends_with('.'), "{}", row.name);
        let clause = format!("{}-", short.to_uppercase());
        assert!(
            row.breaks.iter().all(|broken| broken.starts_with(&clause)),
            "{}",
            row.name
        );
        assert!(
            fault(row.name).is_some_and(|found| std::ptr::eq(found, *row)),
            "{} twice",
            row.name
        );
    }
    assert!(fault("ws/none").is_none());
}

#[test]
fn the_table_of_readings_is_sound() {
    for row in READINGS.iter() {
        let short = short(row.suite());
        assert!(row.name.starts_with(&format!("{short}/")), "{}", row.name);
        assert!(row.text.ends_with('.'), "{}", row.name);
        let clause = format!("{}-", short.to_uppercase());
        assert!(
            row.shows.iter().all(|(shown, _)| shown.starts_with(&clause)),
            "{}",
            row.name
        );
        assert!(
            reading(row.name).is_some_and(|found| std::ptr::eq(found, *row)),
            "{} twice",
            row.name
        );
    }
    assert!(reading("ws/none").is_none());
}

#[test]
fn every_clause_of_the_gateway_is_broken_by_some_fault() {
    let clauses: Vec<String> = [
        ("HTTP", 15),
        ("HDR", 11),
        ("BODY", 6),
        ("RSP", 12),
        ("WS", 16),
        ("HB", 13),
    ]
    .into_iter()
    .flat_map(|(group, count)| (1..=count).map(move |number| format!("GW-{group}-{number}")))
    .collect();
    let faults = FAULTS.iter().filter(|fault| fault.suite() == "gateway");
    let broken: BTreeSet<&str> = faults.flat_map(|fault| fault.breaks).copied().collect();
    let unknown: Vec<_> = broken
        .iter()
        .filter(|broken| clauses.iter().all(|clause| clause != **broken))
        .collect();
    assert!(unknown.is_empty(), "{unknown:?}");
    let unbroken: Vec<_> = clauses.iter().filter(|clause| !broken.contains(&***clause)).collect();
    // What the document leaves open can't be broken: the place of the gateway, the wrong route.
    assert_eq!(unbroken, ["GW-HTTP-8", "GW-HTTP-10"]);
}
