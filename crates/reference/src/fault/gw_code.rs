//! A code (B:117) that clients who compare with "0" misread.

use std::sync::Arc;

use super::{Fault, Subject, gw_amends::Amends};
use crate::{
    gateway::{Call, Outcome},
    json::Node,
};

pub const NUMBER: Fault = Fault {
    name: "gw/code-number",
    suite: "gateway",
    text: "The code of a success is the number 0.",
    breaks: &["GW-RSP-1"],
    conduct: Subject::Gateway(|| Arc::new(Amends(number))),
};

pub const HTTP_STATUS: Fault = Fault {
    name: "gw/code-200",
    suite: "gateway",
    text: "The code of a success is 200.",
    breaks: &["GW-RSP-1"],
    conduct: Subject::Gateway(|| Arc::new(Amends(http_status))),
};

pub const EXCEPTION_NUMBER: Fault = Fault {
    name: "gw/code-exception-number",
    suite: "gateway",
    text: "The code of an exception is a number.",
    breaks: &["GW-RSP-2"],
    conduct: Subject::Gateway(|| Arc::new(Amends(exception_number))),
};

pub const FAILURE_ZERO: Fault = Fault {
    name: "gw/code-failure-zero",
    suite: "gateway",
    text: "What a service itself refuses has the code of a success.",
    breaks: &["GW-RSP-2"],
    conduct: Subject::Gateway(|| Arc::new(Amends(failure_zero))),
};

fn number(_: &Call, outcome: &Outcome, reply: &mut Node) {
    if outcome.is_success() {
        reply.set("code", Node::number(0));
    }
}

fn http_status(_: &Call, outcome: &Outcome, reply: &mut Node) {
    if outcome.is_success() {
        reply.set("code", Node::text("200"));
    }
}

fn exception_number(_: &Call, outcome: &Outcome, reply: &mut Node) {
    if !outcome.is_success() {
        reply.set("code", Node::number(-1));
    }
}

fn failure_zero(_: &Call, outcome: &Outcome, reply: &mut Node) {
    if matches!(outcome, Outcome::Failure(_)) {
        reply.set("code", Node::text("0"));
    }
}
