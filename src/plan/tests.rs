//! What a row is once it can't be wrong any more: its name, its steps in order, and what it asks of the target.

use super::*;
use crate::tests::fixture::{PROFILE, case, first, plans, suite, target};

fn text_of(template: &Template) -> String {
    match template {
        Template::Fixed(node) => node.to_string(),
        other => format!("{other:?}"),
    }
}

fn needs(steps: &str) -> Vec<Need> {
    first(&case(steps), PROFILE).needs
}

#[test]
fn every_row_of_every_table_has_a_name_and_its_values() {
    let text = r#"{"title": {"en": "t"}, "each": {"x": {"one": 1, "two": 2}, "y": {"a": "A", "b": "B"}},
        "steps": [{"let": {"v": "${x}-${y}-${row}"}}]}"#;
    let suite = suite(&[("a/b", text)]);
    let rows: Vec<Row> = suite.cases.iter().flat_map(rows).collect();
    let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    assert_eq!(ids, ["t/a/b#one.a", "t/a/b#one.b", "t/a/b#two.a", "t/a/b#two.b"]);
    let value = Fixed(&rows[2]).lookup("x").map(|value| value.to_string());
    assert_eq!((value.as_deref(), rows[2].name.as_str()), (Some("2"), "two.a"));
}

#[test]
fn a_clause_may_be_named_by_the_row() {
    let text = r#"{"title": {"en": "t"}, "each": {"x": {"one": {"clause": "T-1"}, "two": {"clause": "T-2"}}},
        "steps": [{"open": "a", "requirement": "${x.clause}"}]}"#;
    let clauses: Vec<_> = plans(&suite(&[("a/b", text)]), PROFILE)
        .iter()
        .map(Plan::clauses)
        .collect();
    assert_eq!(
        clauses,
        [BTreeSet::from(["T-1".to_owned()]), BTreeSet::from(["T-2".to_owned()])]
    );
}

#[test]
fn a_clause_of_a_precondition_is_not_judged() {
    let text = r#"{"title": {"en": "t"}, "survives": "T-2",
        "given": [{"open": "a", "requirement": "T-1"}], "steps": [{"let": {"v": 1}}]}"#;
    let plan = first(&suite(&[("a/b", text)]), PROFILE);
    assert_eq!(plan.clauses(), BTreeSet::from(["T-2".to_owned()]));
    let roles: Vec<Role> = plan.script.instances.iter().map(|instance| instance.role).collect();
    assert_eq!(roles, [Role::Given, Role::Body, Role::Alive, Role::Alive]);
}

#[test]
fn a_repeat_runs_its_steps_for_each_value_in_turn_or_side_by_side() {
    let shape = |plan: &Plan| -> Vec<Vec<String>> {
        let side = |items: &[Item]| {
            items
                .iter()
                .map(|item| match item {
                    Item::Step(step) => text_of(&plan.script.instances[*step].locals[0].1),
                    Item::Fork(_) => "fork".into(),
                })
                .collect()
        };
        match &plan.script.program[..] {
            [Item::Fork(sides)] => sides.iter().map(|items| side(items)).collect(),
            items => vec![side(items)],
        }
    };
    let steps = |overlap| {
        format!(
            r#"[{{"repeat": [7, 8], "as": "n", "overlap": {overlap}, "steps": [{{"open": "a"}}, {{"close": "a"}}]}}]"#
        )
    };
    assert_eq!(shape(&first(&case(&steps(false)), PROFILE)), [["7", "7", "8", "8"]]);
    assert_eq!(shape(&first(&case(&steps(true)), PROFILE)), [["7", "7"], ["8", "8"]]);
}

#[test]
fn a_row_needs_what_its_names_ask_for() {
    let open = |headers: &str| format!(r#"[{{"open": "a", "headers": {{"T": "{headers}"}}}}]"#);
    let ws = Need::Endpoint("ws".into());
    assert_eq!(needs(&open("plain")), std::slice::from_ref(&ws));
    assert_eq!(
        needs(&open("${token}")),
        [ws.clone(), Need::Credential("token".into(), 1)]
    );
    assert_eq!(
        needs(&open("${token.2}${token}")),
        [ws.clone(), Need::Credential("token".into(), 2)]
    );
    assert_eq!(
        needs(&open("${call.push.action}")),
        [ws.clone(), Need::Call("push".into())]
    );
    assert_eq!(needs(&open("${value.name}")), [ws, Need::Value("name".into())]);
}

#[test]
fn a_row_needs_what_the_values_of_its_table_ask_for_and_no_other_row_does() {
    let text = r#"{"title": {"en": "t"}, "each": {"x": {"with": {"t": "${old}"}, "without": {"t": "none"}}},
        "given": [{"open": "a", "headers": {"T": "${x.t}"}}], "steps": []}"#;
    let plans = plans(&suite(&[("a/b", text)]), PROFILE);
    let counts: Vec<usize> = plans.iter().map(|plan| plan.leases().count()).collect();
    assert_eq!(counts, [1, 0]);
}

#[test]
fn what_a_target_lacks_is_named() {
    let text = r#"{"title": {"en": "t"}, "effects": "creates",
        "given": [{"open": "a", "headers": {"A": "${token.2}", "B": "${call.push.action}", "C": "${value.name}${value.hold}"}}], "steps": []}"#;
    let suite = suite(&[("a/b", text)]);
    assert!(first(&suite, PROFILE).missing().is_empty());
    let poor = first(&suite, "[t.credentials]\ntoken = \"one\"");
    let told: Vec<String> = poor.missing().into_iter().map(Need::describe).collect();
    // `value.hold` has a default.
    let expected = [
        "endpoints.ws",
        "calls.push",
        "values.name",
        "limits.effects with \"creates\"",
        "2 of token",
    ];
    assert_eq!(told, expected);
}

#[test]
fn a_hook_stands_for_the_message_and_its_reply() {
    let steps = r#"[{"open": "a"}, {"provoke": "push", "on": "a", "json": {"t": "${old}"}, "reply": {"match": {"has": ["/x"]}}}]"#;
    let suite = case(steps);
    let by_message = first(&suite, PROFILE);
    assert_eq!((by_message.script.instances.len(), by_message.leases().count()), (3, 1));
    let by_hook = first(
        &suite,
        &PROFILE.replace(
            "action = \"shout\"",
            "action = \"shout\"\nhook = \"http://127.0.0.1:1/push\"",
        ),
    );
    assert_eq!((by_hook.script.instances.len(), by_hook.leases().count()), (2, 0));
}

#[test]
fn the_connections_that_a_row_has_at_once_are_counted() {
    let most = |steps: &str| first(&case(steps), PROFILE).script.connections;
    assert_eq!(most(r#"[{"open": "a"}, {"close": "a"}, {"open": "b"}]"#), 1);
    assert_eq!(
        most(r#"[{"open": "a"}, {"open": "b"}, {"closed": "a"}, {"open": "c"}]"#),
        2
    );
    assert_eq!(most(r#"[{"open": "a", "outcome": "refused"}, {"open": "b"}]"#), 1);
    assert_eq!(
        most(r#"[{"together": [[{"open": "a"}], [{"open": "b"}, {"open": "c"}]]}]"#),
        3
    );
    let request = |connection: &str| format!(r#"{{"request": "a", "path": "/"{connection}}}"#);
    let [own, shared] = ["", r#", "connection": "k""#].map(request);
    assert_eq!(most(&format!("[{own}, {own}]")), 1);
    assert_eq!(most(&format!("[{shared}, {shared}, {own}]")), 2);
}

#[test]
fn a_row_does_not_apply_if_none_of_its_clauses_does() {
    let steps = r#"[{"open": "a", "requirement": "T-1"}, {"close": "a", "requirement": "T-2"}]"#;
    let aside = |clauses: &[&str]| {
        let lines: Vec<String> = clauses
            .iter()
            .map(|clause| format!("\"{clause}\" = \"none of {clause}\""))
            .collect();
        format!("{PROFILE}\n[t.not_applicable]\n{}", lines.join("\n"))
    };
    let judged = |steps: &str| suite(&[("a/b", &format!(r#"{{"title": {{"en": "t"}}, "steps": {steps}}}"#))]);
    let suite = judged(steps);
    assert_eq!(first(&suite, &aside(&["T-1"])).not_applicable(), None);
    assert_eq!(
        first(&suite, &aside(&["T-1", "T-2"])).not_applicable(),
        Some("none of T-1")
    );
    // A row without a clause is no row about them.
    assert_eq!(
        first(&case(r#"[{"open": "a"}]"#), &aside(&["T-1"])).not_applicable(),
        None
    );
}

#[test]
fn the_longest_name_that_is_bound_is_meant_and_of_equals_the_latest() {
    let bound = [("a".to_owned(), 1), ("a.b".to_owned(), 2), ("a".to_owned(), 3)];
    assert_eq!(names::find(&bound, "a.b.c"), Some((&2, "c")));
    assert_eq!(names::find(&bound, "a.c"), Some((&3, "c")));
    assert_eq!(names::find(&bound, "ab"), None);
    let suite = case("[]");
    for (name, meant) in [
        ("token", Some(("token", 1))),
        ("token.2", Some(("token", 2))),
        ("token.1", None),
        ("token.x", None),
        ("other", None),
    ] {
        assert_eq!(names::credential(name, &suite.manifest), meant, "{name}");
    }
    assert!(target(&suite, PROFILE).credentials.contains_key("old"));
}

#[test]
fn a_case_may_say_itself_what_may_be_left_over() {
    let text = |more: &str| format!(r#"{{"title": {{"en": "t"}}, "given": [{{"open": "a"}}], "steps": []{more}}}"#);
    let (own, other) = (text(r#", "unsolicited": {"text": "own"}"#), text(""));
    let suite = suite(&[("a/own", &own), ("a/z", &other)]);
    let told: Vec<String> = suite
        .cases
        .iter()
        .map(|case| format!("{:?}", suite.unsolicited(case)))
        .collect();
    assert!(told[0].contains("own") && told[1].contains("news"), "{told:?}");
}
