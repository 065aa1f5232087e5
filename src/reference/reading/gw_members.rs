//! Members beyond those that the document shows: it does not say that there are no others.

use std::sync::Arc;

use super::{Reading, Subject};
use crate::reference::{
    gateway::{Call, Conduct, Outcome},
    json::Node,
};

pub const EXTRA: Reading = Reading {
    name: "gw/members-extra",
    suite: "gateway",
    text: "Every reply has members that the document does not show.",
    shows: &[],
    conduct: Subject::Gateway(|| Arc::new(Extra)),
};

struct Extra;

impl Conduct for Extra {
    fn amend(&self, _call: &Call, _outcome: &Outcome, reply: &mut Node) {
        reply.set("server", Node::text("node-7"));
        reply.set("debug", Node::raw("[1, {}]"));
    }
}
