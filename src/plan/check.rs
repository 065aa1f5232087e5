//! What only shows when a suite's files are read together: unknown clauses, readings, names, endpoints, and clauses that
//! nobody checks.

use std::collections::BTreeSet;

use super::{Row, names, rows};
use crate::{
    check::{Check, Demand},
    suite::Suite,
    suite::case::{Act, Case, Mention, Step},
    suite::manifest::Manifest,
    syntax::diagnostic::{Diagnostic, nearest},
    syntax::source::Place,
    syntax::template::{Placeholder, Template},
};

/// Names that every row has.
const BUILT_IN: [&str; 5] = ["now", "now.ms", "unique", "random.hex32", "row"];

/// Every mistake that shows between the files of a suite.
pub fn check(suite: &Suite) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut judged = BTreeSet::new();
    for case in &suite.cases {
        check_case(suite, case, &mut judged, &mut found);
    }
    let always = suite.manifest.always.iter().flat_map(|always| &always.checks);
    for check in always {
        let clause = check.requirement.as_ref().and_then(|clause| clause_text(clause, None));
        check_clause(suite, clause.as_deref(), &check.place, check, &mut found);
        judged.extend(clause);
    }
    judged.extend(suite.manifest.leftover.clone());
    if let Some(clock) = suite
        .manifest
        .clock
        .as_ref()
        .filter(|id| !suite.cases.iter().any(|case| case.id == **id))
    {
        let place = suite.manifest.source.place(0..1);
        found.push(Diagnostic::at(
            place,
            format!("`clock` names no case: `{clock}`"),
            "expected a case's id",
        ));
    }
    let used = suite.cases.iter().flat_map(|case| &case.fragments);
    let used: BTreeSet<&String> = used.chain(&suite.manifest.alive_fragments).collect();
    for fragment in &suite.manifest.common.fragments {
        if !used.contains(&fragment.name) {
            let what = format!("no case uses the fragment `{}`", fragment.name);
            found.push(
                Diagnostic::at(fragment.place.clone(), what, "steps that nobody runs")
                    .help("take it away, or use it: `{\"use\": \"NAME\"}` among a case's steps"),
            );
        }
    }
    for requirement in &suite.catalogue.requirements {
        let help = "write a case, or say in `excluded` why nobody can observe it";
        match (judged.contains(&requirement.id), requirement.excluded.is_some()) {
            (false, false) => {
                let what = format!("no case checks {}", requirement.id);
                found.push(Diagnostic::at(requirement.place.clone(), what, "a clause without a check").help(help));
            }
            (true, true) => {
                let what = format!("{} is excluded, and checked", requirement.id);
                found.push(Diagnostic::at(requirement.place.clone(), what, "take one of them away"));
            }
            _ => {}
        }
    }
    // Two cases that use a fragment have its mistakes in common.
    let mut told: Vec<Diagnostic> = Vec::new();
    for diagnostic in found {
        if !told.iter().any(|known| known.is_same(&diagnostic)) {
            told.push(diagnostic);
        }
    }
    told
}

fn clause_text(clause: &Template, row: Option<&Row>) -> Option<String> {
    match (clause, row) {
        (Template::Fixed(node), _) => node.as_str().map(str::to_owned),
        (_, Some(row)) => row.clause(clause),
        _ => None,
    }
}

fn check_case(suite: &Suite, case: &std::sync::Arc<Case>, judged: &mut BTreeSet<String>, found: &mut Vec<Diagnostic>) {
    let rows = rows(case);
    let mut bound: BTreeSet<String> = case.tables.iter().map(|table| table.name.clone()).collect();
    let mut opened: BTreeSet<&str> = BTreeSet::new();
    case.walk(&mut |step| {
        bound.extend(step.binds());
        if let Act::Open(open) = &step.act {
            opened.insert(&open.connection);
        }
    });
    let roots = suite
        .manifest
        .credentials
        .iter()
        .filter_map(|credential| credential.name.split('.').next());
    let reserved: BTreeSet<&str> = roots
        .chain(["call", "value", "now", "row", "unique", "random", "probe", "fence"])
        .collect();
    for name in bound.iter().filter(|name| reserved.contains(name.as_str())) {
        let place = case.source.place(0..1);
        found.push(
            Diagnostic::at(
                place,
                format!("the name `{name}` is taken"),
                "a table or binding of this case has it",
            )
            .help("choose another name: this one has a meaning in every case"),
        );
    }
    let mut told = BTreeSet::new();
    let mut say = |place: &Place, what: String, label: &str, help: Option<String>, found: &mut Vec<Diagnostic>| {
        if told.insert((place.line(), place.span.start, what.clone())) {
            let mut diagnostic = Diagnostic::at(place.clone(), what, label);
            diagnostic.help = help;
            found.push(diagnostic);
        }
    };
    case.walk(&mut |step| {
        if let Some(connection) = step.connection().filter(|connection| !opened.contains(connection)) {
            let near = nearest(connection, opened.iter().copied());
            let what = format!("no step opens the connection `{connection}`");
            say(
                &step.place,
                what,
                "needs an `open` before",
                near.map(|n| format!("did you mean `{n}`?")),
                found,
            );
        }
        if let Some(what) = unknown_thing(step, &suite.manifest) {
            say(&step.place, what, "not in the suite's manifest", None, found);
        }
        let mut placeholders = Vec::new();
        step.placeholders(&mut |placeholder| placeholders.push(placeholder));
        step.requirement
            .iter()
            .for_each(|clause| clause.placeholders(&mut |placeholder| placeholders.push(placeholder)));
        let probing = matches!(step.act, Act::Search(_));
        for placeholder in placeholders {
            let fine = known(placeholder, &bound, &suite.manifest) || (probing && placeholder.name == "probe");
            if !fine {
                let place = step.place.source.place(placeholder.span.clone());
                let what = format!("nothing is called `{}`", placeholder.name);
                let names = bound.iter().map(String::as_str).chain(BUILT_IN);
                let credentials = suite
                    .manifest
                    .credentials
                    .iter()
                    .map(|credential| credential.name.as_str());
                let near = nearest(&placeholder.name, names.chain(credentials));
                say(
                    &place,
                    what,
                    "no table, no `let`, no capture, no credential",
                    near.map(|n| format!("did you mean `{n}`?")),
                    found,
                );
            }
        }
    });
    for table in &case.tables {
        for row in &table.rows {
            row.value.placeholders(&mut |placeholder| {
                if !known(placeholder, &bound, &suite.manifest) {
                    let place = case.source.place(placeholder.span.clone());
                    let what = format!("nothing is called `{}`", placeholder.name);
                    say(
                        &place,
                        what,
                        "no table, no `let`, no capture, no credential",
                        None,
                        found,
                    );
                }
            });
        }
    }
    let mut seen = BTreeSet::new();
    for row in &rows {
        case.walk(&mut |step| {
            let own = step.requirement.iter().map(|clause| (clause, &step.place, None));
            let checks = step
                .checks
                .iter()
                .filter_map(|check| Some((check.requirement.as_ref()?, &check.place, Some(check))));
            for (clause, place, check) in own.chain(checks) {
                let text = clause_text(clause, Some(row));
                if seen.insert((place.line(), place.span.start, check.is_some(), text.clone())) {
                    match check {
                        Some(check) => check_clause(suite, text.as_deref(), place, check, found),
                        None => check_id(suite, text.as_deref(), place, found),
                    }
                }
                if !step.given {
                    judged.extend(text);
                }
            }
        });
        if let (Some(clause), Some(place)) = (&case.survives, &case.survives_place) {
            let text = clause_text(clause, Some(row));
            if seen.insert((place.line(), place.span.start, false, text.clone())) {
                check_id(suite, text.as_deref(), place, found);
            }
            judged.extend(text);
        }
    }
}

fn known(placeholder: &Placeholder, bound: &BTreeSet<String>, manifest: &Manifest) -> bool {
    let name = placeholder.name.as_str();
    let root = name.split('.').next().unwrap_or_default();
    let part = |prefix: &str| name.strip_prefix(prefix).and_then(|rest| rest.split('.').next());
    BUILT_IN.contains(&name)
        || bound.contains(root)
        || names::credential(name, manifest).is_some()
        || part("call.").is_some_and(|part| manifest.calls.iter().any(|call| call.name == part))
        || part("value.").is_some_and(|part| manifest.values.iter().any(|value| value.name == part))
}

/// An endpoint or situation that the manifest does not have.
fn unknown_thing(step: &Step, manifest: &Manifest) -> Option<String> {
    match step.act.deed().mention()? {
        Mention::Endpoint { name, scheme } => match manifest.endpoint(name, scheme) {
            Some(_) => None,
            None => Some(format!("no endpoint is named `{}`", name.unwrap_or(scheme))),
        },
        Mention::Situation(situation) => {
            let known = manifest.calls.iter().any(|call| call.name == situation);
            (!known).then(|| format!("no call is named `{situation}`"))
        }
    }
}

fn check_id(suite: &Suite, clause: Option<&str>, place: &Place, found: &mut Vec<Diagnostic>) {
    let Some(clause) = clause else {
        found.push(Diagnostic::at(
            place.clone(),
            "a clause without a name",
            "this row's value gives none",
        ));
        return;
    };
    if suite.catalogue.find(clause).is_none() {
        let ids = suite
            .catalogue
            .requirements
            .iter()
            .map(|requirement| requirement.id.as_str());
        let what = format!("no clause is called `{clause}`");
        let diagnostic = Diagnostic::at(place.clone(), what, "not in the suite's requirements.json");
        found.push(match nearest(clause, ids) {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
            None => diagnostic,
        });
    }
}

fn check_clause(suite: &Suite, clause: Option<&str>, place: &Place, check: &Check, found: &mut Vec<Diagnostic>) {
    check_id(suite, clause, place, found);
    let requirement = clause.and_then(|clause| suite.catalogue.find(clause));
    if let (Demand::Readings(readings), Some(requirement)) = (&check.demand, requirement) {
        for reading in readings {
            if requirement.reading(&reading.name).is_none() {
                let names: Vec<String> = requirement.readings.iter().map(|r| format!("`{}`", r.name)).collect();
                found.push(Diagnostic::at(
                    reading.place.clone(),
                    format!("{} has no reading `{}`", requirement.id, reading.name),
                    format!("the catalogue has {}", names.join(", ")),
                ));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        suite::catalogue::Catalogue,
        syntax::{schema::Schemas, source::Source},
    };

    const MANIFEST: &str = r#"{
        "title": {"en": "t", "zh": "t"}, "document": "d",
        "endpoints": {"ws": {"schemes": ["ws"], "text": {"en": "t", "zh": "t"}}},
        "fragments": {
            "ready": [{"open": "a"}, {"send": "a", "text": "${token}"}],
            "idle": [{"wait": "1s"}]
        }
    }"#;

    /// The mistakes between a manifest, an empty catalogue and cases: where, and what.
    fn mistakes(cases: &[&str]) -> Vec<(String, String)> {
        let schemas = Schemas::default();
        let told = |found: Vec<Diagnostic>| -> String { found.iter().map(|found| found.render(false)).collect() };
        let manifest = Manifest::read(&Source::new("suite.json", MANIFEST), &schemas)
            .unwrap_or_else(|found| panic!("{}", told(found)));
        let catalogue = Catalogue::read(&Source::new("requirements.json", r#"{"requirements": {}}"#))
            .unwrap_or_else(|found| panic!("{}", told(found)));
        let case = |(i, members): (usize, &&str)| {
            let text = format!(r#"{{"title": {{"en": "t", "zh": "t"}}, {members}}}"#);
            let source = Source::new(format!("{i}.json"), text);
            let case = Case::read(&format!("s/a/{i}"), &source, &schemas, &manifest.common);
            Arc::new(case.unwrap_or_else(|found| panic!("{}", told(found))))
        };
        let cases = cases.iter().enumerate().map(case).collect();
        let suite = Suite {
            name: "s".into(),
            manifest,
            catalogue,
            cases,
        };
        let found = check(&suite).into_iter();
        found
            .map(|diagnostic| {
                (
                    diagnostic.place.map(|place| place.line()).unwrap_or_default(),
                    diagnostic.what,
                )
            })
            .collect()
    }

    #[test]
    fn what_is_wrong_in_a_fragment_is_told_once_at_its_own_place() {
        let own = r#""given": [{"use": "ready"}, {"use": "idle"}], "steps": []"#;
        assert_eq!(
            mistakes(&[own, own]),
            [("suite.json:5".to_owned(), "nothing is called `token`".to_owned())]
        );
    }

    #[test]
    fn a_fragment_that_nobody_uses_is_a_mistake() {
        let own = r#""each": {"token": {"x": "y"}}, "given": [{"use": "ready"}], "steps": []"#;
        assert_eq!(
            mistakes(&[own]),
            [("suite.json:6".to_owned(), "no case uses the fragment `idle`".to_owned())]
        );
    }
}
