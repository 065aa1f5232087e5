//! The window of `ts` is not five minutes on both sides (A:66).

use std::{ops::RangeInclusive, sync::Arc};

use super::{Fault, Subject};
use crate::ws_service::Conduct;

pub const SIX_MINUTES: Fault = Fault {
    name: "ws/window-6-minutes",
    suite: "ws-service",
    text: "A ts may differ by six minutes.",
    breaks: &["WS-TS-2", "WS-TS-3", "WS-TS-5"],
    conduct: Subject::WsService(|| Arc::new(Window(-360, 360))),
};

pub const THREE_MINUTES: Fault = Fault {
    name: "ws/window-3-minutes",
    suite: "ws-service",
    text: "A ts may differ by only three minutes.",
    breaks: &["WS-TS-4", "WS-TS-5"],
    conduct: Subject::WsService(|| Arc::new(Window(-180, 180))),
};

pub const FUTURE: Fault = Fault {
    name: "ws/window-future-open",
    suite: "ws-service",
    text: "A ts in the future is accepted: only its age is looked at.",
    breaks: &["WS-TS-3", "WS-TS-5"],
    conduct: Subject::WsService(|| Arc::new(Window(-300, YEAR))),
};

pub const PAST: Fault = Fault {
    name: "ws/window-past-open",
    suite: "ws-service",
    text: "A ts in the past is accepted: only the future is refused.",
    breaks: &["WS-TS-2", "WS-TS-5"],
    conduct: Subject::WsService(|| Arc::new(Window(-YEAR, 300))),
};

pub const SHIFTED: Fault = Fault {
    name: "ws/window-shifted",
    suite: "ws-service",
    text: "The window is measured against a clock that is four minutes slow.",
    breaks: &["WS-TS-2", "WS-TS-4"],
    conduct: Subject::WsService(|| Arc::new(Window(-540, 60))),
};

/// An open side is open for a year: milliseconds and zero are other mistakes.
const YEAR: i64 = 365 * 86_400;

/// The most that a `ts` may be behind, and ahead.
struct Window(i64, i64);

impl Conduct for Window {
    fn window(&self) -> RangeInclusive<i64> {
        self.0..=self.1
    }
}
