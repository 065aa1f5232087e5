//! Dotted names: which of them a row uses, and what they need of the target.

use std::{collections::BTreeSet, sync::Arc};

use super::{Counts, Instance, Need, Row, TargetSuite};
use crate::{
    suite::case::{Act, Case, Mention},
    suite::manifest::Manifest,
    syntax::effects::Effects,
    syntax::json::Node,
    syntax::template::{Slot, Template},
};

/// What follows in a dotted name that begins with `bound`.
fn behind<'n>(bound: &str, name: &'n str) -> Option<&'n str> {
    match name.strip_prefix(bound)? {
        "" => Some(""),
        rest => rest.strip_prefix('.'),
    }
}

/// The binding whose name is the longest beginning of `name`, and the rest of the name.
pub fn find<'b, 'n, T>(bindings: &'b [(String, T)], name: &'n str) -> Option<(&'b T, &'n str)> {
    // Of equal names the one that was bound last counts.
    let all = bindings
        .iter()
        .rev()
        .filter_map(|(bound, value)| Some((bound.len(), value, behind(bound, name)?)));
    all.reduce(|best, next| if next.0 > best.0 { next } else { best })
        .map(|(_, value, rest)| (value, rest))
}

/// The member of a value at a dotted path.
pub fn descend(node: Node, path: &str) -> Option<Node> {
    if path.is_empty() {
        return Some(node);
    }
    path.split('.').try_fold(node, |node, key| match node.member(key) {
        Some(member) => Some(member.clone()),
        None => key.parse::<usize>().ok().and_then(|i| node.items().get(i).cloned()),
    })
}

/// A credential of the manifest and which of its leases (from 1) a name means.
pub fn credential<'n>(name: &'n str, manifest: &Manifest) -> Option<(&'n str, usize)> {
    let known = |name: &str| manifest.credentials.iter().any(|credential| credential.name == name);
    if known(name) {
        return Some((name, 1));
    }
    let (base, number) = name.rsplit_once('.')?;
    let number = number.parse().ok().filter(|number| *number > 1)?;
    known(base).then_some((base, number))
}

/// The value of a row's table that a name means, as far as it can be followed without running anything.
fn follow<'t>(template: &'t Template, path: &str) -> &'t Template {
    let Some(key) = path.split('.').next().filter(|key| !key.is_empty()) else {
        return template;
    };
    let rest = path[key.len()..].trim_start_matches('.');
    if let Template::Object(slots) = template {
        for slot in slots {
            if let Slot::Member(name, value) = slot
                && name == key
            {
                return follow(value, rest);
            }
        }
    }
    template
}

/// The names that the steps of a case use: what they need of the target in every row, and those that a row decides.
#[derive(Debug)]
pub struct Mentions {
    needs: BTreeSet<Need>,
    credentials: Counts,
    /// Names that begin with a table's, each with the instance of whose `repeat`s it may use values.
    of_rows: BTreeSet<(String, Option<usize>)>,
}

/// Follows names to what they need.
struct Collector<'a> {
    manifest: &'a Manifest,
    case: &'a Case,
    /// The values of the tables; without them, their names are kept for later.
    row: Option<&'a Row>,
    found: Mentions,
    depth: usize,
}

impl<'a> Collector<'a> {
    fn name(&mut self, name: &str, locals: &'a [(String, Template)], instance: Option<usize>) {
        let of_row = || self.row.and_then(|row| find(&row.values, name));
        if let Some((template, rest)) = find(locals, name).or_else(of_row) {
            // A row's value may name another of its tables; a ring of them would never end.
            if self.depth < 16 {
                self.depth += 1;
                follow(template, rest).placeholders(&mut |inner| self.name(&inner.name, locals, instance));
                self.depth -= 1;
            }
        } else if self.case.tables.iter().any(|table| behind(&table.name, name).is_some()) {
            self.found.of_rows.insert((name.to_owned(), instance));
        } else if let Some((name, count)) = credential(name, self.manifest) {
            let most = self.found.credentials.entry(name.to_owned()).or_default();
            *most = count.max(*most);
        } else if let Some(rest) = name.strip_prefix("call.") {
            self.found.needs.insert(Need::Call(first(rest)));
        } else if let Some(rest) = name.strip_prefix("value.") {
            self.found.needs.insert(Need::Value(first(rest)));
        }
    }
}

fn first(path: &str) -> String {
    path.split('.').next().unwrap_or_default().to_owned()
}

impl Mentions {
    /// The names that the steps of a case use.
    pub fn of(case: &Case, instances: &[Arc<Instance>], manifest: &Manifest, target: &TargetSuite) -> Self {
        let mut collector = Collector {
            manifest,
            case,
            row: None,
            found: Self {
                needs: BTreeSet::new(),
                credentials: Counts::new(),
                of_rows: BTreeSet::new(),
            },
            depth: 0,
        };
        let mut websocket = false;
        for instance in instances {
            let step = &*instance.step;
            match step.act.deed().mention() {
                Some(Mention::Situation(situation)) => {
                    collector.found.needs.insert(Need::Call(situation.to_owned()));
                    // A hook replaces the message, and so what the message needs.
                    if super::needs_no_message(target, situation) {
                        continue;
                    }
                }
                Some(Mention::Endpoint { name, scheme }) => {
                    let endpoint = manifest.endpoint(name, scheme);
                    let need = endpoint.map(|endpoint| Need::Endpoint(endpoint.name.clone()));
                    collector.found.needs.extend(need);
                }
                None => {}
            }
            websocket |= matches!(step.act, Act::Open(_));
            step.placeholders(&mut |placeholder| {
                let within = (!instance.locals.is_empty()).then_some(instance.number);
                collector.name(&placeholder.name, &instance.locals, within);
            });
        }
        if websocket && let Some(fence) = &manifest.fence {
            fence
                .send
                .placeholders(&mut |placeholder| collector.name(&placeholder.name, &[], None));
        }
        if case.effects != Effects::Read {
            collector.found.needs.insert(Need::Effects(case.effects));
        }
        collector.found
    }

    /// Everything of the target that a row needs.
    pub fn needs(&self, row: &Row, instances: &[Arc<Instance>], manifest: &Manifest) -> Vec<Need> {
        let mut collector = Collector {
            manifest,
            case: &row.case,
            row: Some(row),
            found: Self {
                needs: self.needs.clone(),
                credentials: self.credentials.clone(),
                of_rows: BTreeSet::new(),
            },
            depth: 0,
        };
        for (name, instance) in &self.of_rows {
            let locals = instance.map(|number| &instances[number].locals[..]);
            collector.name(name, locals.unwrap_or_default(), *instance);
        }
        let Self { needs, credentials, .. } = collector.found;
        let credentials = credentials
            .into_iter()
            .map(|(name, count)| Need::Credential(name, count));
        needs.into_iter().chain(credentials).collect()
    }
}
