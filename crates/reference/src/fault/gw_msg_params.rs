//! Parameters of a msg (B:122) that are no string, or that never reach the msg.

use std::sync::Arc;

use super::{Fault, Subject, gw_amends::Amends};
use crate::{
    gateway::{Call, Failure, Language, Outcome, null},
    json::Node,
};

pub const LIST: Fault = Fault {
    name: "gw/msg-params-list",
    suite: "gateway",
    text: "The msgParams are a list.",
    breaks: &["GW-RSP-8"],
    conduct: Subject::Gateway(|| Arc::new(Amends(list))),
};

pub const OBJECT: Fault = Fault {
    name: "gw/msg-params-object",
    suite: "gateway",
    text: "The msgParams are an object.",
    breaks: &["GW-RSP-8"],
    conduct: Subject::Gateway(|| Arc::new(Amends(object))),
};

pub const UNREPLACED: Fault = Fault {
    name: "gw/msg-placeholders",
    suite: "gateway",
    text: "The msg has its placeholders and there are no msgParams.",
    breaks: &["GW-RSP-12"],
    conduct: Subject::Gateway(|| Arc::new(Amends(unreplaced))),
};

fn params(outcome: &Outcome) -> Option<&Failure> {
    match outcome {
        Outcome::Failure(failure) if !failure.params.is_empty() => Some(failure),
        _ => None,
    }
}

fn list(_: &Call, outcome: &Outcome, reply: &mut Node) {
    if let Some(failure) = params(outcome) {
        reply.set("msgParams", Node::texts(failure.params.iter().map(String::as_str)));
    }
}

fn object(_: &Call, outcome: &Outcome, reply: &mut Node) {
    if let Some(failure) = params(outcome) {
        let members = failure.params.iter().enumerate();
        let members = members.map(|(index, param)| (index.to_string(), Node::text(param)));
        reply.set("msgParams", Node::Object(members.collect()));
    }
}

fn unreplaced(_: &Call, outcome: &Outcome, reply: &mut Node) {
    if let Some(failure) = params(outcome) {
        reply.set("msg", Node::text(failure.texts.of(Language::default())));
        reply.set("msgParams", null());
    }
}
