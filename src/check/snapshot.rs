//! `snapshot`: a reply worth keeping. It says "as before" and judges no clause.

use super::Observation;
use crate::{
    syntax::diagnostic::Diagnostic,
    syntax::id::is_part,
    syntax::json::{Node, Value},
    syntax::shape::{Shape, Variant, list, optional, required},
    syntax::source::Source,
};

/// A reply to keep under a name.
#[derive(Clone, Debug)]
pub struct Snapshot {
    pub name: String,
    /// Places whose values change from run to run.
    pub mask: Vec<String>,
}

/// A reply as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    pub name: String,
    pub text: String,
}

/// The check's shape.
pub fn variant() -> Variant {
    Variant {
        key: "snapshot",
        text: "the message is as it was when it was accepted",
        fields: vec![
            required("snapshot", Shape::Text, "the snapshot's name"),
            optional(
                "mask",
                list(Shape::Pointer),
                "places whose values change from run to run",
            ),
        ],
    }
}

/// Reads the check.
pub fn read(source: &Source, node: &Node, found: &mut Vec<Diagnostic>) -> Option<Snapshot> {
    let named = node.member("snapshot")?;
    let name = named.as_str()?.to_owned();
    if !is_part(&name) {
        let place = source.place(named.span.clone());
        found.push(Diagnostic::at(
            place,
            "not a snapshot's name",
            "expected `[a-z0-9][a-z0-9._-]*`",
        ));
        return None;
    }
    let mask = node.member("mask").map(Node::items).unwrap_or_default();
    Some(Snapshot {
        name,
        mask: mask.iter().filter_map(Node::as_str).map(str::to_owned).collect(),
    })
}

impl Snapshot {
    /// The message as it is kept: JSON indented and masked, anything else as it is shown.
    pub fn keep(&self, seen: &Observation<'_>) -> Kept {
        let text = match seen.json() {
            Ok(node) => {
                let mut node = node.clone();
                for pointer in &self.mask {
                    mask(&mut node, pointer);
                }
                indent(&node)
            }
            Err(_) => seen.show(),
        };
        Kept {
            name: self.name.clone(),
            text,
        }
    }
}

fn mask(node: &mut Node, pointer: &str) {
    let Some((first, rest)) = pointer.strip_prefix('/').map(|p| p.split_once('/').unwrap_or((p, ""))) else {
        let masked = format!("[{}]", node.type_name());
        node.value = Value::String(masked);
        return;
    };
    let rest = if rest.is_empty() {
        String::new()
    } else {
        format!("/{rest}")
    };
    match &mut node.value {
        Value::Object(members) => {
            let members = members.iter_mut().filter(|member| member.key == first);
            members.for_each(|member| mask(&mut member.value, &rest));
        }
        Value::Array(items) => {
            if let Some(item) = first.parse::<usize>().ok().and_then(|i| items.get_mut(i)) {
                mask(item, &rest);
            }
        }
        _ => {}
    }
}

fn indent(node: &Node) -> String {
    fn write(node: &Node, depth: usize, out: &mut String) {
        let pad = "  ".repeat(depth + 1);
        match &node.value {
            Value::Array(items) if !items.is_empty() => {
                for (i, item) in items.iter().enumerate() {
                    out.push_str(if i == 0 { "[\n" } else { ",\n" });
                    out.push_str(&pad);
                    write(item, depth + 1, out);
                }
                out.push_str(&format!("\n{}]", "  ".repeat(depth)));
            }
            Value::Object(members) if !members.is_empty() => {
                for (i, member) in members.iter().enumerate() {
                    out.push_str(if i == 0 { "{\n" } else { ",\n" });
                    out.push_str(&format!("{pad}{}: ", Node::text(&member.key)));
                    write(&member.value, depth + 1, out);
                }
                out.push_str(&format!("\n{}}}", "  ".repeat(depth)));
            }
            _ => out.push_str(&node.to_string()),
        }
    }
    let mut out = String::new();
    write(node, 0, &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::{event::Received, frame::Opcode};

    #[test]
    fn masked_places_show_their_type_only() {
        let message = Received::new(Opcode::Text, r#"{"a":{"ts":17,"b":[1.0,{"c":2}]},"d":{}}"#);
        let snapshot = Snapshot {
            name: "x".into(),
            mask: vec!["/a/ts".into(), "/a/b/1/c".into(), "/none".into()],
        };
        assert_eq!(
            snapshot.keep(&Observation::message(&message)).text,
            "{\n  \"a\": {\n    \"ts\": \"[integer]\",\n    \"b\": [\n      1.0,\n      {\n        \"c\": \"[integer]\"\n      }\n    ]\n  },\n  \"d\": {}\n}"
        );
    }
}
