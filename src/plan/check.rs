//! What only shows when a suite's files are read together: unknown clauses, readings, names, endpoints, and clauses that
//! nobody checks.

use std::collections::BTreeSet;

use super::{
    Row, names,
    places::{binding_place, clause_place, table_place, value_place},
    rows,
};
use crate::{
    check::{Check, Demand},
    suite::Suite,
    suite::case::{Act, Case, Mention, Step},
    suite::load::Gaps,
    suite::manifest::Manifest,
    syntax::diagnostic::{Diagnostic, nearest},
    syntax::json::Node,
    syntax::source::Place,
    syntax::template::{Placeholder, Template},
};

/// Names that every row has.
const BUILT_IN: [&str; 5] = ["now", "now.ms", "unique", "random.hex32", "row"];

/// Every mistake that shows between the files of a suite.
pub fn check(suite: &Suite) -> Vec<Diagnostic> {
    check_draft(suite, &Gaps::default())
}

/// The same of a suite that could be read in part: what a gap would explain is no mistake.
pub fn check_draft(suite: &Suite, gaps: &Gaps) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut judged = BTreeSet::new();
    for case in &suite.cases {
        if !(gaps.manifest || gaps.cases.contains(&case.id)) {
            check_names(suite, case, &mut found);
        }
        if !gaps.catalogue {
            check_clauses(suite, case, &mut judged, &mut found);
        }
    }
    if gaps.catalogue {
        return found;
    }
    let always = suite.manifest.always.iter().flat_map(|always| &always.checks);
    for check in always {
        let clause = check.requirement.as_ref().and_then(|clause| clause_text(clause, None));
        let place = check
            .requirement
            .as_ref()
            .map(|clause| clause_place(clause, &check.place));
        let place = place.unwrap_or_else(|| check.place.clone());
        check_clause(suite, clause.as_deref(), &place, check, &mut found);
        judged.extend(clause);
    }
    let whole = suite.manifest.source.place(0..suite.manifest.source.text().len());
    if let Some(leftover) = &suite.manifest.leftover {
        check_id(suite, Some(leftover), &value_place(&whole, leftover), &mut found);
        judged.insert(leftover.clone());
    }
    let ids = || suite.cases.iter().map(|case| case.id.as_str());
    let lost = |id: &str| gaps.cases.contains(id);
    if let Some(clock) = &suite.manifest.clock
        && !ids().any(|id| id == clock)
        && !lost(clock)
    {
        let what = format!("`clock` names no case: `{clock}`");
        let diagnostic = Diagnostic::at(value_place(&whole, clock), what, "expected a case's id");
        found.push(match nearest(clock, ids()) {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
            None => diagnostic.help("`conformist list cases` shows them"),
        });
    }
    if gaps.manifest || !gaps.cases.is_empty() {
        return found;
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

fn check_names(suite: &Suite, case: &std::sync::Arc<Case>, found: &mut Vec<Diagnostic>) {
    let mut used: BTreeSet<String> = BTreeSet::new();
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
        let place = binding_place(case, name);
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
            let help = near.map_or_else(
                || format!("open it in a step before: {{\"open\": \"{connection}\"}}"),
                |near| format!("did you mean `{near}`?"),
            );
            say(
                &value_place(&step.place, connection),
                what,
                "needs an `open` before",
                Some(help),
                found,
            );
        }
        if let Some((what, name, known)) = unknown_thing(step, &suite.manifest) {
            let help = match nearest(name, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None if known.is_empty() => "the manifest has none: add it there".to_owned(),
                None => format!("the manifest has {}", known.join(", ")),
            };
            let place = value_place(&step.place, name);
            say(&place, what, "not in the suite's manifest", Some(help), found);
        }
        if let Some(suffix) = suffix_without_slash(step) {
            let place = case.source.place(suffix.span.clone());
            let help = "it is put behind the endpoint's path as it is: begin it with `/`";
            let what = "a suffix without a slash".to_owned();
            say(
                &place,
                what,
                "expected `/` at its beginning",
                Some(help.to_owned()),
                found,
            );
        }
        let mut placeholders = Vec::new();
        step.placeholders(&mut |placeholder| placeholders.push(placeholder));
        step.requirement
            .iter()
            .for_each(|clause| clause.placeholders(&mut |placeholder| placeholders.push(placeholder)));
        let probing = matches!(step.act, Act::Search(_));
        for placeholder in placeholders {
            used.insert(root(&placeholder.name).to_owned());
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
                let calls = suite.manifest.calls.iter().map(|call| format!("call.{}", call.name));
                let values = suite
                    .manifest
                    .values
                    .iter()
                    .map(|value| format!("value.{}", value.name));
                let manifest: Vec<String> = calls.chain(values).collect();
                let names = names.chain(credentials).chain(manifest.iter().map(String::as_str));
                // Of a call or a value of the manifest, its name is wrong and not what follows it.
                let asked = match placeholder.name.split('.').collect::<Vec<_>>()[..] {
                    [root @ ("call" | "value"), name, ..] => format!("{root}.{name}"),
                    _ => placeholder.name.clone(),
                };
                let near = nearest(&asked, names);
                say(
                    &place,
                    what,
                    "no table, binding or capture, and nothing of the manifest",
                    near.map(|n| format!("did you mean `{n}`?")),
                    found,
                );
            }
        }
    });
    for table in &case.tables {
        for row in &table.rows {
            row.value.placeholders(&mut |placeholder| {
                used.insert(root(&placeholder.name).to_owned());
                if !known(placeholder, &bound, &suite.manifest) {
                    let place = case.source.place(placeholder.span.clone());
                    let what = format!("nothing is called `{}`", placeholder.name);
                    say(
                        &place,
                        what,
                        "no table, binding or capture, and nothing of the manifest",
                        None,
                        found,
                    );
                }
            });
        }
    }
    let more = [case.survives.as_ref()].into_iter().flatten();
    more.for_each(|template| {
        template.placeholders(&mut |placeholder| {
            used.insert(root(&placeholder.name).to_owned());
        });
    });
    if let Some(selector) = &case.unsolicited {
        selector.placeholders(&mut |placeholder| {
            used.insert(root(&placeholder.name).to_owned());
        });
    }
    for check in case_checks(case) {
        check.requirement.iter().for_each(|clause| {
            clause.placeholders(&mut |placeholder| {
                used.insert(root(&placeholder.name).to_owned());
            });
        });
    }
    // A row's name is made of all tables.
    for table in case
        .tables
        .iter()
        .filter(|table| !used.contains(&table.name) && !used.contains("row"))
    {
        let what = format!("no step uses the table `{}`", table.name);
        let help = format!(
            "its rows would all do the same: use `${{{}}}`, or take the table away",
            table.name
        );
        let place = table_place(case, &table.name);
        found.push(Diagnostic::at(place, what, "its values are never looked at").help(help));
    }
}

/// Every check of a case.
fn case_checks(case: &Case) -> Vec<&Check> {
    let mut all = Vec::new();
    case.walk(&mut |step| all.extend(&step.checks));
    all
}

/// The first part of a dotted name.
fn root(name: &str) -> &str {
    name.split('.').next().unwrap_or_default()
}

fn suffix_without_slash(step: &Step) -> Option<&Node> {
    let address = match &step.act {
        Act::Open(open) => &open.address,
        Act::Request(request) => &request.address,
        _ => return None,
    };
    match &address.suffix {
        Some(Template::Fixed(node)) => {
            let text = node.as_str()?;
            (!text.is_empty() && !text.starts_with('/')).then_some(node)
        }
        _ => None,
    }
}

fn check_clauses(
    suite: &Suite,
    case: &std::sync::Arc<Case>,
    judged: &mut BTreeSet<String>,
    found: &mut Vec<Diagnostic>,
) {
    let rows = rows(case);
    let mut seen = BTreeSet::new();
    for row in &rows {
        case.walk(&mut |step| {
            let own = step.requirement.iter().map(|clause| (clause, &step.place, None));
            let checks = step
                .checks
                .iter()
                .filter_map(|check| Some((check.requirement.as_ref()?, &check.place, Some(check))));
            for (clause, place, check) in own.chain(checks) {
                let said_already = match clause {
                    Template::Fixed(node) => node.as_str().is_none(),
                    Template::Array(_) | Template::Object(_) => true,
                    _ => false,
                };
                if said_already {
                    continue;
                }
                let text = clause_text(clause, Some(row));
                let before = found.len();
                if seen.insert((place.line(), place.span.start, check.is_some(), text.clone())) {
                    let place = clause_place(clause, place);
                    match check {
                        Some(check) => check_clause(suite, text.as_deref(), &place, check, found),
                        None => check_id(suite, text.as_deref(), &place, found),
                    }
                    // Which row gave it can't be seen at the place.
                    if !matches!(clause, Template::Fixed(_)) {
                        for mistake in &mut found[before..] {
                            mistake.label = format!("{}, in the row `{}`", mistake.label, row.name);
                        }
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
    let root = root(name);
    let part = |prefix: &str| name.strip_prefix(prefix).and_then(|rest| rest.split('.').next());
    BUILT_IN.contains(&name)
        || bound.contains(root)
        || names::credential(name, manifest).is_some()
        || part("call.").is_some_and(|part| manifest.calls.iter().any(|call| call.name == part))
        || part("value.").is_some_and(|part| manifest.values.iter().any(|value| value.name == part))
}

/// An endpoint or situation that the manifest does not have: what is wrong, its name, and the names that there are.
fn unknown_thing<'a>(step: &'a Step, manifest: &'a Manifest) -> Option<(String, &'a str, Vec<&'a str>)> {
    match step.act.deed().mention()? {
        Mention::Endpoint { name, scheme } => match manifest.endpoint(name, scheme) {
            Some(_) => None,
            None => {
                let what = match name {
                    Some(name) => format!("no endpoint is named `{name}`"),
                    None => format!("no endpoint has the scheme `{scheme}:`"),
                };
                let names = manifest.endpoints.iter().map(|endpoint| endpoint.name.as_str());
                Some((what, name.unwrap_or(scheme), names.collect()))
            }
        },
        Mention::Situation(situation) => {
            let known = manifest.calls.iter().any(|call| call.name == situation);
            let names = manifest.calls.iter().map(|call| call.name.as_str()).collect();
            (!known).then(|| (format!("no call is named `{situation}`"), situation, names))
        }
    }
}

fn check_id(suite: &Suite, clause: Option<&str>, place: &Place, found: &mut Vec<Diagnostic>) {
    let Some(clause) = clause else {
        found.push(Diagnostic::at(
            place.clone(),
            "a clause without a name",
            "expected a clause's id",
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
            None => diagnostic.help("`conformist list requirements` shows all clauses; a new one is added there"),
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
                    value_place(&reading.place, &reading.name),
                    format!("{} has no reading `{}`", requirement.id, reading.name),
                    if names.is_empty() {
                        "the catalogue lists no readings of this clause".to_owned()
                    } else {
                        format!("the catalogue has {}", names.join(", "))
                    },
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
