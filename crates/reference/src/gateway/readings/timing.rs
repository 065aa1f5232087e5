//! How long a reply takes, which the document leaves open, and what its tm says of that (B:120). No suite may find a
//! violation under any of these readings.

use std::{sync::Arc, time::Duration};

use crate::{
    Reading,
    gateway::{GatewayBehaviour, GatewayCall, GatewayOutcome},
    json::Node,
    variant::Subject,
};

pub(super) const READINGS: &[Reading] = &[
    Reading {
        name: "gw/slow",
        text: "Every reply takes a while.",
        shows: &[],
        behaviour: Subject::Gateway(|| Arc::new(Takes(|_| Duration::from_millis(120)))),
    },
    Reading {
        name: "gw/ws-replies-overtake",
        text: "Replies over the WebSocket overtake one another: every other one takes a while.",
        shows: &[],
        behaviour: Subject::Gateway(|| Arc::new(Takes(|call| Duration::from_millis(60 * (call.nth % 2))))),
    },
    Reading {
        name: "gw/tm-zero",
        text: "The tm is always 0.",
        shows: &[("GW-RSP-6", "nothing-counted")],
        behaviour: Subject::Gateway(|| Arc::new(Counts(|_| 0))),
    },
    Reading {
        name: "gw/tm-longer",
        text: "The tm is counted in another unit than milliseconds.",
        shows: &[("GW-RSP-6", "longer")],
        behaviour: Subject::Gateway(|| Arc::new(Counts(|took| took.as_nanos()))),
    },
];

struct Takes(fn(&GatewayCall) -> Duration);

impl GatewayBehaviour for Takes {
    fn delay(&self, call: &GatewayCall, honest: Duration) -> Duration {
        honest + self.0(call)
    }
}

struct Counts(fn(Duration) -> u128);

impl GatewayBehaviour for Counts {
    fn tm(&self, _call: &GatewayCall, _outcome: &GatewayOutcome, took: Duration) -> Node {
        Node::raw(self.0(took).to_string())
    }
}
