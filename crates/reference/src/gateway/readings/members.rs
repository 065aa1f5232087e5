//! Members beyond those that the document shows: it does not say that there are no others. No suite may find a
//! violation under any of these readings.

use std::sync::Arc;

use crate::{
    Reading,
    gateway::{GatewayBehaviour, GatewayCall, GatewayOutcome, Ping},
    json::Node,
    variant::Subject,
};

pub(super) const READINGS: &[Reading] = &[Reading {
    name: "gw/members-extra",
    text: "Every reply and every pong has members that the document does not show.",
    shows: &[],
    behaviour: Subject::Gateway(|| Arc::new(Extra)),
}];

struct Extra;

impl GatewayBehaviour for Extra {
    fn pong(&self, _ping: &Ping, mut honest: Node) -> Node {
        add(&mut honest);
        honest
    }

    fn change_reply(&self, _call: &GatewayCall, outcome: &GatewayOutcome, reply: &mut Node) {
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
