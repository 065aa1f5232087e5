//! Servers that answer well at some moments and badly at others: a worker that dies, a table that fills, a session that is
//! not cleaned up.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::{Fault, Subject};
use crate::{
    websocket::Out,
    ws_service::{Call, Conduct, ErrorCode, Honest, Outcome, Session},
};
use wire::frame::{Frame, Opcode};

pub const NEVER: Fault = Fault {
    name: "ws/reply-never",
    suite: "ws-service",
    text: "No call is ever answered: the worker behind the socket is not there.",
    breaks: &["WS-CALL-6", "WS-CALL-11", "WS-HB-6", "WS-TOKEN-5", "WS-UPGRADE-2"],
    conduct: Subject::WsService(|| Lapse::conduct(Moment::Always, Manner::Silent)),
};

pub const NEVER_AGAIN: Fault = Fault {
    name: "ws/reply-never-after-reconnecting",
    suite: "ws-service",
    text: "Who closes a connection and comes back gets no reply: the old session is still the one that is written to.",
    breaks: &[
        "WS-CALL-4",
        "WS-CALL-6",
        "WS-CALL-7",
        "WS-CALL-9",
        "WS-CALL-10",
        "WS-CALL-12",
        "WS-HB-8",
        "WS-MARK-9",
        "WS-TOKEN-7",
    ],
    conduct: Subject::WsService(|| Lapse::conduct(Moment::Return(1), Manner::Silent)),
};

pub const NEVER_AGAIN_TWICE: Fault = Fault {
    name: "ws/reply-never-after-reconnecting-twice",
    suite: "ws-service",
    text: "Who comes back a second time gets no reply: there is room for two sessions of an account.",
    breaks: &["WS-CALL-6", "WS-CALL-12"],
    conduct: Subject::WsService(|| Lapse::conduct(Moment::Return(2), Manner::Silent)),
};

pub const AFTER_1: Fault = Fault {
    name: "ws/reply-once",
    suite: "ws-service",
    text: "Only the first call of a connection is answered: a listener was registered for one event.",
    breaks: &[
        "WS-CALL-4",
        "WS-CALL-6",
        "WS-CALL-7",
        "WS-CALL-9",
        "WS-CALL-10",
        "WS-FRAME-8",
        "WS-HB-6",
        "WS-HB-8",
        "WS-MARK-8",
        "WS-OFF-6",
        "WS-TOKEN-12",
        "WS-TS-5",
        "WS-TS-10",
    ],
    conduct: Subject::WsService(|| Lapse::conduct(Moment::After(1), Manner::Silent)),
};

pub const AFTER_2: Fault = Fault {
    name: "ws/reply-twice",
    suite: "ws-service",
    text: "Only the first two calls of a connection are answered.",
    breaks: &["WS-CALL-6", "WS-CALL-7", "WS-MARK-8", "WS-PUSH-5", "WS-TS-5"],
    conduct: Subject::WsService(|| Lapse::conduct(Moment::After(2), Manner::Silent)),
};

pub const AFTER_3: Fault = Fault {
    name: "ws/reply-three-times",
    suite: "ws-service",
    text: "Only the first three calls of a connection are answered.",
    breaks: &["WS-CALL-6", "WS-CALL-7", "WS-MARK-8", "WS-PUSH-5", "WS-TS-5"],
    conduct: Subject::WsService(|| Lapse::conduct(Moment::After(3), Manner::Silent)),
};

pub const AFTER_5: Fault = Fault {
    name: "ws/reply-five-times",
    suite: "ws-service",
    text: "Only the first five calls of a connection are answered.",
    breaks: &["WS-CALL-6", "WS-CALL-7", "WS-PUSH-5", "WS-TS-5"],
    conduct: Subject::WsService(|| Lapse::conduct(Moment::After(5), Manner::Silent)),
};

pub const AFTER_64: Fault = Fault {
    name: "ws/reply-64-times",
    suite: "ws-service",
    text: "After 64 calls a connection gets no more replies: the ring of its pending calls is full.",
    breaks: &["WS-CALL-6", "WS-CALL-7"],
    conduct: Subject::WsService(|| Lapse::conduct(Moment::After(64), Manner::Silent)),
};

pub const MARKED: Fault = Fault {
    name: "ws/reply-20-marks",
    suite: "ws-service",
    text: "After 20 calls of a connection the table of its marks is full, and calls with a mark get no reply.",
    breaks: &["WS-CALL-6", "WS-CALL-7"],
    conduct: Subject::WsService(|| Lapse::conduct(Moment::Marked(20), Manner::Silent)),
};

pub const DOUBLED: Fault = Fault {
    name: "ws/reply-doubled-later",
    suite: "ws-service",
    text: "From its 41st call on a connection gets each reply twice: what seems lost in a full buffer is sent again.",
    breaks: &["WS-CALL-6"],
    conduct: Subject::WsService(|| Lapse::conduct(Moment::After(40), Manner::Doubled)),
};

pub const PAGE: Fault = Fault {
    name: "ws/reply-page",
    suite: "ws-service",
    text: "Every reply is a page of HTML: the gateway in front answers for a server that is down.",
    breaks: &[
        "WS-CALL-1",
        "WS-CALL-2",
        "WS-CALL-6",
        "WS-CALL-11",
        "WS-HB-6",
        "WS-MARK-6",
        "WS-RES-4",
        "WS-RES-11",
        "WS-TOKEN-5",
        "WS-TS-4",
        "WS-UPGRADE-2",
    ],
    conduct: Subject::WsService(|| Lapse::conduct(Moment::Always, Manner::Page)),
};

pub const PAGE_AGAIN: Fault = Fault {
    name: "ws/reply-page-after-reconnecting",
    suite: "ws-service",
    text: "Who closes a connection and comes back gets pages of HTML instead of replies.",
    breaks: &[
        "WS-CALL-3",
        "WS-CALL-4",
        "WS-CALL-6",
        "WS-CALL-7",
        "WS-CALL-8",
        "WS-CALL-9",
        "WS-CALL-10",
        "WS-CALL-12",
        "WS-HB-8",
        "WS-MARK-1",
        "WS-MARK-2",
        "WS-MARK-3",
        "WS-MARK-4",
        "WS-MARK-7",
        "WS-MARK-9",
        "WS-MARK-11",
        "WS-RES-1",
        "WS-RES-2",
        "WS-RES-3",
        "WS-RES-5",
        "WS-RES-6",
        "WS-RES-7",
        "WS-RES-8",
        "WS-RES-9",
        "WS-RES-10",
        "WS-RES-11",
        "WS-RES-12",
        "WS-RES-13",
        "WS-TOKEN-6",
        "WS-TOKEN-7",
        "WS-TS-1",
        "WS-TS-2",
        "WS-TS-3",
        "WS-TS-4",
    ],
    conduct: Subject::WsService(|| Lapse::conduct(Moment::Return(1), Manner::Page)),
};

pub const PAGE_AGAIN_TWICE: Fault = Fault {
    name: "ws/reply-page-after-reconnecting-twice",
    suite: "ws-service",
    text: "Who comes back a second time gets pages of HTML instead of replies.",
    breaks: &["WS-CALL-12", "WS-RES-11", "WS-TS-6", "WS-TS-7", "WS-TS-9", "WS-TS-10"],
    conduct: Subject::WsService(|| Lapse::conduct(Moment::Return(2), Manner::Page)),
};

pub const PAGE_LATER: Fault = Fault {
    name: "ws/reply-page-after-one",
    suite: "ws-service",
    text: "From its second call on a connection gets pages of HTML instead of replies.",
    breaks: &[
        "WS-CALL-4",
        "WS-CALL-6",
        "WS-CALL-7",
        "WS-CALL-9",
        "WS-CALL-10",
        "WS-FRAME-8",
        "WS-HB-6",
        "WS-HB-8",
        "WS-MARK-8",
        "WS-OFF-6",
        "WS-RES-6",
        "WS-RES-11",
        "WS-TOKEN-12",
        "WS-TS-5",
        "WS-TS-10",
    ],
    conduct: Subject::WsService(|| Lapse::conduct(Moment::After(1), Manner::Page)),
};

pub const PAGE_LATER_2: Fault = Fault {
    name: "ws/reply-page-after-two",
    suite: "ws-service",
    text: "From its third call on a connection gets pages of HTML instead of replies.",
    breaks: &[
        "WS-CALL-6",
        "WS-CALL-7",
        "WS-MARK-8",
        "WS-PUSH-5",
        "WS-RES-6",
        "WS-RES-11",
        "WS-TS-5",
    ],
    conduct: Subject::WsService(|| Lapse::conduct(Moment::After(2), Manner::Page)),
};

pub const BINARY: Fault = Fault {
    name: "ws/reply-binary",
    suite: "ws-service",
    text: "Replies are sent in binary frames.",
    breaks: &[
        "WS-CALL-1",
        "WS-CALL-6",
        "WS-CALL-11",
        "WS-HB-6",
        "WS-TOKEN-5",
        "WS-UPGRADE-2",
    ],
    conduct: Subject::WsService(|| Lapse::conduct(Moment::Always, Manner::Binary)),
};

pub const FAILS: Fault = Fault {
    name: "ws/fails-always",
    suite: "ws-service",
    text: "Every call fails with -10000: the database is gone and nothing else is looked at.",
    breaks: &[
        "WS-CALL-2",
        "WS-CALL-6",
        "WS-CALL-10",
        "WS-CALL-11",
        "WS-HB-6",
        "WS-MARK-6",
        "WS-MARK-8",
        "WS-RES-7",
        "WS-TOKEN-5",
        "WS-TS-4",
        "WS-TS-10",
        "WS-UPGRADE-2",
    ],
    conduct: Subject::WsService(|| Lapse::conduct(Moment::Always, Manner::Failing)),
};

pub const FAILS_LATER: Fault = Fault {
    name: "ws/fails-after-one",
    suite: "ws-service",
    text: "From its second call on a connection's calls fail with -10000: a handle is used after it was given back.",
    breaks: &[
        "WS-CALL-5",
        "WS-CALL-6",
        "WS-CALL-7",
        "WS-CALL-9",
        "WS-CALL-10",
        "WS-FRAME-8",
        "WS-HB-6",
        "WS-HB-8",
        "WS-MARK-8",
        "WS-OFF-6",
        "WS-RES-6",
        "WS-TOKEN-12",
        "WS-TS-5",
        "WS-TS-10",
    ],
    conduct: Subject::WsService(|| Lapse::conduct(Moment::After(1), Manner::Failing)),
};

pub const CLOSES: Fault = Fault {
    name: "ws/failure-closes",
    suite: "ws-service",
    text: "A call that fails closes the connection instead of being answered.",
    breaks: &["WS-CALL-6", "WS-TS-5"],
    conduct: Subject::WsService(|| Lapse::conduct(Moment::Always, Manner::Closing)),
};

/// When it goes wrong.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Moment {
    Always,
    /// On the connection of an account that has come back so often, each time from one that it had called on and closed.
    Return(u64),
    /// After so many calls of a connection.
    After(u64),
    /// After so many calls of a connection, for calls with a mark.
    Marked(u64),
}

/// What goes wrong.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Manner {
    Silent,
    Doubled,
    Page,
    Binary,
    Failing,
    /// A failure is no reply, but the end.
    Closing,
}

#[derive(Default)]
struct Comings {
    /// How often the account had come back when each connection began.
    returns: HashMap<u64, u64>,
    /// The accounts that have closed a connection, and how often they will have come back.
    closed: HashMap<String, u64>,
}

struct Lapse {
    moment: Moment,
    manner: Manner,
    comings: Mutex<Comings>,
}

impl Lapse {
    fn conduct(moment: Moment, manner: Manner) -> Arc<dyn Conduct> {
        Arc::new(Self {
            moment,
            manner,
            comings: Mutex::default(),
        })
    }

    fn comings(&self) -> MutexGuard<'_, Comings> {
        self.comings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_due(&self, session: &Session, call: Option<&Call>) -> bool {
        match self.moment {
            Moment::Always => true,
            Moment::Return(least) => self
                .comings()
                .returns
                .get(&session.number)
                .is_some_and(|returns| *returns >= least),
            Moment::Marked(most) => call.is_some_and(|call| call.nth > most && call.mark().is_some()),
            Moment::After(most) => call.map_or_else(|| session.calls(), |call| call.nth) > most,
        }
    }
}

impl Conduct for Lapse {
    fn greet(&self, session: &Arc<Session>) -> Vec<Out> {
        let mut comings = self.comings();
        if let Some(returns) = comings.closed.remove(&session.account.token) {
            comings.returns.insert(session.number, returns);
        }
        Vec::new()
    }

    fn close(&self, session: &Session, payload: &[u8]) -> Vec<Out> {
        let mut comings = self.comings();
        // Who gives a reason does not mean to come back.
        if session.calls() > 0 && payload.len() <= 2 {
            let returns = comings.returns.get(&session.number).copied().unwrap_or_default();
            comings.closed.insert(session.account.token.clone(), returns + 1);
        }
        Honest.close(session, payload)
    }

    fn decide(&self, session: &Session, call: &Call, honest: Outcome) -> Outcome {
        match honest {
            Outcome::Parting(_) => honest,
            _ if self.manner == Manner::Failing && self.is_due(session, Some(call)) => {
                Outcome::Failure(ErrorCode::Unknown)
            }
            _ => honest,
        }
    }

    fn reply(&self, session: &Session, call: Option<&Call>, outcome: &Outcome, text: String) -> Vec<Out> {
        if !self.is_due(session, call) {
            return Honest.reply(session, call, outcome, text);
        }
        match (self.manner, outcome) {
            (Manner::Silent, _) => Vec::new(),
            (Manner::Doubled, _) => vec![Out::text(text.clone()), Out::text(text)],
            (Manner::Page, _) => vec![Out::text("<html><body>502 Bad Gateway</body></html>")],
            (Manner::Binary, _) => vec![Out::Frame(Frame::new(Opcode::Binary, text))],
            (Manner::Closing, Outcome::Failure(_)) => vec![Out::Frame(Frame::close(1011, "")), Out::End],
            _ => Honest.reply(session, call, outcome, text),
        }
    }
}
