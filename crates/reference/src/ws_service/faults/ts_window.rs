//! The time of a call (WS-TS): which `ts` is recent, and what counts as one. No fault here may touch the reply to a
//! call whose `ts` is the server's own time.

use std::{
    collections::HashMap,
    ops::RangeInclusive,
    sync::{Arc, Mutex, PoisonError},
};

use crate::{
    Fault,
    variant::Subject,
    ws_service::{HonestWs, Session, WsBehaviour, WsCall},
};

pub(super) const FAULTS: &[Fault] = &[
    // The window of `ts` is not five minutes on both sides (A:66).
    Fault {
        name: "ws/window-6-minutes",
        text: "A ts may differ by six minutes.",
        breaks: &["WS-TS-2", "WS-TS-3", "WS-TS-5"],
        behaviour: Subject::WsService(|| Arc::new(Window(-360, 360))),
    },
    Fault {
        name: "ws/window-3-minutes",
        text: "A ts may differ by only three minutes.",
        breaks: &["WS-TS-4", "WS-TS-5"],
        behaviour: Subject::WsService(|| Arc::new(Window(-180, 180))),
    },
    Fault {
        name: "ws/window-future-open",
        text: "A ts in the future is accepted: only its age is looked at.",
        breaks: &["WS-TS-3", "WS-TS-5"],
        behaviour: Subject::WsService(|| Arc::new(Window(-300, YEAR))),
    },
    Fault {
        name: "ws/window-past-open",
        text: "A ts in the past is accepted: only the future is refused.",
        breaks: &["WS-TS-2", "WS-TS-5"],
        behaviour: Subject::WsService(|| Arc::new(Window(-YEAR, 300))),
    },
    Fault {
        name: "ws/window-shifted",
        text: "The window is measured against a clock that is four minutes slow.",
        breaks: &["WS-TS-2", "WS-TS-4"],
        behaviour: Subject::WsService(|| Arc::new(Window(-540, 60))),
    },
    // A server that guesses the unit of a time by its size.
    Fault {
        name: "ws/ts-milliseconds",
        text: "A ts in milliseconds is accepted.",
        breaks: &["WS-TS-6"],
        behaviour: Subject::WsService(|| Arc::new(TsMilliseconds)),
    },
    // The time is looked at once for a connection, and kept beside it.
    Fault {
        name: "ws/ts-judged-by-the-first-call",
        text: "Every ts of a connection is judged by the time of its first call.",
        breaks: &["WS-TS-4"],
        behaviour: Subject::WsService(|| Arc::new(FirstCall::default())),
    },
    // A check of the time that only runs when there is one.
    Fault {
        name: "ws/ts-optional",
        text: "A call without ts is accepted.",
        breaks: &["WS-TS-1"],
        behaviour: Subject::WsService(|| Arc::new(TsOptional)),
    },
    // Parameters merged with the rest of the call.
    Fault {
        name: "ws/ts-top-level",
        text: "A ts beside params counts as well as one inside.",
        breaks: &["WS-TS-9"],
        behaviour: Subject::WsService(|| Arc::new(TsTopLevel)),
    },
    // A script that asks whether there is a `ts` by its truth.
    Fault {
        name: "ws/ts-falsy-skipped",
        text: "A ts of 0, null, false or \"\" switches the check off.",
        breaks: &["WS-TS-7"],
        behaviour: Subject::WsService(|| Arc::new(TsFalsySkipped)),
    },
];

/// An open side is open for a year: milliseconds and zero are other mistakes.
const YEAR: i64 = 365 * 86_400;

/// The most that a `ts` may be behind, and ahead.
struct Window(i64, i64);

impl WsBehaviour for Window {
    fn window(&self) -> RangeInclusive<i64> {
        self.0..=self.1
    }
}

/// More seconds than there will be for three thousand years.
const SURELY_MILLISECONDS: i64 = 100_000_000_000;

struct TsMilliseconds;

impl WsBehaviour for TsMilliseconds {
    fn stated_time(&self, call: &WsCall, now: i64) -> Option<i64> {
        let stated = HonestWs.stated_time(call, now)?;
        Some(if stated > SURELY_MILLISECONDS {
            stated / 1000
        } else {
            stated
        })
    }
}

#[derive(Default)]
struct FirstCall {
    /// The time by connection.
    times: Mutex<HashMap<u64, i64>>,
}

impl WsBehaviour for FirstCall {
    fn judged_at(&self, session: &Session, now: i64) -> i64 {
        let mut times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
        *times.entry(session.number).or_insert(now)
    }
}

struct TsOptional;

impl WsBehaviour for TsOptional {
    fn is_recent(&self, call: &WsCall, now: i64) -> bool {
        call.param("ts").is_none() || HonestWs.is_recent(call, now)
    }
}

struct TsTopLevel;

impl WsBehaviour for TsTopLevel {
    fn stated_time(&self, call: &WsCall, now: i64) -> Option<i64> {
        let beside = || call.members.get("ts").and_then(|raw| raw.get().parse().ok());
        HonestWs.stated_time(call, now).or_else(beside)
    }
}

struct TsFalsySkipped;

impl WsBehaviour for TsFalsySkipped {
    fn is_recent(&self, call: &WsCall, now: i64) -> bool {
        matches!(call.param("ts"), Some("0" | "null" | "false" | r#""""#)) || HonestWs.is_recent(call, now)
    }
}
