//! Names that mean nothing where they stand, names that are taken, and tables that nobody looks at.

use std::{collections::BTreeSet, sync::Arc};

use crate::{
    plan::{
        names::credential,
        places::{binding_place, table_place, value_place},
    },
    suite::Suite,
    suite::case::{Act, Case, Mention, Step},
    suite::manifest::Manifest,
    syntax::diagnostic::{Diagnostic, nearest},
    syntax::json::Node,
    syntax::source::{Place, Source},
    syntax::template::{Placeholder, Template},
};

/// Names that every row has.
const BUILT_IN: [&str; 5] = ["now", "now.ms", "unique", "random.hex32", "row"];
/// What a search calls the value that it tries.
const PROBE: &str = "probe";
/// What a fence calls the token that tells its answer from others.
const FENCE: &str = "fence";

/// Every name of a case.
pub(super) fn check_case(suite: &Suite, case: &Arc<Case>, found: &mut Vec<Diagnostic>) {
    let manifest = &suite.manifest;
    let tables = case.tables.iter().map(|table| table.name.clone());
    let mut names = Names::new(manifest, tables);
    case.walk(&mut |step| names.bind(step));
    check_taken(case, &names, found);
    case.walk(&mut |step| names.check_step(step, found));
    for row in case.tables.iter().flat_map(|table| &table.rows) {
        names.check_all(&case.source, &[], found, |visit| row.value.placeholders(visit));
    }
    if let Some(selector) = &case.unsolicited {
        names.check_all(&case.source, &[], found, |visit| selector.placeholders(visit));
    }
    if let Some(clause) = &case.survives {
        names.check_all(&case.source, &[], found, |visit| clause.placeholders(visit));
    }
    check_tables(case, &names.used, found);
}

/// Every name in what the manifest says of every case. What a case binds is not known there.
pub(super) fn check_manifest(manifest: &Manifest, found: &mut Vec<Diagnostic>) {
    let ways = manifest.declared.iter().flat_map(|(_, ways)| ways);
    for steps in [&manifest.alive].into_iter().chain(ways) {
        let mut names = Names::new(manifest, []);
        let walk = |visit: &mut dyn FnMut(&Step)| steps.iter().for_each(|step| step.walk(visit));
        steps.iter().for_each(|step| step.walk(&mut |step| names.bind(step)));
        walk(&mut |step| names.check_step(step, found));
    }
    let mut names = Names::new(manifest, []);
    let source = &manifest.source;
    for selector in manifest.ignore.iter().chain(&manifest.common.unsolicited) {
        names.check_all(source, &[], found, |visit| selector.placeholders(visit));
    }
    for always in &manifest.always {
        names.check_all(source, &[], found, |visit| always.on.placeholders(visit));
        for check in &always.checks {
            names.check_all(source, &[], found, |visit| check.placeholders(visit));
        }
    }
    if let Some(fence) = &manifest.fence {
        names.check_all(source, &[FENCE], found, |visit| fence.matching.placeholders(visit));
        names.check_all(source, &[FENCE], found, |visit| fence.send.placeholders(visit));
    }
}

/// What names mean in a case, or in the manifest, and which of them were used.
struct Names<'a> {
    manifest: &'a Manifest,
    /// Tables, and what the steps bind.
    bound: BTreeSet<String>,
    opened: BTreeSet<&'a str>,
    used: BTreeSet<String>,
    /// A mistake in one place is told once.
    told: BTreeSet<(String, usize, String)>,
}

impl<'a> Names<'a> {
    fn new(manifest: &'a Manifest, tables: impl IntoIterator<Item = String>) -> Self {
        Self {
            manifest,
            bound: tables.into_iter().collect(),
            opened: BTreeSet::new(),
            used: BTreeSet::new(),
            told: BTreeSet::new(),
        }
    }

    fn bind(&mut self, step: &'a Step) {
        self.bound.extend(step.binds());
        if let Act::Open(open) = &step.act {
            self.opened.insert(&open.connection);
        }
    }

    fn check_step(&mut self, step: &Step, found: &mut Vec<Diagnostic>) {
        self.check_connection(step, found);
        if let Some((what, name, known)) = unknown_thing(step, self.manifest) {
            let help = match nearest(name, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None if known.is_empty() => "the manifest has none: add it there".to_owned(),
                None => format!("the manifest has {}", known.join(", ")),
            };
            let place = value_place(&step.place, name);
            let mistake = Diagnostic::at(place, what, "not in the suite's manifest");
            self.say(mistake.help(help), found);
        }
        let source = &step.place.source;
        if let Some(suffix) = suffix_without_slash(step) {
            let place = source.place(suffix.span.clone());
            let mistake = Diagnostic::at(place, "a suffix without a slash", "expected `/` at its beginning");
            let help = "it is put behind the endpoint's path as it is: begin it with `/`";
            self.say(mistake.help(help), found);
        }
        let extra: &[&str] = if matches!(step.act, Act::Search(_)) {
            &[PROBE]
        } else {
            &[]
        };
        self.check_all(source, extra, found, |visit| step.placeholders(visit));
        let checks = step.checks.iter().filter_map(|check| check.requirement.as_ref());
        for clause in step.requirement.iter().chain(checks) {
            self.check_all(source, &[], found, |visit| clause.placeholders(visit));
        }
    }

    fn check_connection(&mut self, step: &Step, found: &mut Vec<Diagnostic>) {
        let Some(connection) = step.connection().filter(|connection| !self.opened.contains(connection)) else {
            return;
        };
        let near = nearest(connection, self.opened.iter().copied());
        let help = near.map_or_else(
            || format!("open it in a step before: {{\"open\": \"{connection}\"}}"),
            |near| format!("did you mean `{near}`?"),
        );
        let what = format!("no step opens the connection `{connection}`");
        let mistake = Diagnostic::at(value_place(&step.place, connection), what, "needs an `open` before");
        self.say(mistake.help(help), found);
    }

    /// Checks the placeholders that `show` shows; `extra` has a meaning there besides.
    fn check_all<'t>(
        &mut self,
        source: &Source,
        extra: &[&str],
        found: &mut Vec<Diagnostic>,
        show: impl FnOnce(&mut dyn FnMut(&'t Placeholder)),
    ) {
        show(&mut |placeholder| {
            self.used.insert(root(&placeholder.name).to_owned());
            if !(self.knows(&placeholder.name) || extra.contains(&placeholder.name.as_str())) {
                let mistake = Diagnostic::at(
                    source.place(placeholder.span.clone()),
                    format!("nothing is called `{}`", placeholder.name),
                    "no table, binding or capture, and nothing of the manifest",
                );
                let near = self.nearest(&placeholder.name);
                self.say(
                    match near {
                        Some(near) => mistake.help(format!("did you mean `{near}`?")),
                        None => mistake,
                    },
                    found,
                );
            }
        });
    }

    fn knows(&self, name: &str) -> bool {
        let part = |prefix: &str| name.strip_prefix(prefix).and_then(|rest| rest.split('.').next());
        let manifest = self.manifest;
        BUILT_IN.contains(&name)
            || self.bound.contains(root(name))
            || credential(name, manifest).is_some()
            || part("call.").is_some_and(|part| manifest.calls.iter().any(|call| call.name == part))
            || part("value.").is_some_and(|part| manifest.values.iter().any(|value| value.name == part))
    }

    /// The name that may have been meant.
    fn nearest(&self, name: &str) -> Option<String> {
        let manifest = self.manifest;
        let bound = self.bound.iter().map(String::as_str).chain(BUILT_IN);
        let credentials = manifest.credentials.iter().map(|credential| credential.name.as_str());
        let calls = manifest.calls.iter().map(|call| format!("call.{}", call.name));
        let values = manifest.values.iter().map(|value| format!("value.{}", value.name));
        let dotted: Vec<String> = calls.chain(values).collect();
        let all = bound.chain(credentials).chain(dotted.iter().map(String::as_str));
        // Of a call or a value of the manifest, its name is wrong and not what follows it.
        let asked = match name.split('.').collect::<Vec<_>>()[..] {
            [root @ ("call" | "value"), name, ..] => format!("{root}.{name}"),
            _ => name.to_owned(),
        };
        nearest(&asked, all).map(str::to_owned)
    }

    fn say(&mut self, mistake: Diagnostic, found: &mut Vec<Diagnostic>) {
        let key = |place: &Place| (place.line(), place.span.start, mistake.what.clone());
        if mistake.place.as_ref().map(key).is_none_or(|key| self.told.insert(key)) {
            found.push(mistake);
        }
    }
}

/// Names of the case that mean something in every case.
fn check_taken(case: &Case, names: &Names<'_>, found: &mut Vec<Diagnostic>) {
    let credentials = names.manifest.credentials.iter();
    let reserved: BTreeSet<&str> = credentials
        .map(|credential| root(&credential.name))
        .chain(["call", "value", "now", "row", "unique", "random", PROBE, FENCE])
        .collect();
    for name in names.bound.iter().filter(|name| reserved.contains(name.as_str())) {
        let what = format!("the name `{name}` is taken");
        found.push(
            Diagnostic::at(
                binding_place(case, name),
                what,
                "a table or binding of this case has it",
            )
            .help("choose another name: this one has a meaning in every case"),
        );
    }
}

/// Tables that nothing uses. A row's name is made of all tables.
fn check_tables(case: &Case, used: &BTreeSet<String>, found: &mut Vec<Diagnostic>) {
    let unused = |name: &String| !used.contains(name) && !used.contains("row");
    for table in case.tables.iter().filter(|table| unused(&table.name)) {
        let what = format!("no step uses the table `{}`", table.name);
        let help = format!(
            "its rows would all do the same: use `${{{}}}`, or take the table away",
            table.name
        );
        let place = table_place(case, &table.name);
        found.push(Diagnostic::at(place, what, "its values are never looked at").help(help));
    }
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
