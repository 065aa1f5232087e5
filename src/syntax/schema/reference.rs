//! What a schema refers to, and what is wrong with it, said where it is written. Nothing outside the schemas folder can be
//! referred to.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{SCHEMA_MAPS, SCHEMAS};
use crate::syntax::{
    diagnostic::{Diagnostic, nearest},
    json::{self, Node},
    source::{Place, Source},
};

/// Shows every `$ref` of a schema to `visit`.
pub fn references(schema: &Node, visit: &mut dyn FnMut(&Node, &str)) {
    for member in schema.members() {
        if let ("$ref", Some(reference)) = (member.key.as_str(), member.value.as_str()) {
            visit(&member.value, reference);
        }
        if SCHEMA_MAPS.contains(&member.key.as_str()) {
            let inner = member.value.members().iter();
            inner.for_each(|inner| references(&inner.value, visit));
        } else if SCHEMAS.contains(&member.key.as_str()) {
            references(&member.value, visit);
            let items = member.value.items().iter();
            items.for_each(|item| references(item, visit));
        }
    }
}

/// Shows those that speak of the same value as the schema itself, not of a part of it.
fn references_in_place<'n>(schema: &'n Node, visit: &mut dyn FnMut(&'n Node, &'n str)) {
    for member in schema.members() {
        match (member.key.as_str(), member.value.as_str()) {
            ("$ref", Some(reference)) => visit(&member.value, reference),
            ("allOf" | "anyOf" | "oneOf" | "not" | "if" | "then" | "else", _) => {
                references_in_place(&member.value, visit);
                let items = member.value.items().iter();
                items.for_each(|item| references_in_place(item, visit));
            }
            _ => {}
        }
    }
}

/// Whether a reference of the schema `name` comes back to itself without a step into the value: it would never say anything
/// of it (JSON Schema 2020-12 §9.4.1).
pub fn is_circle(name: &str, own: &Node, reference: &str, documents: &BTreeMap<String, (Source, Node, Value)>) -> bool {
    let mut seen = BTreeSet::new();
    let mut open = vec![(name.to_owned(), reference)];
    while let Some((from, reference)) = open.pop() {
        let to = meant(&from, reference);
        let pointer = reference.split_once('#').map_or("", |(_, pointer)| pointer);
        let target = documents.get(&to).and_then(|(_, node, _)| node.pointer(pointer));
        let mut circle = false;
        let mut visit = |node: &Node, next| {
            circle |= to == name && node.span == own.span;
            if seen.insert((to.clone(), node.span.start)) {
                open.push((to.clone(), next));
            }
        };
        if let Some(target) = target {
            references_in_place(target, &mut visit);
        }
        if circle {
            return true;
        }
    }
    false
}

/// The name of the schema that a reference of another means: as a URL is relative to another, beside it.
pub fn meant(name: &str, reference: &str) -> String {
    let file = reference.split('#').next().unwrap_or_default();
    if file.is_empty() {
        return name.to_owned();
    }
    let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = if file.starts_with('/') {
        Vec::new()
    } else {
        folder.split('/').filter(|part| !part.is_empty()).collect()
    };
    let file = file.trim_end_matches(".json");
    for part in file.split('/').filter(|part| !matches!(*part, "" | ".")) {
        match part {
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// Where the pattern stands that an error of the library quotes.
pub fn pattern_place(source: &Source, why: &str) -> Option<Place> {
    fn find<'n>(node: &'n Node, why: &str) -> Option<&'n Node> {
        let pattern = node.member("pattern").filter(|pattern| {
            let quoted = pattern.to_string();
            why.contains(&quoted)
        });
        let inside = || {
            let members = node.members().iter().map(|member| &member.value);
            node.items().iter().chain(members).find_map(|inner| find(inner, why))
        };
        pattern.or_else(inside)
    }
    let node = json::parse(source.text()).ok()?;
    find(&node, why).map(|pattern| source.place(pattern.span.clone()))
}

/// What is wrong with a reference, if anything is.
pub fn refuse(
    meant: &str,
    place: Place,
    reference: &str,
    documents: &BTreeMap<String, (Source, Node, Value)>,
    broken: &[String],
) -> Option<Diagnostic> {
    let what = format!("`{reference}` refers to nothing");
    let (file, pointer) = reference.split_once('#').unwrap_or((reference, ""));
    if file.contains(':') {
        return Some(
            Diagnostic::at(place, what, "only schemas of the schemas folder can be referred to")
                .help("a schema means the same on every machine and without a network: copy what you need"),
        );
    }
    if broken.iter().any(|broken| broken == meant) {
        return None;
    }
    let Some((_, node, _)) = documents.get(meant) else {
        let diagnostic = Diagnostic::at(place, what, format!("there is no schema `{meant}`"));
        let known = documents.keys().map(String::as_str);
        return Some(match nearest(meant, known) {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
            None => diagnostic.help(format!("add `schemas/{meant}.json`")),
        });
    };
    let fine = pointer.is_empty() || (pointer.starts_with('/') && node.pointer(pointer).is_some());
    (!fine).then(|| {
        Diagnostic::at(place, what, format!("`{meant}` has nothing at `{pointer}`"))
            .help("a pointer looks like `#/$defs/NAME`")
    })
}
