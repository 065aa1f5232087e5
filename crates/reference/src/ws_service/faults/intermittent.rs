//! Servers that answer well at some moments and badly at others: a worker that dies, a table that fills, a session that
//! is not cleaned up. No fault here may hinder a handshake or a disconnect.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::{
    Fault,
    variant::Subject,
    websocket::Out,
    ws_service::{ErrorCode, HonestWs, Session, WsBehaviour, WsCall, WsOutcome},
};
use wire::frame::{Frame, Opcode};

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        name: "ws/reply-never",
        text: "No call is ever answered: the worker behind the socket is not there.",
        breaks: &["WS-CALL-6", "WS-CALL-11", "WS-HB-6", "WS-TOKEN-5", "WS-UPGRADE-2"],
        behaviour: Subject::WsService(|| Intermittent::behaviour(Moment::Always, Manner::Silent)),
    },
    Fault {
        name: "ws/reply-never-after-reconnecting",
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
        behaviour: Subject::WsService(|| Intermittent::behaviour(Moment::Return(1), Manner::Silent)),
    },
    Fault {
        name: "ws/reply-never-after-reconnecting-twice",
        text: "Who comes back a second time gets no reply: there is room for two sessions of an account.",
        breaks: &["WS-CALL-6", "WS-CALL-12"],
        behaviour: Subject::WsService(|| Intermittent::behaviour(Moment::Return(2), Manner::Silent)),
    },
    Fault {
        name: "ws/reply-once",
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
        behaviour: Subject::WsService(|| Intermittent::behaviour(Moment::After(1), Manner::Silent)),
    },
    Fault {
        name: "ws/reply-twice",
        text: "Only the first two calls of a connection are answered.",
        breaks: &["WS-CALL-6", "WS-CALL-7", "WS-MARK-8", "WS-PUSH-5", "WS-TS-5"],
        behaviour: Subject::WsService(|| Intermittent::behaviour(Moment::After(2), Manner::Silent)),
    },
    Fault {
        name: "ws/reply-three-times",
        text: "Only the first three calls of a connection are answered.",
        breaks: &["WS-CALL-6", "WS-CALL-7", "WS-MARK-8", "WS-PUSH-5", "WS-TS-5"],
        behaviour: Subject::WsService(|| Intermittent::behaviour(Moment::After(3), Manner::Silent)),
    },
    Fault {
        name: "ws/reply-five-times",
        text: "Only the first five calls of a connection are answered.",
        breaks: &["WS-CALL-6", "WS-CALL-7", "WS-PUSH-5", "WS-TS-5"],
        behaviour: Subject::WsService(|| Intermittent::behaviour(Moment::After(5), Manner::Silent)),
    },
    Fault {
        name: "ws/reply-64-times",
        text: "After 64 calls a connection gets no more replies: the ring of its pending calls is full.",
        breaks: &["WS-CALL-6", "WS-CALL-7"],
        behaviour: Subject::WsService(|| Intermittent::behaviour(Moment::After(64), Manner::Silent)),
    },
    Fault {
        name: "ws/reply-20-marks",
        text: "After 20 calls of a connection the table of its marks is full, and calls with a mark get no reply.",
        breaks: &["WS-CALL-6", "WS-CALL-7"],
        behaviour: Subject::WsService(|| Intermittent::behaviour(Moment::Marked(20), Manner::Silent)),
    },
    Fault {
        name: "ws/reply-doubled-later",
        text: "From its 41st call on a connection gets each reply twice: what seems lost in a full buffer is sent again.",
        breaks: &["WS-CALL-6"],
        behaviour: Subject::WsService(|| Intermittent::behaviour(Moment::After(40), Manner::Doubled)),
    },
    Fault {
        name: "ws/reply-page",
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
        behaviour: Subject::WsService(|| Intermittent::behaviour(Moment::Always, Manner::Page)),
    },
    Fault {
        name: "ws/reply-page-after-reconnecting",
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
        behaviour: Subject::WsService(|| Intermittent::behaviour(Moment::Return(1), Manner::Page)),
    },
    Fault {
        name: "ws/reply-page-after-reconnecting-twice",
        text: "Who comes back a second time gets pages of HTML instead of replies.",
        breaks: &["WS-CALL-12", "WS-RES-11", "WS-TS-6", "WS-TS-7", "WS-TS-9", "WS-TS-10"],
        behaviour: Subject::WsService(|| Intermittent::behaviour(Moment::Return(2), Manner::Page)),
    },
    Fault {
        name: "ws/reply-page-after-one",
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
        behaviour: Subject::WsService(|| Intermittent::behaviour(Moment::After(1), Manner::Page)),
    },
    Fault {
        name: "ws/reply-page-after-two",
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
        behaviour: Subject::WsService(|| Intermittent::behaviour(Moment::After(2), Manner::Page)),
    },
    Fault {
        name: "ws/reply-binary",
        text: "Replies are sent in binary frames.",
        breaks: &[
            "WS-CALL-1",
            "WS-CALL-6",
            "WS-CALL-11",
            "WS-HB-6",
            "WS-TOKEN-5",
            "WS-UPGRADE-2",
        ],
        behaviour: Subject::WsService(|| Intermittent::behaviour(Moment::Always, Manner::Binary)),
    },
    Fault {
        name: "ws/fails-always",
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
        behaviour: Subject::WsService(|| Intermittent::behaviour(Moment::Always, Manner::Failing)),
    },
    Fault {
        name: "ws/fails-after-one",
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
        behaviour: Subject::WsService(|| Intermittent::behaviour(Moment::After(1), Manner::Failing)),
    },
    Fault {
        name: "ws/failure-closes",
        text: "A call that fails closes the connection instead of being answered.",
        breaks: &["WS-CALL-6", "WS-TS-5"],
        behaviour: Subject::WsService(|| Intermittent::behaviour(Moment::Always, Manner::Closing)),
    },
];

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
    /// How often the account had come back when each connection started.
    returns: HashMap<u64, u64>,
    /// The accounts that have closed a connection, and how often they will have come back.
    closed: HashMap<String, u64>,
}

struct Intermittent {
    moment: Moment,
    manner: Manner,
    comings: Mutex<Comings>,
}

impl Intermittent {
    fn behaviour(moment: Moment, manner: Manner) -> Arc<dyn WsBehaviour> {
        Arc::new(Self {
            moment,
            manner,
            comings: Mutex::default(),
        })
    }

    fn comings(&self) -> MutexGuard<'_, Comings> {
        self.comings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_due(&self, session: &Session, call: Option<&WsCall>) -> bool {
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

impl WsBehaviour for Intermittent {
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
        HonestWs.close(session, payload)
    }

    fn decide(&self, session: &Session, call: &WsCall, honest: WsOutcome) -> WsOutcome {
        match honest {
            WsOutcome::Disconnect(_) => honest,
            _ if self.manner == Manner::Failing && self.is_due(session, Some(call)) => {
                WsOutcome::Failure(ErrorCode::Unknown)
            }
            _ => honest,
        }
    }

    fn reply(&self, session: &Session, call: Option<&WsCall>, outcome: &WsOutcome, text: String) -> Vec<Out> {
        if !self.is_due(session, call) {
            return HonestWs.reply(session, call, outcome, text);
        }
        match (self.manner, outcome) {
            (Manner::Silent, _) => Vec::new(),
            (Manner::Doubled, _) => vec![Out::text(text.clone()), Out::text(text)],
            (Manner::Page, _) => vec![Out::text("<html><body>502 Bad Gateway</body></html>")],
            (Manner::Binary, _) => vec![Out::Frame(Frame::new(Opcode::Binary, text))],
            (Manner::Closing, WsOutcome::Failure(_)) => vec![Out::Frame(Frame::close(1011, "")), Out::End],
            _ => HonestWs.reply(session, call, outcome, text),
        }
    }
}
