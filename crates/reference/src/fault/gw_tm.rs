//! A processing time (B:120) in another unit than milliseconds.

use std::{sync::Arc, time::Duration};

use super::{Fault, Subject};
use crate::{
    clock::Clock,
    gateway::{Call, Conduct, Outcome},
    json::Node,
};

pub const FRACTION: Fault = Fault {
    name: "gw/tm-fraction",
    suite: "gateway",
    text: "The tm has a fraction.",
    breaks: &["GW-RSP-5"],
    conduct: Subject::Gateway(|| Arc::new(Takes(|took| format!("{:.3}", took.as_secs_f64() * 1000.0)))),
};

pub const SECONDS: Fault = Fault {
    name: "gw/tm-seconds",
    suite: "gateway",
    text: "The tm is in seconds.",
    breaks: &["GW-RSP-6"],
    conduct: Subject::Gateway(|| Arc::new(Takes(|took| took.as_secs().to_string()))),
};

pub const MICROSECONDS: Fault = Fault {
    name: "gw/tm-microseconds",
    suite: "gateway",
    text: "The tm is in microseconds.",
    breaks: &["GW-RSP-6"],
    conduct: Subject::Gateway(|| Arc::new(Takes(|took| took.as_micros().to_string()))),
};

pub const CLOCK: Fault = Fault {
    name: "gw/tm-clock",
    suite: "gateway",
    text: "The tm is the time of day.",
    breaks: &["GW-RSP-6"],
    conduct: Subject::Gateway(|| Arc::new(Takes(|_| Clock::ahead(0).now_ms().to_string()))),
};

struct Takes(fn(Duration) -> String);

impl Conduct for Takes {
    fn tm(&self, _call: &Call, _outcome: &Outcome, took: Duration) -> Node {
        Node::raw(self.0(took))
    }
}
