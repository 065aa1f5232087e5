//! The same JSON text in another layout: white space between tokens, the order of members and escapes mean nothing, and
//! what the document does not show may be there all the same (RFC 8259 §2, §4, §7). No suite may find a violation under
//! any of these readings.

use std::{fmt::Write as _, sync::Arc};

use crate::{
    Reading,
    json::Node,
    variant::Subject,
    ws_service::{HonestWs, Session, WsBehaviour, WsCall, WsOutcome},
};

pub(super) const READINGS: &[Reading] = &[
    Reading {
        name: "ws/json-spaced",
        text: "JSON is sent with line breaks around it.",
        shows: &[],
        behaviour: Subject::WsService(|| Arc::new(Layout(|reply| format!("\r\n\t {reply} \n")))),
    },
    Reading {
        name: "ws/json-pretty",
        text: "JSON is sent with a line and an indent for each member.",
        shows: &[],
        behaviour: Subject::WsService(|| Arc::new(Layout(|reply| pretty(reply, 1)))),
    },
    Reading {
        name: "ws/json-reversed",
        text: "The members of an object come in another order.",
        shows: &[],
        behaviour: Subject::WsService(|| Arc::new(Layout(|reply| reversed(reply).to_string()))),
    },
    Reading {
        name: "ws/json-escaped",
        text: "Characters beyond ASCII are escaped, as PHP and Python do.",
        shows: &[],
        behaviour: Subject::WsService(|| Arc::new(Layout(|reply| escaped(&reply.to_string())))),
    },
    Reading {
        name: "ws/members-extra",
        text: "Every reply and push has members that the document does not show.",
        shows: &[],
        behaviour: Subject::WsService(|| Arc::new(Extra)),
    },
    Reading {
        name: "ws/members-null",
        text: "Every result has all four members, null where they do not apply, as typed languages write them.",
        shows: &[],
        behaviour: Subject::WsService(|| Arc::new(Layout(|reply| with_nulls(reply).to_string()))),
    },
];

/// How a message is written.
struct Layout(fn(&Node) -> String);

impl WsBehaviour for Layout {
    fn render(&self, reply: &Node) -> String {
        self.0(reply)
    }
}

fn with_nulls(reply: &Node) -> Node {
    let Node::Object(members) = reply else {
        return reply.clone();
    };
    let all = |(name, value): &(String, Node)| match value {
        Node::Object(result) if name == "result" => {
            let mut result = result.clone();
            for name in ["data", "errorCode", "errorExtra", "extra"] {
                if !result.iter().any(|(known, _)| known == name) {
                    result.push((name.to_owned(), Node::raw("null")));
                }
            }
            (name.clone(), Node::Object(result))
        }
        _ => (name.clone(), value.clone()),
    };
    Node::Object(members.iter().map(all).collect())
}

fn pretty(node: &Node, depth: usize) -> String {
    let Node::Object(members) = node else {
        return node.to_string();
    };
    let indent = "    ".repeat(depth);
    let lines: Vec<String> = members
        .iter()
        .map(|(name, node)| format!("{indent}{} : {}", Node::text(name), pretty(node, depth + 1)))
        .collect();
    format!("{{\n{}\n{}}}", lines.join(",\n"), "    ".repeat(depth - 1))
}

fn reversed(node: &Node) -> Node {
    match node {
        Node::Object(members) => {
            let members = members.iter().rev();
            Node::Object(members.map(|(name, node)| (name.clone(), reversed(node))).collect())
        }
        Node::Raw(_) => node.clone(),
    }
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for unit in text.encode_utf16() {
        match u8::try_from(unit) {
            Ok(byte) if byte.is_ascii() => out.push(char::from(byte)),
            // Writing to a String can't fail.
            _ => drop(write!(out, "\\u{unit:04x}")),
        }
    }
    out
}

struct Extra;

impl Extra {
    fn add(reply: &mut Node) {
        reply.set("server", Node::text("node-7"));
        reply.set("debug", Node::raw("[1,{}]"));
        for path in [&["result"][..], &["result", "extra"], &["result", "errorExtra"]] {
            if let Some(object) = reply.at(path) {
                object.set("took", Node::raw("0.25"));
            }
        }
    }
}

impl WsBehaviour for Extra {
    fn change_reply(&self, _session: &Session, _call: Option<&WsCall>, _outcome: &WsOutcome, reply: &mut Node) {
        Self::add(reply);
    }

    fn push(&self, receiver: &Session, call: &WsCall, event: &str, data: &str) -> Node {
        let mut push = HonestWs.push(receiver, call, event, data);
        Self::add(&mut push);
        push
    }
}
