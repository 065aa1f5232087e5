//! A member of the envelope (B:118-123) with another type, or none.

use std::sync::Arc;

use super::{Fault, Subject, gw_amends::Amends};
use crate::{
    gateway::{Call, Outcome, null},
    json::Node,
};

pub const MSG_NULL: Fault = Fault {
    name: "gw/msg-null",
    suite: "gateway",
    text: "The msg of a success is null.",
    breaks: &["GW-RSP-3"],
    conduct: Subject::Gateway(|| Arc::new(Amends(msg_null))),
};

pub const MSG_MISSING: Fault = Fault {
    name: "gw/msg-missing",
    suite: "gateway",
    text: "An exception has no msg.",
    breaks: &["GW-RSP-3"],
    conduct: Subject::Gateway(|| Arc::new(Amends(msg_missing))),
};

pub const BIZ_CODE_NUMBER: Fault = Fault {
    name: "gw/biz-code-number",
    suite: "gateway",
    text: "The bizCode of a success is the number 0.",
    breaks: &["GW-RSP-4"],
    conduct: Subject::Gateway(|| Arc::new(Amends(biz_code_number))),
};

pub const BIZ_CODE_NULL: Fault = Fault {
    name: "gw/biz-code-null",
    suite: "gateway",
    text: "The bizCode of a success is null.",
    breaks: &["GW-RSP-4"],
    conduct: Subject::Gateway(|| Arc::new(Amends(biz_code_null))),
};

pub const TM_TEXT: Fault = Fault {
    name: "gw/tm-text",
    suite: "gateway",
    text: "The tm is a string.",
    breaks: &["GW-RSP-5"],
    conduct: Subject::Gateway(|| Arc::new(Amends(tm_text))),
};

pub const TM_MISSING: Fault = Fault {
    name: "gw/tm-missing",
    suite: "gateway",
    text: "A success has no tm.",
    breaks: &["GW-RSP-5"],
    conduct: Subject::Gateway(|| Arc::new(Amends(tm_missing))),
};

pub const DATA_MISSING: Fault = Fault {
    name: "gw/data-missing",
    suite: "gateway",
    text: "Data without anything in it is left out.",
    breaks: &["GW-RSP-10"],
    conduct: Subject::Gateway(|| Arc::new(Amends(data_missing))),
};

pub const OK_ALWAYS: Fault = Fault {
    name: "gw/ok-always",
    suite: "gateway",
    text: "Every reply has a further member ok, which is always true.",
    breaks: &["GW-RSP-11"],
    conduct: Subject::Gateway(|| Arc::new(Amends(ok_always))),
};

fn msg_null(_: &Call, outcome: &Outcome, reply: &mut Node) {
    if outcome.is_success() {
        reply.set("msg", null());
    }
}

fn msg_missing(_: &Call, outcome: &Outcome, reply: &mut Node) {
    if !outcome.is_success() {
        reply.remove("msg");
    }
}

fn biz_code_number(_: &Call, outcome: &Outcome, reply: &mut Node) {
    if outcome.is_success() {
        reply.set("bizCode", Node::number(0));
    }
}

fn biz_code_null(_: &Call, outcome: &Outcome, reply: &mut Node) {
    if outcome.is_success() {
        reply.set("bizCode", null());
    }
}

fn tm_text(_: &Call, _: &Outcome, reply: &mut Node) {
    if let Some(tm) = reply.at(&["tm"]) {
        *tm = Node::text(&tm.to_string());
    }
}

fn tm_missing(_: &Call, outcome: &Outcome, reply: &mut Node) {
    if outcome.is_success() {
        reply.remove("tm");
    }
}

fn data_missing(_: &Call, outcome: &Outcome, reply: &mut Node) {
    let empty = reply
        .at(&["data"])
        .is_some_and(|data| matches!(&*data.to_string(), "null" | "{}" | "[]"));
    if outcome.is_success() && empty {
        reply.remove("data");
    }
}

fn ok_always(_: &Call, _: &Outcome, reply: &mut Node) {
    reply.set("ok", Node::raw("true"));
}
