//! Calls (WS-CALL): what is read as one, whether it is served, and what comes of a message that is none. No fault here
//! may touch the reply to a plain call that is paid for.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};

use crate::{
    Fault,
    variant::Subject,
    websocket::Out,
    ws_service::{
        Account, Accounts, ErrorCode, HonestWs, Rejection, Session, Standing, WsBehaviour, WsCall, WsOutcome,
    },
};
use wire::frame::{Frame, Opcode};

pub(super) const FAULTS: &[Fault] = &[
    // A catch-all around the dispatcher that turns everything into "unknown error".
    Fault {
        name: "ws/unknown-action-failure",
        text: "A call of an interface that does not exist fails with -10000 instead of 1404.",
        breaks: &["WS-CALL-3"],
        behaviour: Subject::WsService(|| Arc::new(UnknownActionFailure)),
    },
    // A parser whose error closes the connection. The table has a blank there (A:6).
    Fault {
        name: "ws/malformed-disconnects",
        text: "A message that is no JSON is answered with 1400 and ends the connection.",
        breaks: &["WS-CALL-10"],
        behaviour: Subject::WsService(|| Arc::new(MalformedDisconnects)),
    },
    // A parse error that is logged and forgotten.
    Fault {
        name: "ws/malformed-silent",
        text: "A message that is no JSON object is not answered.",
        breaks: &["WS-CALL-4", "WS-CALL-6", "WS-CALL-12"],
        behaviour: Subject::WsService(|| Arc::new(MalformedSilent)),
    },
    // Debtors shown the door. The table has a blank there (A:5).
    Fault {
        name: "ws/unpaid-disconnects",
        text: "A call that has yet to be paid is answered with 1402 and ends the connection.",
        breaks: &["WS-CALL-10"],
        behaviour: Subject::WsService(|| Arc::new(UnpaidDisconnects)),
    },
    // A check of the payment that was never written.
    Fault {
        name: "ws/unpaid-served",
        text: "An account that has yet to pay is served.",
        breaks: &["WS-CALL-5"],
        behaviour: Subject::WsService(|| Arc::new(UnpaidServed)),
    },
    // A strict schema around the call. A call that fails anyway fails as it should.
    Fault {
        name: "ws/unknown-members-refused",
        text: "A call with a member that is not documented is refused.",
        breaks: &["WS-CALL-8"],
        behaviour: Subject::WsService(|| Arc::new(UnknownMembersRefused)),
    },
    // A reminder to debtors, written for people.
    Fault {
        name: "ws/greeting",
        text: "The connection of an account that has yet to pay begins with a message that is no JSON.",
        breaks: &["WS-CALL-6", "WS-RES-11"],
        behaviour: Subject::WsService(|| Arc::new(Greeting)),
    },
    // PHP, where an empty array and an empty object are one, and nothing is looked for in either.
    Fault {
        name: "ws/params-list-accepted",
        text: "A call whose params are an empty array is accepted.",
        breaks: &["WS-CALL-12"],
        behaviour: Subject::WsService(|| Arc::new(ParamsListAccepted)),
    },
    // An error path of its own, which writes bytes where the others write text.
    Fault {
        name: "ws/rejection-binary",
        text: "The 1404 of a call without mark is sent as a binary message.",
        breaks: &["WS-CALL-1", "WS-CALL-6"],
        behaviour: Subject::WsService(|| Arc::new(RejectionBinary)),
    },
    // A worker that dies of what is no text, and takes the account that it worked for with it until that knocks again.
    Fault {
        name: "ws/binary-crash",
        text: "A binary message resets its connection, and the account's next handshake is refused.",
        breaks: &["WS-CALL-11"],
        behaviour: Subject::WsService(|| Arc::new(BinaryCrash::default())),
    },
    // Calls that are read in a way of the server's own.
    Fault {
        name: "ws/escapes-unread",
        text: "Names with escapes in them are not decoded, so they are other names.",
        breaks: &["WS-CALL-8"],
        behaviour: Subject::WsService(|| Arc::new(Escapes)),
    },
    Fault {
        name: "ws/controller-optional",
        text: "A call without a controller that is a text goes to the default controller.",
        breaks: &["WS-CALL-12"],
        behaviour: Subject::WsService(|| Arc::new(Controller)),
    },
    Fault {
        name: "ws/unpaid-served-later",
        text: "Payment is asked for at the first call of a connection only.",
        breaks: &["WS-CALL-5"],
        behaviour: Subject::WsService(|| Arc::new(UnpaidLater)),
    },
    Fault {
        name: "ws/unpaid-silent",
        text: "Calls of an account that has yet to pay are not answered at all.",
        breaks: &["WS-CALL-6"],
        behaviour: Subject::WsService(|| Arc::new(UnpaidSilent)),
    },
];

struct UnknownActionFailure;

impl WsBehaviour for UnknownActionFailure {
    fn decide(&self, _session: &Session, call: &WsCall, honest: WsOutcome) -> WsOutcome {
        let named = [&call.controller, &call.action].map(|name| name.as_deref().is_some_and(|name| !name.is_empty()));
        match honest {
            WsOutcome::Rejection(Rejection::NoSuchInterface) if named == [true; 2] => {
                WsOutcome::Failure(ErrorCode::Unknown)
            }
            other => other,
        }
    }
}

struct MalformedDisconnects;

impl WsBehaviour for MalformedDisconnects {
    fn reply(&self, session: &Session, call: Option<&WsCall>, outcome: &WsOutcome, text: String) -> Vec<Out> {
        match outcome {
            WsOutcome::Rejection(Rejection::Malformed) => {
                vec![Out::text(text), Out::Frame(Frame::close(1003, "")), Out::End]
            }
            _ => HonestWs.reply(session, call, outcome, text),
        }
    }
}

struct MalformedSilent;

impl WsBehaviour for MalformedSilent {
    fn reply(&self, session: &Session, call: Option<&WsCall>, outcome: &WsOutcome, text: String) -> Vec<Out> {
        match outcome {
            WsOutcome::Rejection(Rejection::Malformed) => Vec::new(),
            _ => HonestWs.reply(session, call, outcome, text),
        }
    }
}

struct UnpaidDisconnects;

impl WsBehaviour for UnpaidDisconnects {
    fn reply(&self, session: &Session, call: Option<&WsCall>, outcome: &WsOutcome, text: String) -> Vec<Out> {
        let mut outs = HonestWs.reply(session, call, outcome, text);
        if *outcome == WsOutcome::Rejection(Rejection::Unpaid) {
            outs.extend([Out::Frame(Frame::close(1008, "")), Out::End]);
        }
        outs
    }
}

struct UnpaidServed;

impl WsBehaviour for UnpaidServed {
    fn is_unpaid(&self, _session: &Session) -> bool {
        false
    }
}

struct UnknownMembersRefused;

impl WsBehaviour for UnknownMembersRefused {
    fn decide(&self, _session: &Session, call: &WsCall, honest: WsOutcome) -> WsOutcome {
        let documented = |name: &String| matches!(name.as_str(), "controller" | "action" | "params");
        match honest {
            WsOutcome::Success(_) if !call.members.keys().all(documented) => WsOutcome::Failure(ErrorCode::Illegal3),
            other => other,
        }
    }
}

struct Greeting;

impl WsBehaviour for Greeting {
    fn greet(&self, session: &Arc<Session>) -> Vec<Out> {
        match session.account.standing {
            Standing::Unpaid => vec![Out::text("please pay")],
            _ => Vec::new(),
        }
    }
}

struct ParamsListAccepted;

impl WsBehaviour for ParamsListAccepted {
    fn is_recent(&self, call: &WsCall, now: i64) -> bool {
        call.members.get("params").is_some_and(|raw| raw.get() == "[]") || HonestWs.is_recent(call, now)
    }
}

struct RejectionBinary;

impl WsBehaviour for RejectionBinary {
    fn reply(&self, session: &Session, call: Option<&WsCall>, outcome: &WsOutcome, text: String) -> Vec<Out> {
        let unmarked = call.is_some_and(|call| call.mark().is_none());
        match outcome {
            WsOutcome::Rejection(Rejection::NoSuchInterface) if unmarked => {
                vec![Out::Frame(Frame::new(Opcode::Binary, text))]
            }
            _ => HonestWs.reply(session, call, outcome, text),
        }
    }
}

#[derive(Default)]
struct BinaryCrash {
    /// The tokens whose worker is dead.
    down: Mutex<HashSet<String>>,
}

impl WsBehaviour for BinaryCrash {
    fn identify(&self, accounts: &Accounts, token: &str) -> Option<Arc<Account>> {
        let down = self.down.lock().unwrap_or_else(PoisonError::into_inner).remove(token);
        if down { None } else { HonestWs.identify(accounts, token) }
    }

    fn binary(&self, session: &Session, _bytes: &[u8], _honest: Vec<Out>) -> Vec<Out> {
        let token = session.account.token.clone();
        self.down.lock().unwrap_or_else(PoisonError::into_inner).insert(token);
        vec![Out::Abort]
    }
}

struct Escapes;

impl WsBehaviour for Escapes {
    fn read(&self, session: &Session, text: &str, nth: u64) -> Option<WsCall> {
        let mut call = HonestWs.read(session, text, nth)?;
        if text.contains("\\u0063ontroller") || text.contains("\\u0061ction") {
            call.controller = None;
        }
        Some(call)
    }
}

struct Controller;

impl WsBehaviour for Controller {
    fn read(&self, session: &Session, text: &str, nth: u64) -> Option<WsCall> {
        let mut call = HonestWs.read(session, text, nth)?;
        call.controller.get_or_insert_with(|| "api".to_owned());
        Some(call)
    }
}

struct UnpaidLater;

impl WsBehaviour for UnpaidLater {
    fn is_unpaid(&self, session: &Session) -> bool {
        session.calls() == 1 && HonestWs.is_unpaid(session)
    }
}

struct UnpaidSilent;

impl WsBehaviour for UnpaidSilent {
    fn reply(&self, session: &Session, call: Option<&WsCall>, outcome: &WsOutcome, text: String) -> Vec<Out> {
        match outcome {
            WsOutcome::Rejection(Rejection::Unpaid) => Vec::new(),
            _ => HonestWs.reply(session, call, outcome, text),
        }
    }
}
