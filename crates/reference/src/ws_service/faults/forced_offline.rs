//! Disconnects by the server (WS-OFF): what is said, what is done, and what comes after. No fault here may end a
//! connection that the document leaves open.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crate::{
    Fault,
    json::Node,
    variant::Subject,
    websocket::Out,
    ws_service::{Account, Accounts, Disconnect, HonestWs, Session, WsBehaviour, WsCall, WsOutcome},
};
use wire::frame::{Frame, Opcode};

pub(super) const FAULTS: &[Fault] = &[
    // A message that says what nobody does.
    Fault {
        name: "ws/offline-stays",
        text: "After \"Forced offline\" the connection stays open.",
        breaks: &["WS-OFF-1", "WS-OFF-4"],
        behaviour: Subject::WsService(|| Arc::new(OfflineStays)),
    },
    // A sweep every half minute that closes what is marked for closing. The delay is the fault.
    Fault {
        name: "ws/offline-late",
        text: "After \"Forced offline\" the connection is closed half a minute later.",
        breaks: &["WS-OFF-1", "WS-OFF-4"],
        behaviour: Subject::WsService(|| Arc::new(OfflineLate)),
    },
    // A socket closed beneath the WebSocket.
    Fault {
        name: "ws/offline-cut",
        text: "After \"Forced offline\" the TCP connection ends without a close frame.",
        breaks: &["WS-OFF-4"],
        behaviour: Subject::WsService(|| Arc::new(OfflineCut)),
    },
    // An error disconnect built like any other failure.
    Fault {
        name: "ws/offline-mark",
        text: "\"Forced offline\" carries the mark of a call.",
        breaks: &["WS-MARK-10"],
        behaviour: Subject::WsService(|| Arc::new(OfflineMark)),
    },
    // A reconnection that is taken for the old connection. Only clients with a heartbeat are remembered that well.
    Fault {
        name: "ws/offline-banned",
        text: "A client with a heartbeat that was forced offline is refused at its next attempt.",
        breaks: &["WS-OFF-5"],
        behaviour: Subject::WsService(|| Arc::new(OfflineBanned::default())),
    },
    // Every disconnect goes through the same branch. It is still said and done.
    Fault {
        name: "ws/offline-wrong-code",
        text: "Being forced offline is told as \"Other error\".",
        breaks: &["WS-OFF-1"],
        behaviour: Subject::WsService(|| Arc::new(OfflineWrongCode)),
    },
    // An exception that ends the connection before the error is sent.
    Fault {
        name: "ws/other-error-silent",
        text: "\"Other error\" closes the connection without a message.",
        breaks: &["WS-OFF-2"],
        behaviour: Subject::WsService(|| Arc::new(OtherErrorSilent)),
    },
    // A process that exits before its last write is done.
    Fault {
        name: "ws/other-error-truncated",
        text: "The message of \"Other error\" breaks off.",
        breaks: &["WS-OFF-2", "WS-OFF-4"],
        behaviour: Subject::WsService(|| Arc::new(OtherErrorTruncated)),
    },
    // Disconnections that go wrong, each in one way.
    Fault {
        name: "ws/other-error-stays",
        text: "The other error is told, and the connection stays open.",
        breaks: &["WS-OFF-2", "WS-OFF-4"],
        behaviour: Subject::WsService(|| Arc::new(Stays)),
    },
    Fault {
        name: "ws/other-error-mark",
        text: "The message of the other error carries the call's mark.",
        breaks: &["WS-MARK-10"],
        behaviour: Subject::WsService(|| Arc::new(Mark)),
    },
    Fault {
        name: "ws/parting-code-500",
        text: "The message before a disconnection has code 500.",
        breaks: &["WS-OFF-3"],
        behaviour: Subject::WsService(|| Arc::new(Member("code", || Node::number(500)))),
    },
    Fault {
        name: "ws/parting-msg-null",
        text: "The message before a disconnection has no text.",
        breaks: &["WS-OFF-3"],
        behaviour: Subject::WsService(|| Arc::new(Member("msg", || Node::raw("null")))),
    },
    Fault {
        name: "ws/offline-deaf",
        text: "Who comes back after a disconnection by the server is let in and never answered.",
        breaks: &["WS-OFF-5"],
        behaviour: Subject::WsService(|| Arc::new(Deaf::default())),
    },
];

struct OfflineStays;

impl WsBehaviour for OfflineStays {
    fn disconnect(&self, session: &Session, call: &WsCall, disconnect: Disconnect, text: String) -> Vec<Out> {
        match disconnect {
            Disconnect::ForcedOffline => vec![Out::text(text)],
            other => HonestWs.disconnect(session, call, other, text),
        }
    }
}

const LATE: Duration = Duration::from_secs(30);

struct OfflineLate;

impl WsBehaviour for OfflineLate {
    fn disconnect(&self, session: &Session, call: &WsCall, disconnect: Disconnect, text: String) -> Vec<Out> {
        match disconnect {
            Disconnect::ForcedOffline => vec![
                Out::text(text),
                Out::Pause(LATE),
                Out::Frame(Frame::close(1000, "")),
                Out::End,
            ],
            other => HonestWs.disconnect(session, call, other, text),
        }
    }
}

struct OfflineCut;

impl WsBehaviour for OfflineCut {
    fn disconnect(&self, session: &Session, call: &WsCall, disconnect: Disconnect, text: String) -> Vec<Out> {
        match disconnect {
            Disconnect::ForcedOffline => vec![Out::text(text), Out::End],
            other => HonestWs.disconnect(session, call, other, text),
        }
    }
}

struct OfflineMark;

impl WsBehaviour for OfflineMark {
    fn change_reply(&self, _session: &Session, call: Option<&WsCall>, outcome: &WsOutcome, reply: &mut Node) {
        let mark = call
            .and_then(WsCall::mark)
            .filter(|_| *outcome == WsOutcome::Disconnect(Disconnect::ForcedOffline));
        if let (Some(raw), Some(result)) = (mark, reply.at(&["result"])) {
            result.set("errorExtra", Node::object([("mark", Node::raw(raw))]));
        }
    }
}

#[derive(Default)]
struct OfflineBanned {
    /// The connections that have pinged.
    alive: Mutex<HashSet<u64>>,
    /// The tokens that were forced offline.
    banned: Mutex<HashSet<String>>,
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl WsBehaviour for OfflineBanned {
    fn identify(&self, accounts: &Accounts, token: &str) -> Option<Arc<Account>> {
        let banned = held(&self.banned).remove(token);
        if banned {
            None
        } else {
            HonestWs.identify(accounts, token)
        }
    }

    fn text_ping(&self, session: &Session, nth: u64) -> Vec<Out> {
        held(&self.alive).insert(session.number);
        HonestWs.text_ping(session, nth)
    }

    fn disconnect(&self, session: &Session, call: &WsCall, disconnect: Disconnect, text: String) -> Vec<Out> {
        if held(&self.alive).contains(&session.number) {
            held(&self.banned).insert(session.account.token.clone());
        }
        HonestWs.disconnect(session, call, disconnect, text)
    }
}

struct OfflineWrongCode;

impl WsBehaviour for OfflineWrongCode {
    fn decide(&self, _session: &Session, _call: &WsCall, honest: WsOutcome) -> WsOutcome {
        match honest {
            WsOutcome::Disconnect(Disconnect::ForcedOffline) => WsOutcome::Disconnect(Disconnect::OtherError),
            other => other,
        }
    }
}

struct OtherErrorSilent;

impl WsBehaviour for OtherErrorSilent {
    fn disconnect(&self, session: &Session, call: &WsCall, disconnect: Disconnect, text: String) -> Vec<Out> {
        match disconnect {
            Disconnect::OtherError => vec![Out::Frame(Frame::close(1000, "")), Out::End],
            other => HonestWs.disconnect(session, call, other, text),
        }
    }
}

struct OtherErrorTruncated;

impl WsBehaviour for OtherErrorTruncated {
    fn disconnect(&self, session: &Session, call: &WsCall, disconnect: Disconnect, text: String) -> Vec<Out> {
        match disconnect {
            Disconnect::OtherError => {
                let frame = Frame::new(Opcode::Text, text);
                let mut bytes = frame.encode(None);
                bytes.truncate(frame.payload.len() / 2);
                vec![Out::Bytes(bytes), Out::End]
            }
            other => HonestWs.disconnect(session, call, other, text),
        }
    }
}

struct Stays;

impl WsBehaviour for Stays {
    fn disconnect(&self, session: &Session, call: &WsCall, disconnect: Disconnect, text: String) -> Vec<Out> {
        match disconnect {
            Disconnect::OtherError => vec![Out::text(text)],
            Disconnect::ForcedOffline => HonestWs.disconnect(session, call, disconnect, text),
        }
    }
}

struct Mark;

impl WsBehaviour for Mark {
    fn change_reply(&self, _session: &Session, call: Option<&WsCall>, outcome: &WsOutcome, reply: &mut Node) {
        let mark = call.and_then(WsCall::mark);
        let other = *outcome == WsOutcome::Disconnect(Disconnect::OtherError);
        if let (Some(mark), Some(result)) = (mark, reply.at(&["result"]).filter(|_| other)) {
            result.set("errorExtra", Node::object([("mark", Node::raw(mark))]));
        }
    }
}

/// A member of the message, and its value.
struct Member(&'static str, fn() -> Node);

impl WsBehaviour for Member {
    fn change_reply(&self, _session: &Session, _call: Option<&WsCall>, outcome: &WsOutcome, reply: &mut Node) {
        if matches!(outcome, WsOutcome::Disconnect(_)) {
            reply.set(self.0, self.1());
        }
    }
}

#[derive(Default)]
struct Deaf {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Connections that have pinged: only clients with a heartbeat are remembered so well.
    alive: HashSet<u64>,
    /// Accounts that were disconnected.
    disconnected: HashSet<String>,
    /// Connections that are never answered.
    deaf: HashSet<u64>,
}

impl WsBehaviour for Deaf {
    fn greet(&self, session: &Arc<Session>) -> Vec<Out> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.disconnected.remove(&session.account.token) {
            state.deaf.insert(session.number);
        }
        Vec::new()
    }

    fn text_ping(&self, session: &Session, nth: u64) -> Vec<Out> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.alive.insert(session.number);
        HonestWs.text_ping(session, nth)
    }

    fn disconnect(&self, session: &Session, call: &WsCall, disconnect: Disconnect, text: String) -> Vec<Out> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.alive.contains(&session.number) {
            state.disconnected.insert(session.account.token.clone());
        }
        HonestWs.disconnect(session, call, disconnect, text)
    }

    fn reply(&self, session: &Session, call: Option<&WsCall>, outcome: &WsOutcome, text: String) -> Vec<Out> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.deaf.contains(&session.number) {
            return Vec::new();
        }
        HonestWs.reply(session, call, outcome, text)
    }
}
