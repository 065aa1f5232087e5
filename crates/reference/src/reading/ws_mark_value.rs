//! How a mark is kept between call and reply: its value must come back, its spelling need not (AMB-A8).

use std::sync::Arc;

use serde_json::Value;

use super::{Reading, Subject};
use crate::{
    json::Node,
    ws_service::{Call, Conduct, ErrorCode, Honest, Outcome, Session, is_integer},
};

pub const ROUNDED: Reading = Reading {
    name: "ws/mark-rounded-beyond-64-bit",
    suite: "ws-service",
    text: "An integer mark beyond 64 bits is kept in a double.",
    shows: &[("WS-MARK-4", "rounded-beyond-64-bit")],
    conduct: Subject::WsService(|| Arc::new(Kept(rounded))),
};

pub const RESPELLED: Reading = Reading {
    name: "ws/mark-respelled",
    suite: "ws-service",
    text: "A mark is decoded and encoded again: escapes are resolved, a number loses what does not change its value.",
    shows: &[("WS-MARK-5", "number-respelled"), ("WS-MARK-5", "other-spelling")],
    conduct: Subject::WsService(|| Arc::new(Kept(respelled))),
};

pub const ONE_KEPT: Reading = Reading {
    name: "ws/mark-one-of-repeated-members",
    suite: "ws-service",
    text: "Of two members of the same name in a mark the last is kept.",
    shows: &[("WS-MARK-14", "one-kept")],
    conduct: Subject::WsService(|| Arc::new(Kept(decoded))),
};

pub const BOUNDED: Reading = Reading {
    name: "ws/mark-large-refused",
    suite: "ws-service",
    text: "A call with a mark of more than 150 bytes is an illegal request.",
    shows: &[("WS-MARK-9", "clean-error")],
    conduct: Subject::WsService(|| Arc::new(Bounded)),
};

pub const BESIDE: Reading = Reading {
    name: "ws/mark-beside-params",
    suite: "ws-service",
    text: "A mark beside params counts where there is none inside.",
    shows: &[("WS-MARK-13", "returned")],
    conduct: Subject::WsService(|| Arc::new(Beside)),
};

/// The longest mark that is taken.
const LONGEST: usize = 150;

fn rounded(raw: &str) -> String {
    if is_integer(raw) && raw.parse::<i64>().is_err() {
        return raw
            .parse::<f64>()
            .map_or_else(|_| raw.to_owned(), |double| format!("{double:e}"));
    }
    raw.to_owned()
}

fn respelled(raw: &str) -> String {
    if raw.starts_with('"') {
        return decoded(raw);
    }
    let number = raw.starts_with(|first: char| first == '-' || first.is_ascii_digit());
    match raw.parse::<f64>() {
        Ok(double) if number && raw.contains(['.', 'e', 'E']) && (1e-5..1e15).contains(&double.abs()) => {
            double.to_string()
        }
        _ => raw.to_owned(),
    }
}

fn decoded(raw: &str) -> String {
    serde_json::from_str::<Value>(raw).map_or_else(|_| raw.to_owned(), |value| value.to_string())
}

/// What becomes of a mark's text.
struct Kept(fn(&str) -> String);

impl Conduct for Kept {
    fn mark(&self, _session: &Session, call: &Call, _outcome: &Outcome) -> Option<Node> {
        call.mark().map(|raw| Node::raw(self.0(raw)))
    }
}

struct Bounded;

fn is_large(call: &Call) -> bool {
    call.mark().is_some_and(|raw| raw.len() > LONGEST)
}

impl Conduct for Bounded {
    fn decide(&self, _session: &Session, call: &Call, honest: Outcome) -> Outcome {
        match honest {
            Outcome::Success(_) if is_large(call) => Outcome::Failure(ErrorCode::Illegal2),
            other => other,
        }
    }

    fn mark(&self, session: &Session, call: &Call, outcome: &Outcome) -> Option<Node> {
        Honest.mark(session, call, outcome).filter(|_| !is_large(call))
    }
}

struct Beside;

impl Conduct for Beside {
    fn mark(&self, session: &Session, call: &Call, outcome: &Outcome) -> Option<Node> {
        let beside = || call.members.get("mark").map(|raw| Node::raw(raw.get()));
        Honest.mark(session, call, outcome).or_else(beside)
    }
}
