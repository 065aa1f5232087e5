//! What is asked of a check before it judges: the names that it can't do without, the hands that it needs, what to call it.

use std::collections::BTreeSet;

use super::{
    ObservationKind::{Closing, Message, Response},
    trial::compiled,
};

/// A check of each kind that has templates, and the names in them.
const NAMED: &[(&str, &[&str])] = &[
    (r#"{"equals": {"x": ["${a}", "${b}"]}}"#, &["a", "b"]),
    (r#"{"raw": "[${a}]"}"#, &["a"]),
    (r#"{"in": ["${a}", "b"]}"#, &["a"]),
    (r#"{"between": ["${a}", "${b}"]}"#, &["a", "b"]),
    (r#"{"near": "${a}", "within": "1s"}"#, &["a"]),
    (r#"{"text": "x${a}"}"#, &["a"]),
    (r#"{"payload": "${a}"}"#, &["a"]),
    (r#"{"header": "X", "value": "${a}"}"#, &["a"]),
    (r#"{"value": "${a}", "type": "object"}"#, &["a"]),
    (
        r#"{"requirement": "${c}", "readings": [
            {"reading": "one", "all": [{"equals": "${a}"}, {"value": "${b}", "blank": true}]},
            {"reading": "rest", "text": "${d}"}
        ]}"#,
        &["a", "b", "d"],
    ),
];

#[test]
fn every_name_in_a_check_is_shown() {
    for (check, names) in NAMED {
        let compiled = compiled(check, Response).unwrap_or_else(|mistake| panic!("{mistake}: {check}"));
        let mut shown = BTreeSet::new();
        compiled.placeholders(&mut |placeholder| {
            shown.insert(placeholder.name.as_str());
        });
        assert_eq!(shown, names.iter().copied().collect(), "{check}");
    }
}

#[test]
fn only_what_looks_at_frames_needs_them() {
    let needs = |check, looks_at| compiled(check, looks_at).map(|check| check.needs_bytes());
    assert_eq!(needs(r#"{"frames": "well-formed"}"#, Message), Ok(true));
    assert_eq!(needs(r#"{"frames": "well-formed"}"#, Closing), Ok(true));
    let one_of_two = r#"{"readings": [{"reading": "a", "text": "x"}, {"reading": "b", "frames": "well-formed"}]}"#;
    assert_eq!(needs(one_of_two, Message), Ok(true));
    assert_eq!(needs(r#"{"payload": "x"}"#, Message), Ok(false));
    assert_eq!(needs(r#"{"snapshot": "x"}"#, Message), Ok(false));
}

#[test]
fn a_check_is_called_by_its_kind_its_readings_or_its_snapshot() {
    let label = |check| compiled(check, Message).map(|check| check.label());
    assert_eq!(label(r#"{"at": "/a", "present": true}"#), Ok("present".into()));
    let readings = r#"{"readings": [{"reading": "echo", "equals": 1}, {"reading": "rest"}]}"#;
    assert_eq!(label(readings), Ok("echo | rest".into()));
    assert_eq!(label(r#"{"snapshot": "greeting"}"#), Ok("snapshot greeting".into()));
}
