//! Marks that come back as something else, or not at all (WS-MARK). No fault here may touch a mark that is a plain text
//! of common length.

use std::sync::Arc;

use crate::{
    Fault,
    json::Node,
    variant::Subject,
    ws_service::{HonestWs, Session, WsBehaviour, WsCall, WsOutcome, is_integer},
};

pub(super) const FAULTS: &[Fault] = &[
    // Numbers that pass through a double, as every number does in JavaScript.
    Fault {
        name: "ws/mark-rounded",
        text: "An integer mark beyond 2^53 loses its last digits.",
        breaks: &["WS-MARK-4"],
        behaviour: Subject::WsService(|| Arc::new(MarkRounded)),
    },
    // PHP, where both are an empty array once decoded.
    Fault {
        name: "ws/mark-object-to-array",
        text: "An empty object comes back as an empty array.",
        breaks: &["WS-MARK-3"],
        behaviour: Subject::WsService(|| Arc::new(MarkObjectToArray)),
    },
    // PHP, where an array whose keys count up from zero is encoded as a list.
    Fault {
        name: "ws/mark-object-to-list",
        text: "An object with the keys 0, 1, ... comes back as an array.",
        breaks: &["WS-MARK-3"],
        behaviour: Subject::WsService(|| Arc::new(MarkObjectToList)),
    },
    // A script that asks whether there is a mark by its truth. A null is left to another fault.
    Fault {
        name: "ws/mark-falsy-dropped",
        text: "A mark of 0, false or \"\" is dropped.",
        breaks: &["WS-MARK-3"],
        behaviour: Subject::WsService(|| Arc::new(MarkFalsyDropped)),
    },
    // A zero value taken for an absent one.
    Fault {
        name: "ws/mark-zero-null",
        text: "A mark of 0 comes back as null.",
        breaks: &["WS-MARK-3"],
        behaviour: Subject::WsService(|| Arc::new(MarkZeroNull)),
    },
    // A null printed into a template.
    Fault {
        name: "ws/mark-null-text",
        text: "A mark of null comes back as the text \"null\".",
        breaks: &["WS-MARK-7"],
        behaviour: Subject::WsService(|| Arc::new(MarkNullText)),
    },
    // A correlation id whose type is text in the server.
    Fault {
        name: "ws/mark-stringified",
        text: "A mark that is a number comes back as a string.",
        breaks: &["WS-MARK-1", "WS-MARK-2", "WS-MARK-3", "WS-MARK-4"],
        behaviour: Subject::WsService(|| Arc::new(MarkStringified)),
    },
    // A default value for a member that is optional.
    Fault {
        name: "ws/mark-invented",
        text: "A call without a mark gets one in its reply.",
        breaks: &["WS-MARK-6"],
        behaviour: Subject::WsService(|| Arc::new(MarkInvented)),
    },
    // A column that silently cuts off what does not fit.
    Fault {
        name: "ws/mark-cut-off",
        text: "A mark of more than 255 characters is cut off.",
        breaks: &["WS-MARK-9"],
        behaviour: Subject::WsService(|| Arc::new(MarkCutOff)),
    },
    // An error path that builds its own reply and forgets the mark.
    Fault {
        name: "ws/mark-missing-in-failures",
        text: "A call that fails gets no mark back.",
        breaks: &["WS-MARK-2"],
        behaviour: Subject::WsService(|| Arc::new(MarkMissingInFailures)),
    },
    // A gate that answers before the call is taken apart. Only pushes and error disconnects carry no mark (A:24).
    Fault {
        name: "ws/mark-missing-in-rejections",
        text: "A call that is answered with 1402 or 1404 gets no mark back.",
        breaks: &["WS-MARK-11"],
        behaviour: Subject::WsService(|| Arc::new(MarkMissingInRejections)),
    },
    // A mark that is read as an unsigned number: the one of the document's example (A:75) is none.
    Fault {
        name: "ws/mark-negative-refused",
        text: "A call whose mark is a negative number is an illegal request.",
        breaks: &["WS-CALL-2", "WS-MARK-1", "WS-MARK-3", "WS-MARK-4"],
        behaviour: Subject::WsService(|| Arc::new(NegativeRefused)),
    },
];

struct MarkRounded;

impl WsBehaviour for MarkRounded {
    fn mark(&self, _session: &Session, call: &WsCall, _outcome: &WsOutcome) -> Option<Node> {
        call.mark()
            .map(|raw| Node::raw(rounded(raw).unwrap_or_else(|| raw.to_owned())))
    }
}

/// The nearest double to an integer, in digits; `None` if it is no integer, or one that a double holds.
fn rounded(raw: &str) -> Option<String> {
    let double: f64 = raw.parse().ok().filter(|_| is_integer(raw))?;
    (double.abs() > 9_007_199_254_740_991.0).then(|| format!("{double:.0}"))
}

struct MarkObjectToArray;

impl WsBehaviour for MarkObjectToArray {
    fn mark(&self, _session: &Session, call: &WsCall, _outcome: &WsOutcome) -> Option<Node> {
        call.mark().map(|raw| Node::raw(if raw == "{}" { "[]" } else { raw }))
    }
}

struct MarkObjectToList;

impl WsBehaviour for MarkObjectToList {
    fn mark(&self, _session: &Session, call: &WsCall, _outcome: &WsOutcome) -> Option<Node> {
        let raw = call.mark()?;
        Some(Node::raw(list(raw).unwrap_or_else(|| raw.to_owned())))
    }
}

fn list(raw: &str) -> Option<String> {
    let members: serde_json::Map<String, serde_json::Value> = serde_json::from_str(raw).ok()?;
    let counts_up = members.keys().enumerate().all(|(index, key)| *key == index.to_string());
    (counts_up && !members.is_empty()).then(|| members.into_values().collect::<serde_json::Value>().to_string())
}

struct MarkFalsyDropped;

impl WsBehaviour for MarkFalsyDropped {
    fn mark(&self, _session: &Session, call: &WsCall, _outcome: &WsOutcome) -> Option<Node> {
        call.mark()
            .filter(|raw| !matches!(*raw, "0" | "false" | r#""""#))
            .map(Node::raw)
    }
}

struct MarkZeroNull;

impl WsBehaviour for MarkZeroNull {
    fn mark(&self, _session: &Session, call: &WsCall, _outcome: &WsOutcome) -> Option<Node> {
        call.mark().map(|raw| Node::raw(if raw == "0" { "null" } else { raw }))
    }
}

struct MarkNullText;

impl WsBehaviour for MarkNullText {
    fn mark(&self, _session: &Session, call: &WsCall, _outcome: &WsOutcome) -> Option<Node> {
        call.mark()
            .map(|raw| if raw == "null" { Node::text(raw) } else { Node::raw(raw) })
    }
}

struct MarkStringified;

impl WsBehaviour for MarkStringified {
    fn mark(&self, _session: &Session, call: &WsCall, _outcome: &WsOutcome) -> Option<Node> {
        call.mark().map(|raw| {
            if raw.starts_with(|first: char| first == '-' || first.is_ascii_digit()) {
                Node::text(raw)
            } else {
                Node::raw(raw)
            }
        })
    }
}

struct MarkInvented;

impl WsBehaviour for MarkInvented {
    fn mark(&self, _session: &Session, call: &WsCall, _outcome: &WsOutcome) -> Option<Node> {
        Some(Node::raw(call.mark().unwrap_or("0")))
    }
}

const LONGEST: usize = 255;

struct MarkCutOff;

impl WsBehaviour for MarkCutOff {
    fn mark(&self, _session: &Session, call: &WsCall, _outcome: &WsOutcome) -> Option<Node> {
        let raw = call.mark()?;
        let text: Option<String> = serde_json::from_str(raw).ok();
        match text.filter(|text| text.chars().count() > LONGEST) {
            Some(text) => Some(Node::text(&text.chars().take(LONGEST).collect::<String>())),
            None => Some(Node::raw(raw)),
        }
    }
}

struct MarkMissingInFailures;

impl WsBehaviour for MarkMissingInFailures {
    fn mark(&self, session: &Session, call: &WsCall, outcome: &WsOutcome) -> Option<Node> {
        match outcome {
            WsOutcome::Failure(_) => None,
            _ => HonestWs.mark(session, call, outcome),
        }
    }
}

struct MarkMissingInRejections;

impl WsBehaviour for MarkMissingInRejections {
    fn mark(&self, session: &Session, call: &WsCall, outcome: &WsOutcome) -> Option<Node> {
        match outcome {
            WsOutcome::Rejection(_) => None,
            _ => HonestWs.mark(session, call, outcome),
        }
    }
}

struct NegativeRefused;

impl WsBehaviour for NegativeRefused {
    fn decide(&self, _session: &Session, call: &WsCall, honest: WsOutcome) -> WsOutcome {
        let negative = call.mark().is_some_and(|raw| raw.starts_with('-') && is_integer(raw));
        match honest {
            WsOutcome::Success(_) if negative => self.stale(),
            other => other,
        }
    }
}
