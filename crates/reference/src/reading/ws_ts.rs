//! Times: how a ts may be written, what its refusal is, and which time comes back (AMB-A4 to AMB-A7).

use std::{ops::RangeInclusive, sync::Arc};

use super::{Reading, Subject};
use crate::{
    json::Node,
    ws_service::{Call, Conduct, ErrorCode, Honest, Outcome, Session},
};

pub const SERVER_TIME: Reading = Reading {
    name: "ws/ts-of-server",
    suite: "ws-service",
    text: "The ts in a reply is the server's time.",
    shows: &[("WS-RES-5", "server-time")],
    conduct: Subject::WsService(|| Arc::new(ServerTime)),
};

pub const ABSENT: Reading = Reading {
    name: "ws/ts-refused-absent",
    suite: "ws-service",
    text: "A ts that was refused does not come back.",
    shows: &[("WS-RES-5", "absent-after-rejection")],
    conduct: Subject::WsService(|| Arc::new(Absent)),
};

pub const WRITTEN: Reading = Reading {
    name: "ws/ts-any-writing",
    suite: "ws-service",
    text: "A ts may be a text or have a fraction or an exponent.",
    shows: &[("WS-TS-8", "accepted")],
    conduct: Subject::WsService(|| Arc::new(Written)),
};

pub const ANY_CASE: Reading = Reading {
    name: "ws/ts-name-any-case",
    suite: "ws-service",
    text: "The name of ts is read in any letter case.",
    shows: &[("WS-TS-1", "other-case-accepted")],
    conduct: Subject::WsService(|| Arc::new(AnyCase)),
};

pub const ILLEGAL_2: Reading = Reading {
    name: "ws/ts-illegal-2",
    suite: "ws-service",
    text: "A bad ts fails with -10002.",
    shows: &[("WS-TS-12", "illegal-2")],
    conduct: Subject::WsService(|| Arc::new(Stale(ErrorCode::Illegal2))),
};

pub const ILLEGAL_3: Reading = Reading {
    name: "ws/ts-illegal-3",
    suite: "ws-service",
    text: "A bad ts fails with -10003.",
    shows: &[("WS-TS-12", "illegal-3")],
    conduct: Subject::WsService(|| Arc::new(Stale(ErrorCode::Illegal3))),
};

pub const OFFSET: Reading = Reading {
    name: "ws/clock-four-seconds-ahead",
    suite: "ws-service",
    text: "The clock that judges ts is four seconds ahead of the one that writes the Date header.",
    shows: &[("WS-TS-11", "offset")],
    conduct: Subject::WsService(|| Arc::new(Offset(4))),
};

struct ServerTime;

impl Conduct for ServerTime {
    fn ts(&self, _session: &Session, _call: &Call, now: i64) -> Option<Node> {
        Some(Node::number(now))
    }
}

struct Absent;

impl Conduct for Absent {
    fn amend(&self, _session: &Session, _call: Option<&Call>, outcome: &Outcome, reply: &mut Node) {
        if let (Outcome::Failure(ErrorCode::Illegal1), Some(extra)) = (outcome, reply.at(&["result", "errorExtra"])) {
            extra.remove("ts");
        }
    }
}

struct Written;

impl Conduct for Written {
    fn stated_time(&self, call: &Call, _now: i64) -> Option<i64> {
        let raw = call.param("ts")?;
        let text = call.text_param("ts").unwrap_or_else(|| raw.to_owned());
        let seconds: f64 = text.trim().parse().ok()?;
        // What is no time at all is not brought into one by rounding.
        (seconds.abs() < 1e15).then_some(seconds as i64)
    }
}

struct AnyCase;

impl Conduct for AnyCase {
    fn stated_time(&self, call: &Call, now: i64) -> Option<i64> {
        let mut named = call.params.iter().filter(|(name, _)| name.eq_ignore_ascii_case("ts"));
        let other = || named.next().and_then(|(_, raw)| raw.get().parse().ok());
        Honest.stated_time(call, now).or_else(other)
    }
}

struct Stale(ErrorCode);

impl Conduct for Stale {
    fn stale(&self) -> Outcome {
        Outcome::Failure(self.0)
    }
}

/// By how many seconds the clock is ahead.
struct Offset(i64);

impl Conduct for Offset {
    fn window(&self) -> RangeInclusive<i64> {
        self.0 - 300..=self.0 + 300
    }
}
