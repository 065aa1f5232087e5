//! The codes of failures and rejections (WS-RES). No fault here may touch a reply that has another situation's code.

use std::sync::Arc;

use crate::{
    Fault,
    json::Node,
    variant::Subject,
    ws_service::{ErrorCode, Rejection, Session, WsBehaviour, WsCall, WsOutcome},
};

pub(super) const FAULTS: &[Fault] = &[
    // Codes kept as text in a table. Error disconnects are as they should be.
    Fault {
        name: "ws/error-code-text",
        text: "The errorCode is a string instead of a number.",
        breaks: &["WS-RES-3"],
        behaviour: Subject::WsService(|| Arc::new(ErrorCodeText)),
    },
    // The codes of a later revision of the document, in which the two have changed places.
    Fault {
        name: "ws/offline-maintenance-swapped",
        text: "-10004 and -10005 stand for each other.",
        breaks: &["WS-RES-9"],
        behaviour: Subject::WsService(|| Arc::new(OfflineMaintenanceSwapped)),
    },
    // A code of a sibling service that leaks through.
    Fault {
        name: "ws/error-code-unlisted",
        text: "A restricted call fails with a code that the document does not have.",
        breaks: &["WS-RES-8", "WS-RES-9"],
        behaviour: Subject::WsService(|| Arc::new(ErrorCodeUnlisted)),
    },
    // Codes that are of the wrong kind, or another situation's.
    Fault {
        name: "ws/success-code-text",
        text: "The code of a success is the string \"200\" instead of the number.",
        breaks: &["WS-RES-1"],
        behaviour: Subject::WsService(|| {
            Arc::new(Codes(|_, outcome, reply| {
                if matches!(outcome, WsOutcome::Success(_)) {
                    reply.set("code", Node::text("200"));
                }
            }))
        }),
    },
    Fault {
        name: "ws/rejection-code-text",
        text: "The code of a refused call is a string.",
        breaks: &["WS-RES-12"],
        behaviour: Subject::WsService(|| {
            Arc::new(Codes(|_, outcome, reply| {
                if let WsOutcome::Rejection(code) = outcome {
                    reply.set("code", Node::text(&code.number().to_string()));
                }
            }))
        }),
    },
    Fault {
        name: "ws/rejection-code-unlisted",
        text: "An interface that does not exist is 1405, as a router has it.",
        breaks: &["WS-CALL-3", "WS-CALL-12", "WS-RES-8"],
        behaviour: Subject::WsService(|| {
            Arc::new(Codes(|_, outcome, reply| {
                if *outcome == WsOutcome::Rejection(Rejection::NoSuchInterface) {
                    reply.set("code", Node::number(1405));
                }
            }))
        }),
    },
    Fault {
        name: "ws/stale-code-unlisted",
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
        behaviour: Subject::WsService(|| {
            Arc::new(Codes(|_, outcome, reply| {
                if let (WsOutcome::Failure(ErrorCode::Illegal1), Some(result)) = (outcome, reply.at(&["result"])) {
                    result.set("errorCode", Node::number(-9000));
                }
            }))
        }),
    },
    Fault {
        name: "ws/failure-code-1200",
        text: "A failure has the code of a push.",
        breaks: &["WS-CALL-6", "WS-PUSH-3", "WS-TS-5"],
        behaviour: Subject::WsService(|| {
            Arc::new(Codes(|_, outcome, reply| {
                if matches!(outcome, WsOutcome::Failure(_)) {
                    reply.set("code", Node::number(1200));
                }
            }))
        }),
    },
    Fault {
        name: "ws/index-code-1200",
        text: "The reply to index has the code of a push, if the call has a mark.",
        breaks: &["WS-CALL-6", "WS-PUSH-3", "WS-PUSH-5", "WS-RES-1"],
        behaviour: Subject::WsService(|| {
            Arc::new(Codes(|call, outcome, reply| {
                let marked = call.is_some_and(|call| call.mark().is_some());
                let index = call.and_then(|call| call.action.as_deref()) == Some("index");
                if marked && index && matches!(outcome, WsOutcome::Success(_)) {
                    reply.set("code", Node::number(1200));
                }
            }))
        }),
    },
    Fault {
        name: "ws/unpaid-with-data",
        text: "A 1402 carries a preview of the data.",
        breaks: &["WS-RES-10", "WS-RES-4"],
        behaviour: Subject::WsService(|| {
            Arc::new(Codes(|_, outcome, reply| {
                let unpaid = *outcome == WsOutcome::Rejection(Rejection::Unpaid);
                if let Some(result) = reply.at(&["result"]).filter(|_| unpaid) {
                    result.set("data", Node::object([("preview", Node::raw("true"))]));
                }
            }))
        }),
    },
    Fault {
        name: "ws/illegal-codes-swapped",
        text: "-10000, -10002 and -10003 are mixed up.",
        breaks: &["WS-RES-13"],
        behaviour: Subject::WsService(|| Arc::new(Swapped)),
    },
    Fault {
        name: "ws/malformed-failure",
        text: "A message that is no JSON object fails with -10000 instead of 1400.",
        breaks: &["WS-CALL-4", "WS-CALL-12", "WS-RES-12"],
        behaviour: Subject::WsService(|| {
            Arc::new(Codes(|_, outcome, reply| {
                if *outcome == WsOutcome::Rejection(Rejection::Malformed) {
                    *reply = WsOutcome::Failure(ErrorCode::Unknown).envelope(None, None);
                }
            }))
        }),
    },
];

struct ErrorCodeText;

impl WsBehaviour for ErrorCodeText {
    fn change_reply(&self, _session: &Session, _call: Option<&WsCall>, outcome: &WsOutcome, reply: &mut Node) {
        if let (WsOutcome::Failure(code), Some(result)) = (outcome, reply.at(&["result"])) {
            result.set("errorCode", Node::text(&code.number().to_string()));
        }
    }
}

struct OfflineMaintenanceSwapped;

impl WsBehaviour for OfflineMaintenanceSwapped {
    fn decide(&self, _session: &Session, _call: &WsCall, honest: WsOutcome) -> WsOutcome {
        match honest {
            WsOutcome::Failure(ErrorCode::Offline) => WsOutcome::Failure(ErrorCode::Maintenance),
            WsOutcome::Failure(ErrorCode::Maintenance) => WsOutcome::Failure(ErrorCode::Offline),
            other => other,
        }
    }
}

struct ErrorCodeUnlisted;

impl WsBehaviour for ErrorCodeUnlisted {
    fn change_reply(&self, _session: &Session, _call: Option<&WsCall>, outcome: &WsOutcome, reply: &mut Node) {
        if let (WsOutcome::Failure(ErrorCode::Restricted), Some(result)) = (outcome, reply.at(&["result"])) {
            result.set("errorCode", Node::number(-7000));
        }
    }
}

/// What is done to a reply.
struct Codes(fn(Option<&WsCall>, &WsOutcome, &mut Node));

impl WsBehaviour for Codes {
    fn change_reply(&self, _session: &Session, call: Option<&WsCall>, outcome: &WsOutcome, reply: &mut Node) {
        self.0(call, outcome, reply);
    }
}

struct Swapped;

impl WsBehaviour for Swapped {
    fn decide(&self, _session: &Session, _call: &WsCall, honest: WsOutcome) -> WsOutcome {
        match honest {
            WsOutcome::Failure(ErrorCode::Unknown) => WsOutcome::Failure(ErrorCode::Illegal2),
            WsOutcome::Failure(ErrorCode::Illegal2) => WsOutcome::Failure(ErrorCode::Illegal3),
            WsOutcome::Failure(ErrorCode::Illegal3) => WsOutcome::Failure(ErrorCode::Unknown),
            other => other,
        }
    }
}
