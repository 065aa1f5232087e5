//! Times: how a ts may be written, what its refusal is, and which time comes back (AMB-A4 to AMB-A7). No suite may find
//! a violation under any of these readings.

use std::{ops::RangeInclusive, sync::Arc};

use crate::{
    Reading,
    json::Node,
    variant::Subject,
    ws_service::{ErrorCode, HonestWs, Session, WsBehaviour, WsCall, WsOutcome},
};

pub(super) const READINGS: &[Reading] = &[
    Reading {
        name: "ws/ts-of-server",
        text: "The ts in a reply is the server's time.",
        shows: &[("WS-RES-5", "server-time")],
        behaviour: Subject::WsService(|| Arc::new(ServerTime)),
    },
    Reading {
        name: "ws/ts-refused-absent",
        text: "A ts that was refused does not come back.",
        shows: &[("WS-RES-5", "absent-after-rejection")],
        behaviour: Subject::WsService(|| Arc::new(Absent)),
    },
    Reading {
        name: "ws/ts-any-writing",
        text: "A ts may be a text or have a fraction or an exponent.",
        shows: &[("WS-TS-8", "accepted")],
        behaviour: Subject::WsService(|| Arc::new(Written)),
    },
    Reading {
        name: "ws/ts-name-any-case",
        text: "The name of ts is read in any letter case.",
        shows: &[("WS-TS-1", "other-case-accepted")],
        behaviour: Subject::WsService(|| Arc::new(AnyCase)),
    },
    Reading {
        name: "ws/ts-illegal-2",
        text: "A bad ts fails with -10002.",
        shows: &[("WS-TS-12", "illegal-2")],
        behaviour: Subject::WsService(|| Arc::new(Stale(ErrorCode::Illegal2))),
    },
    Reading {
        name: "ws/ts-illegal-3",
        text: "A bad ts fails with -10003.",
        shows: &[("WS-TS-12", "illegal-3")],
        behaviour: Subject::WsService(|| Arc::new(Stale(ErrorCode::Illegal3))),
    },
    Reading {
        name: "ws/clock-four-seconds-ahead",
        text: "The clock that judges ts is four seconds ahead of the one that writes the Date header.",
        shows: &[("WS-TS-11", "offset")],
        behaviour: Subject::WsService(|| Arc::new(Offset(4))),
    },
];

struct ServerTime;

impl WsBehaviour for ServerTime {
    fn ts(&self, _session: &Session, _call: &WsCall, now: i64) -> Option<Node> {
        Some(Node::number(now))
    }
}

struct Absent;

impl WsBehaviour for Absent {
    fn change_reply(&self, _session: &Session, _call: Option<&WsCall>, outcome: &WsOutcome, reply: &mut Node) {
        if let (WsOutcome::Failure(ErrorCode::Illegal1), Some(extra)) = (outcome, reply.at(&["result", "errorExtra"])) {
            extra.remove("ts");
        }
    }
}

struct Written;

impl WsBehaviour for Written {
    fn stated_time(&self, call: &WsCall, _now: i64) -> Option<i64> {
        let raw = call.param("ts")?;
        let text = call.text_param("ts").unwrap_or_else(|| raw.to_owned());
        let seconds: f64 = text.trim().parse().ok()?;
        // What is no time at all is not brought into one by rounding.
        (seconds.abs() < 1e15).then_some(seconds as i64)
    }
}

struct AnyCase;

impl WsBehaviour for AnyCase {
    fn stated_time(&self, call: &WsCall, now: i64) -> Option<i64> {
        let mut named = call.params.iter().filter(|(name, _)| name.eq_ignore_ascii_case("ts"));
        let other = || named.next().and_then(|(_, raw)| raw.get().parse().ok());
        HonestWs.stated_time(call, now).or_else(other)
    }
}

struct Stale(ErrorCode);

impl WsBehaviour for Stale {
    fn stale(&self) -> WsOutcome {
        WsOutcome::Failure(self.0)
    }
}

/// By how many seconds the clock is ahead.
struct Offset(i64);

impl WsBehaviour for Offset {
    fn window(&self) -> RangeInclusive<i64> {
        self.0 - 300..=self.0 + 300
    }
}
