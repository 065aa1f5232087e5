//! Members beyond those that the document shows: it does not say that there are no others.

use std::sync::Arc;

use super::{Reading, gateway};
use crate::{
    gateway::{Call, Conduct, Outcome, Ping},
    json::Node,
};

pub const EXTRA: Reading = gateway(
    "gw/members-extra",
    "Every reply and every pong has members that the document does not show.",
    &[],
    || Arc::new(Extra),
);

struct Extra;

impl Conduct for Extra {
    fn pong(&self, _ping: &Ping, mut honest: Node) -> Node {
        add(&mut honest);
        honest
    }

    fn amend(&self, _call: &Call, outcome: &Outcome, reply: &mut Node) {
        add(reply);
        let success = outcome.is_success();
        reply.set("ok", Node::raw(success.to_string()));
        reply.set("fail", Node::raw((!success).to_string()));
    }
}

fn add(reply: &mut Node) {
    reply.set("server", Node::text("node-7"));
    reply.set("debug", Node::raw("[1, {}]"));
}
