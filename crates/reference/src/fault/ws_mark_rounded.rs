//! Numbers that pass through a double, as every number does in JavaScript.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::{
    json::Node,
    ws_service::{Call, Conduct, Outcome, Session, is_integer},
};

pub const FAULT: Fault = Fault {
    name: "ws/mark-rounded",
    suite: "ws-service",
    text: "An integer mark beyond 2^53 loses its last digits.",
    breaks: &["WS-MARK-4"],
    conduct: Subject::WsService(|| Arc::new(MarkRounded)),
};

struct MarkRounded;

impl Conduct for MarkRounded {
    fn mark(&self, _session: &Session, call: &Call, _outcome: &Outcome) -> Option<Node> {
        call.mark()
            .map(|raw| Node::raw(rounded(raw).unwrap_or_else(|| raw.to_owned())))
    }
}

/// The nearest double to an integer, in digits; `None` if it is no integer, or one that a double holds.
fn rounded(raw: &str) -> Option<String> {
    let double: f64 = raw.parse().ok().filter(|_| is_integer(raw))?;
    (double.abs() > 9_007_199_254_740_991.0).then(|| format!("{double:.0}"))
}
