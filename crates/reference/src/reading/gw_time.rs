//! How long a reply takes, which the document leaves open, and what its tm says of that (B:120).

use std::{sync::Arc, time::Duration};

use super::{Reading, gateway};
use crate::{
    gateway::{Call, Conduct, Outcome},
    json::Node,
};

pub const SLOW: Reading = gateway("gw/slow", "Every reply takes a while.", &[], || {
    Arc::new(Takes(|_| Duration::from_millis(120)))
});

pub const OVERTAKING: Reading = gateway(
    "gw/ws-replies-overtake",
    "Replies over the WebSocket overtake one another: every other one takes a while.",
    &[],
    || Arc::new(Takes(|call| Duration::from_millis(60 * (call.nth % 2)))),
);

pub const COUNTED_NOTHING: Reading = gateway(
    "gw/tm-zero",
    "The tm is always 0.",
    &[("GW-RSP-6", "nothing-counted")],
    || Arc::new(Counts(|_| 0)),
);

pub const LONGER: Reading = gateway(
    "gw/tm-longer",
    "The tm is counted in another unit than milliseconds.",
    &[("GW-RSP-6", "longer")],
    || Arc::new(Counts(|took| took.as_nanos())),
);

struct Takes(fn(&Call) -> Duration);

impl Conduct for Takes {
    fn delay(&self, call: &Call, honest: Duration) -> Duration {
        honest + self.0(call)
    }
}

struct Counts(fn(Duration) -> u128);

impl Conduct for Counts {
    fn tm(&self, _call: &Call, _outcome: &Outcome, took: Duration) -> Node {
        Node::raw(self.0(took).to_string())
    }
}
