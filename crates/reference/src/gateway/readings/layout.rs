//! The same JSON in another spelling: white space, the order of members and escapes mean nothing (RFC 8259 §2, §4, §7).
//! No suite may find a violation under any of these readings.

use std::{fmt::Write as _, sync::Arc};

use crate::{Reading, gateway::GatewayBehaviour, json::Node, variant::Subject};

pub(super) const READINGS: &[Reading] = &[
    Reading {
        name: "gw/json-pretty",
        text: "JSON is sent with line breaks and indents.",
        shows: &[],
        behaviour: Subject::Gateway(|| Arc::new(Renders(|reply| pretty(&reply.to_string())))),
    },
    Reading {
        name: "gw/json-escaped",
        text: "Slashes and what is not ASCII are escaped in JSON.",
        shows: &[],
        behaviour: Subject::Gateway(|| Arc::new(Renders(|reply| escaped(&reply.to_string())))),
    },
    Reading {
        name: "gw/json-reversed",
        text: "The members of a reply come in another order.",
        shows: &[],
        behaviour: Subject::Gateway(|| Arc::new(Renders(|reply| reversed(reply).to_string()))),
    },
];

struct Renders(fn(&Node) -> String);

impl GatewayBehaviour for Renders {
    fn render(&self, reply: &Node) -> String {
        self.0(reply)
    }
}

/// JSON text with a line for each value.
fn pretty(text: &str) -> String {
    let (mut out, mut depth, mut quoted, mut escape) = (String::from("\n"), 0, false, false);
    // What is deeper is not indented further: a client may send ten thousand levels and want them back.
    let line = |out: &mut String, depth: usize| {
        out.push('\n');
        out.extend(std::iter::repeat_n(' ', 2 * depth.min(16)));
    };
    for char in text.chars() {
        if quoted {
            out.push(char);
            quoted = escape || char != '"';
            escape = !escape && char == '\\';
            continue;
        }
        match char {
            '{' | '[' => {
                depth += 1;
                out.push(char);
                line(&mut out, depth);
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                line(&mut out, depth);
                out.push(char);
            }
            ',' => {
                out.push(char);
                line(&mut out, depth);
            }
            ':' => out.push_str(" : "),
            '"' => {
                quoted = true;
                out.push(char);
            }
            _ => out.push(char),
        }
    }
    out.push('\n');
    out
}

/// JSON text of ASCII alone, as PHP writes it.
fn escaped(text: &str) -> String {
    let (mut out, mut units, mut escape) = (String::new(), [0; 2], false);
    for char in text.chars() {
        match char {
            '/' if !escape => out.push_str("\\/"),
            _ if char.is_ascii() => out.push(char),
            _ => {
                for unit in char.encode_utf16(&mut units) {
                    // Writing to a String can't fail.
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
        }
        escape = !escape && char == '\\';
    }
    out
}

fn reversed(reply: &Node) -> Node {
    match reply {
        Node::Object(members) => {
            let members = members.iter().rev();
            Node::Object(members.map(|(name, node)| (name.clone(), reversed(node))).collect())
        }
        Node::Raw(_) => reply.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_spelling_means_the_same() {
        let text = r#"{"a":"中/\/\"\\","b":[1,{"c":"😀, : {"}],"d":{}}"#;
        let same = |other: &str| {
            let other: serde_json::Value = serde_json::from_str(other).unwrap();
            assert_eq!(other, serde_json::from_str::<serde_json::Value>(text).unwrap());
        };
        same(&pretty(text));
        same(&escaped(text));
        assert!(escaped(text).is_ascii());
    }
}
