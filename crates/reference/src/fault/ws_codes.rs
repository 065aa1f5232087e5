//! Codes that are of the wrong kind, or another situation's.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::{
    json::Node,
    ws_service::{Call, Conduct, ErrorCode, Outcome, Rejection, Session},
};

pub const SUCCESS_TEXT: Fault = Fault {
    name: "ws/success-code-text",
    suite: "ws-service",
    text: "The code of a success is the string \"200\" instead of the number.",
    breaks: &["WS-RES-1"],
    conduct: Subject::WsService(|| {
        Arc::new(Codes(|_, outcome, reply| {
            if matches!(outcome, Outcome::Success(_)) {
                reply.set("code", Node::text("200"));
            }
        }))
    }),
};

pub const REFUSAL_TEXT: Fault = Fault {
    name: "ws/rejection-code-text",
    suite: "ws-service",
    text: "The code of a refused call is a string.",
    breaks: &["WS-RES-12"],
    conduct: Subject::WsService(|| {
        Arc::new(Codes(|_, outcome, reply| {
            if let Outcome::Rejection(code) = outcome {
                reply.set("code", Node::text(&code.number().to_string()));
            }
        }))
    }),
};

pub const REFUSAL_UNLISTED: Fault = Fault {
    name: "ws/rejection-code-unlisted",
    suite: "ws-service",
    text: "An interface that does not exist is 1405, as a router has it.",
    breaks: &["WS-CALL-3", "WS-CALL-12", "WS-RES-8"],
    conduct: Subject::WsService(|| {
        Arc::new(Codes(|_, outcome, reply| {
            if *outcome == Outcome::Rejection(Rejection::NoSuchInterface) {
                reply.set("code", Node::number(1405));
            }
        }))
    }),
};

pub const STALE_UNLISTED: Fault = Fault {
    name: "ws/stale-code-unlisted",
    suite: "ws-service",
    text: "A bad ts fails with -9000, a code of another table.",
    breaks: &[
        "WS-CALL-12",
        "WS-RES-7",
        "WS-RES-8",
        "WS-TS-1",
        "WS-TS-2",
        "WS-TS-3",
        "WS-TS-6",
        "WS-TS-7",
        "WS-TS-9",
    ],
    conduct: Subject::WsService(|| {
        Arc::new(Codes(|_, outcome, reply| {
            if let (Outcome::Failure(ErrorCode::Illegal1), Some(result)) = (outcome, reply.at(&["result"])) {
                result.set("errorCode", Node::number(-9000));
            }
        }))
    }),
};

pub const FAILURE_1200: Fault = Fault {
    name: "ws/failure-code-1200",
    suite: "ws-service",
    text: "A failure has the code of a push.",
    breaks: &["WS-CALL-6", "WS-PUSH-3", "WS-TS-5"],
    conduct: Subject::WsService(|| {
        Arc::new(Codes(|_, outcome, reply| {
            if matches!(outcome, Outcome::Failure(_)) {
                reply.set("code", Node::number(1200));
            }
        }))
    }),
};

pub const INDEX_1200: Fault = Fault {
    name: "ws/index-code-1200",
    suite: "ws-service",
    text: "The reply to index has the code of a push, if the call has a mark.",
    breaks: &["WS-CALL-6", "WS-PUSH-3", "WS-PUSH-5", "WS-RES-1"],
    conduct: Subject::WsService(|| {
        Arc::new(Codes(|call, outcome, reply| {
            let marked = call.is_some_and(|call| call.mark().is_some());
            let index = call.and_then(|call| call.action.as_deref()) == Some("index");
            if marked && index && matches!(outcome, Outcome::Success(_)) {
                reply.set("code", Node::number(1200));
            }
        }))
    }),
};

pub const UNPAID_DATA: Fault = Fault {
    name: "ws/unpaid-with-data",
    suite: "ws-service",
    text: "A 1402 carries a preview of the data.",
    breaks: &["WS-RES-10", "WS-RES-4"],
    conduct: Subject::WsService(|| {
        Arc::new(Codes(|_, outcome, reply| {
            let unpaid = *outcome == Outcome::Rejection(Rejection::Unpaid);
            if let Some(result) = reply.at(&["result"]).filter(|_| unpaid) {
                result.set("data", Node::object([("preview", Node::raw("true"))]));
            }
        }))
    }),
};

pub const SWAPPED: Fault = Fault {
    name: "ws/illegal-codes-swapped",
    suite: "ws-service",
    text: "-10000, -10002 and -10003 are mixed up.",
    breaks: &["WS-RES-13"],
    conduct: Subject::WsService(|| Arc::new(Swapped)),
};

pub const MALFORMED: Fault = Fault {
    name: "ws/malformed-failure",
    suite: "ws-service",
    text: "A message that is no JSON object fails with -10000 instead of 1400.",
    breaks: &["WS-CALL-4", "WS-CALL-12", "WS-RES-12"],
    conduct: Subject::WsService(|| {
        Arc::new(Codes(|_, outcome, reply| {
            if *outcome == Outcome::Rejection(Rejection::Malformed) {
                *reply = Outcome::Failure(ErrorCode::Unknown).envelope(None, None);
            }
        }))
    }),
};

/// What is done to a reply.
struct Codes(fn(Option<&Call>, &Outcome, &mut Node));

impl Conduct for Codes {
    fn amend(&self, _session: &Session, call: Option<&Call>, outcome: &Outcome, reply: &mut Node) {
        self.0(call, outcome, reply);
    }
}

struct Swapped;

impl Conduct for Swapped {
    fn decide(&self, _session: &Session, _call: &Call, honest: Outcome) -> Outcome {
        match honest {
            Outcome::Failure(ErrorCode::Unknown) => Outcome::Failure(ErrorCode::Illegal2),
            Outcome::Failure(ErrorCode::Illegal2) => Outcome::Failure(ErrorCode::Illegal3),
            Outcome::Failure(ErrorCode::Illegal3) => Outcome::Failure(ErrorCode::Unknown),
            other => other,
        }
    }
}
