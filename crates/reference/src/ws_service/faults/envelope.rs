//! The members of a reply (WS-RES): of another type, too many, or missing. No fault here may touch the mark.

use std::sync::Arc;

use crate::{
    Fault,
    json::Node,
    variant::Subject,
    ws_service::{Rejection, Session, WsBehaviour, WsCall, WsOutcome},
};

pub(super) const FAULTS: &[Fault] = &[
    // An error path in a language that does not care. Successes are as they should be.
    Fault {
        name: "ws/code-text",
        text: "The code of a failure is the string \"200\" instead of the number.",
        breaks: &["WS-RES-1"],
        behaviour: Subject::WsService(|| Arc::new(CodeText)),
    },
    // One structure for successes and failures, all of whose members are always there.
    Fault {
        name: "ws/failure-with-data",
        text: "A failure also carries data.",
        breaks: &["WS-RES-4"],
        behaviour: Subject::WsService(|| Arc::new(FailureWithData)),
    },
    // A page for "not found" that looks like any other reply.
    Fault {
        name: "ws/rejection-with-data",
        text: "A 1404 carries data.",
        breaks: &["WS-RES-4", "WS-RES-10"],
        behaviour: Subject::WsService(|| Arc::new(RejectionWithData)),
    },
    // A default that nobody overrides.
    Fault {
        name: "ws/failure-says-ok",
        text: "The msg of a failure is \"ok\".",
        breaks: &["WS-RES-7"],
        behaviour: Subject::WsService(|| Arc::new(FailureSaysOk)),
    },
    // The clock of JavaScript, which counts milliseconds.
    Fault {
        name: "ws/extra-ts-milliseconds",
        text: "The ts in a reply is in milliseconds.",
        breaks: &["WS-RES-5"],
        behaviour: Subject::WsService(|| Arc::new(ExtraTsMilliseconds)),
    },
    // PHP, where a list with a hole is encoded as an object.
    Fault {
        name: "ws/index-object",
        text: "The interface member of the index is an object instead of an array.",
        breaks: &["WS-RES-6"],
        behaviour: Subject::WsService(|| Arc::new(IndexObject)),
    },
    // A text that only errors have.
    Fault {
        name: "ws/success-msg-null",
        text: "The msg of a success is null.",
        breaks: &["WS-RES-2"],
        behaviour: Subject::WsService(|| Arc::new(SuccessMsgNull)),
    },
    // A first reply that is built by hand, and later ones by something else that lacks a member.
    Fault {
        name: "ws/data-renamed-later",
        text: "From its second call on a connection gets data under another name.",
        breaks: &[
            "WS-CALL-6",
            "WS-CALL-7",
            "WS-CALL-9",
            "WS-CALL-10",
            "WS-FRAME-8",
            "WS-HB-6",
            "WS-HB-8",
            "WS-MARK-8",
            "WS-OFF-6",
            "WS-PUSH-5",
            "WS-RES-6",
            "WS-TOKEN-12",
            "WS-TS-5",
            "WS-TS-10",
        ],
        behaviour: Subject::WsService(|| Arc::new(Later { success: true })),
    },
    Fault {
        name: "ws/error-code-renamed-later",
        text: "From its second call on a connection gets errorCode under another name.",
        breaks: &["WS-CALL-6", "WS-CALL-7", "WS-TS-5"],
        behaviour: Subject::WsService(|| Arc::new(Later { success: false })),
    },
];

struct CodeText;

impl WsBehaviour for CodeText {
    fn change_reply(&self, _session: &Session, _call: Option<&WsCall>, outcome: &WsOutcome, reply: &mut Node) {
        if matches!(outcome, WsOutcome::Failure(_)) {
            reply.set("code", Node::text("200"));
        }
    }
}

struct FailureWithData;

impl WsBehaviour for FailureWithData {
    fn change_reply(&self, _session: &Session, _call: Option<&WsCall>, outcome: &WsOutcome, reply: &mut Node) {
        if let (WsOutcome::Failure(_), Some(result)) = (outcome, reply.at(&["result"])) {
            result.set("data", Node::object([]));
        }
    }
}

struct RejectionWithData;

impl WsBehaviour for RejectionWithData {
    fn change_reply(&self, _session: &Session, _call: Option<&WsCall>, outcome: &WsOutcome, reply: &mut Node) {
        let missing = *outcome == WsOutcome::Rejection(Rejection::NoSuchInterface);
        if let Some(result) = reply.at(&["result"]).filter(|_| missing) {
            result.set("data", Node::raw("[]"));
        }
    }
}

struct FailureSaysOk;

impl WsBehaviour for FailureSaysOk {
    fn change_reply(&self, _session: &Session, _call: Option<&WsCall>, outcome: &WsOutcome, reply: &mut Node) {
        if matches!(outcome, WsOutcome::Failure(_)) {
            reply.set("msg", Node::text("ok"));
        }
    }
}

struct ExtraTsMilliseconds;

impl WsBehaviour for ExtraTsMilliseconds {
    fn ts(&self, _session: &Session, _call: &WsCall, now: i64) -> Option<Node> {
        Some(Node::number(now.saturating_mul(1000)))
    }
}

struct IndexObject;

impl WsBehaviour for IndexObject {
    fn change_reply(&self, _session: &Session, _call: Option<&WsCall>, _outcome: &WsOutcome, reply: &mut Node) {
        if let Some(interface) = reply.at(&["result", "data", "interface"]) {
            *interface = Node::object([("0", Node::text("index"))]);
        }
    }
}

struct SuccessMsgNull;

impl WsBehaviour for SuccessMsgNull {
    fn change_reply(&self, _session: &Session, _call: Option<&WsCall>, outcome: &WsOutcome, reply: &mut Node) {
        if matches!(outcome, WsOutcome::Success(_)) {
            reply.set("msg", Node::raw("null"));
        }
    }
}

struct Later {
    success: bool,
}

impl WsBehaviour for Later {
    fn change_reply(&self, _session: &Session, call: Option<&WsCall>, outcome: &WsOutcome, reply: &mut Node) {
        let Some(result) = reply.at(&["result"]).filter(|_| call.is_some_and(|call| call.nth > 1)) else {
            return;
        };
        match outcome {
            WsOutcome::Success(data) if self.success => {
                result.remove("data");
                result.set("content", data.clone());
            }
            WsOutcome::Failure(code) if !self.success => {
                result.remove("errorCode");
                result.set("error", Node::number(code.number()));
            }
            _ => {}
        }
    }
}
