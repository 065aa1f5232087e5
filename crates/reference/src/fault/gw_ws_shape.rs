//! A reply over the WebSocket that differs from the one in HTTP (B:113-123).

use std::sync::Arc;

use super::{Fault, Subject, gw_amends::Amends};
use crate::{
    gateway::{Call, Outcome, Transport},
    json::Node,
};

pub const WRAPPED: Fault = Fault {
    name: "gw/ws-reply-wrapped",
    suite: "gateway",
    text: "A reply over the WebSocket has a header and a body, as its call does.",
    breaks: &["GW-WS-2"],
    conduct: Subject::Gateway(|| Arc::new(Amends(wrapped))),
};

pub const DATA_TEXT: Fault = Fault {
    name: "gw/ws-data-text",
    suite: "gateway",
    text: "Over the WebSocket the data is a string that holds JSON.",
    breaks: &["GW-WS-8"],
    conduct: Subject::Gateway(|| Arc::new(Amends(data_text))),
};

pub const BIZ_CODE: Fault = Fault {
    name: "gw/ws-biz-code-empty",
    suite: "gateway",
    text: "Over the WebSocket the bizCode is empty, even that of an exception.",
    breaks: &["GW-WS-8"],
    conduct: Subject::Gateway(|| Arc::new(Amends(biz_code_empty))),
};

pub const BIZ_CODE_NUMBER: Fault = Fault {
    name: "gw/ws-biz-code-number",
    suite: "gateway",
    text: "Over the WebSocket the bizCode of an exception is a number.",
    breaks: &["GW-RSP-4"],
    conduct: Subject::Gateway(|| Arc::new(Amends(biz_code_number))),
};

fn biz_code_number(call: &Call, outcome: &Outcome, reply: &mut Node) {
    if call.transport == Transport::Socket && !outcome.is_success() {
        reply.set("bizCode", Node::number(7));
    }
}

fn wrapped(call: &Call, _: &Outcome, reply: &mut Node) {
    if call.transport == Transport::Socket {
        let trace = reply
            .at(&["trace"])
            .map_or_else(|| Node::raw("null"), |trace| trace.clone());
        *reply = Node::object([("header", Node::object([("trace", trace)])), ("body", reply.clone())]);
    }
}

fn data_text(call: &Call, outcome: &Outcome, reply: &mut Node) {
    if call.transport == Transport::Socket
        && outcome.is_success()
        && let Some(data) = reply.at(&["data"])
    {
        *data = Node::text(&data.to_string());
    }
}

fn biz_code_empty(call: &Call, _: &Outcome, reply: &mut Node) {
    if call.transport == Transport::Socket {
        reply.set("bizCode", Node::text(""));
    }
}
