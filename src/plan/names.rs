//! Dotted names: which of them a row uses, and what they need of the target.

use std::{collections::BTreeSet, sync::Arc};

use super::{Counts, Instance, Need, Row, TargetSuite};
use crate::{
    suite::case::{Act, Mention},
    suite::manifest::Manifest,
    syntax::effects::Effects,
    syntax::json::Node,
    syntax::template::{Placeholder, Slot, Template},
};

/// The binding whose name is the longest beginning of `name`, and the rest of the name.
pub fn find<'b, 'n, T>(bindings: &'b [(String, T)], name: &'n str) -> Option<(&'b T, &'n str)> {
    let fits = |bound: &str| match name.strip_prefix(bound) {
        Some("") => Some(""),
        Some(rest) => rest.strip_prefix('.'),
        None => None,
    };
    // Of equal names the one that was bound last counts.
    let all = bindings
        .iter()
        .rev()
        .filter_map(|(bound, value)| Some((bound.len(), value, fits(bound)?)));
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

struct Collector<'a> {
    row: &'a Row,
    manifest: &'a Manifest,
    credentials: Counts,
    needs: BTreeSet<Need>,
    depth: usize,
}

impl<'a> Collector<'a> {
    fn placeholder(&mut self, placeholder: &Placeholder, locals: &'a [(String, Template)]) {
        let name = placeholder.name.as_str();
        let row = self.row;
        if let Some((template, rest)) = find(locals, name).or_else(|| find(&row.values, name)) {
            // A row's value may name another of its tables; a ring of them would never end.
            if self.depth < 16 {
                self.depth += 1;
                follow(template, rest).placeholders(&mut |inner| self.placeholder(inner, locals));
                self.depth -= 1;
            }
        } else if let Some((name, count)) = credential(name, self.manifest) {
            let most = self.credentials.entry(name.to_owned()).or_default();
            *most = count.max(*most);
        } else if let Some(rest) = name.strip_prefix("call.") {
            self.needs.insert(Need::Call(first(rest)));
        } else if let Some(rest) = name.strip_prefix("value.") {
            self.needs.insert(Need::Value(first(rest)));
        }
    }
}

fn first(path: &str) -> String {
    path.split('.').next().unwrap_or_default().to_owned()
}

/// Everything of the target that a row's steps need.
pub fn needs(row: &Row, instances: &[Arc<Instance>], manifest: &Manifest, target: &TargetSuite) -> Vec<Need> {
    let mut collector = Collector {
        row,
        manifest,
        credentials: Counts::new(),
        needs: BTreeSet::new(),
        depth: 0,
    };
    let mut websocket = false;
    for instance in instances {
        let step = &*instance.step;
        match step.act.deed().mention() {
            Some(Mention::Situation(situation)) => {
                collector.needs.insert(Need::Call(situation.to_owned()));
                // A hook replaces the message, and so what the message needs.
                if super::is_hook(target, situation) {
                    continue;
                }
            }
            Some(Mention::Endpoint { name, scheme }) => {
                let endpoint = manifest.endpoint(name, scheme);
                collector
                    .needs
                    .extend(endpoint.map(|endpoint| Need::Endpoint(endpoint.name.clone())));
            }
            None => {}
        }
        websocket |= matches!(step.act, Act::Open(_));
        step.placeholders(&mut |placeholder| collector.placeholder(placeholder, &instance.locals));
    }
    if websocket && let Some(fence) = &manifest.fence {
        fence
            .send
            .placeholders(&mut |placeholder| collector.placeholder(placeholder, &[]));
    }
    if row.case.effects != Effects::Read {
        collector.needs.insert(Need::Effects(row.case.effects));
    }
    let credentials = collector
        .credentials
        .into_iter()
        .map(|(name, count)| Need::Credential(name, count));
    collector.needs.into_iter().chain(credentials).collect()
}
