//! Messages over the WebSocket (GW-WS): headers, replies of another shape, and what is no call. No fault here may touch
//! HTTP.

use std::{sync::Arc, time::Duration};

use super::ChangesReply;
use crate::{
    Fault,
    gateway::{
        BizService, Body, Connection, Exception, GatewayBehaviour, GatewayCall, GatewayOutcome, HonestGateway,
        Transport,
    },
    json::Node,
    variant::Subject,
    websocket::Out,
};
use wire::frame::Frame;

pub(super) const FAULTS: &[Fault] = &[
    // A reply over the WebSocket that differs from the one in HTTP (B:113-123).
    Fault {
        name: "gw/ws-reply-wrapped",
        text: "A reply over the WebSocket has a header and a body, as its call does.",
        breaks: &["GW-WS-2"],
        behaviour: Subject::Gateway(|| Arc::new(ChangesReply(wrapped))),
    },
    Fault {
        name: "gw/ws-data-text",
        text: "Over the WebSocket the data is a string that holds JSON.",
        breaks: &["GW-WS-8"],
        behaviour: Subject::Gateway(|| Arc::new(ChangesReply(data_text))),
    },
    Fault {
        name: "gw/ws-biz-code-empty",
        text: "Over the WebSocket the bizCode is empty, even that of an exception.",
        breaks: &["GW-WS-8"],
        behaviour: Subject::Gateway(|| Arc::new(ChangesReply(biz_code_empty))),
    },
    Fault {
        name: "gw/ws-biz-code-number",
        text: "Over the WebSocket the bizCode of an exception is a number.",
        breaks: &["GW-RSP-4"],
        behaviour: Subject::Gateway(|| Arc::new(ChangesReply(biz_code_number))),
    },
    // A header of a message (B:62, B:68-79) that is not read as the document has it.
    Fault {
        name: "gw/ws-biz-type-optional",
        text: "A message without bizType goes to the service of the notices.",
        breaks: &["GW-WS-4"],
        behaviour: Subject::Gateway(|| Arc::new(BizTypeOptional)),
    },
    Fault {
        name: "gw/ws-number-refused",
        text: "A companyId or timestamp that is a number is refused: it must be a string.",
        breaks: &["GW-WS-9"],
        behaviour: Subject::Gateway(|| Arc::new(NumberRefused)),
    },
    Fault {
        name: "gw/ws-header-missing-closes",
        text: "A message without header closes the connection.",
        breaks: &["GW-WS-5"],
        behaviour: Subject::Gateway(|| Arc::new(MissingCloses)),
    },
    // A message that is no call, and does harm (GW-WS-10, GW-HB-11).
    Fault {
        name: "gw/ws-malformed-stalls",
        text: "After a message that is no JSON nothing more is answered on its connection.",
        breaks: &["GW-WS-10"],
        behaviour: Subject::Gateway(|| {
            Arc::new(Harm(|text, _| is_malformed(text) && !is_verbatim(text), Answer::Stall))
        }),
    },
    Fault {
        name: "gw/ws-header-type-stalls",
        text: "After a header that is no object nothing more is answered on the connection.",
        breaks: &["GW-WS-10"],
        behaviour: Subject::Gateway(|| {
            Arc::new(Harm(
                |text, exception| !is_malformed(text) && exception == Exception::ParamsIllegal,
                Answer::Stall,
            ))
        }),
    },
    Fault {
        name: "gw/ping-verbatim-stalls",
        text: "After the document's own ping, with its full-width comma, nothing more is answered on the connection.",
        breaks: &["GW-HB-11"],
        behaviour: Subject::Gateway(|| Arc::new(Harm(|text, _| is_verbatim(text), Answer::Stall))),
    },
    Fault {
        name: "gw/ping-verbatim-pong",
        text: "The document's own ping is answered although its full-width comma is no JSON.",
        breaks: &["GW-HB-11"],
        behaviour: Subject::Gateway(|| Arc::new(Harm(|text, _| is_verbatim(text), Answer::Pong))),
    },
    Fault {
        name: "gw/ws-unreadable-success",
        text: "A message that is no call is answered with success.",
        breaks: &["GW-WS-5", "GW-WS-10", "GW-HB-11"],
        behaviour: Subject::Gateway(|| Arc::new(Harm(|_, _| true, Answer::Success))),
    },
    // A message that the gateway's code did not expect is answered by the framework: with a word, not with an envelope.
    Fault {
        name: "gw/ws-unreadable-word",
        text: "A message that is no call is answered with the word error.",
        breaks: &["GW-WS-5", "GW-WS-10", "GW-HB-11"],
        behaviour: Subject::Gateway(|| Arc::new(Word { unreadable: true })),
    },
    Fault {
        name: "gw/ws-unusual-word",
        text: "A call that is long, or has a member that calls do not have, is answered with the word error.",
        breaks: &["GW-WS-10"],
        behaviour: Subject::Gateway(|| Arc::new(Word { unreadable: false })),
    },
];

fn biz_code_number(call: &GatewayCall, outcome: &GatewayOutcome, reply: &mut Node) {
    if call.transport == Transport::Socket && !outcome.is_success() {
        reply.set("bizCode", Node::number(7));
    }
}

fn wrapped(call: &GatewayCall, _: &GatewayOutcome, reply: &mut Node) {
    if call.transport == Transport::Socket {
        let trace = reply
            .at(&["trace"])
            .map_or_else(|| Node::raw("null"), |trace| trace.clone());
        *reply = Node::object([("header", Node::object([("trace", trace)])), ("body", reply.clone())]);
    }
}

fn data_text(call: &GatewayCall, outcome: &GatewayOutcome, reply: &mut Node) {
    if call.transport == Transport::Socket
        && outcome.is_success()
        && let Some(data) = reply.at(&["data"])
    {
        *data = Node::text(&data.to_string());
    }
}

fn biz_code_empty(call: &GatewayCall, _: &GatewayOutcome, reply: &mut Node) {
    if call.transport == Transport::Socket {
        reply.set("bizCode", Node::text(""));
    }
}

struct BizTypeOptional;

impl GatewayBehaviour for BizTypeOptional {
    fn find(&self, call: &GatewayCall) -> Result<&'static BizService, Exception> {
        if call.transport == Transport::Socket && call.biz_type.is_none() {
            let notices = Some("public.NoticeApiService.list".to_owned());
            return HonestGateway.find(&GatewayCall {
                biz_type: notices,
                ..call.clone()
            });
        }
        HonestGateway.find(call)
    }
}

struct NumberRefused;

impl GatewayBehaviour for NumberRefused {
    fn is_long(&self, call: &GatewayCall, name: &str) -> bool {
        let is_number = call.header.field(name).is_some_and(|field| !field.raw.starts_with('"'));
        HonestGateway.is_long(call, name) && !(call.transport == Transport::Socket && is_number)
    }
}

struct MissingCloses;

impl GatewayBehaviour for MissingCloses {
    fn unreadable(&self, _: &Connection, exception: Exception, _: &str, honest: Vec<Out>) -> Vec<Out> {
        match exception {
            Exception::HeaderMissing => vec![Out::Frame(Frame::close(1011, "")), Out::End],
            _ => honest,
        }
    }
}

/// Which messages, and what comes of them.
struct Harm(fn(&str, Exception) -> bool, Answer);

#[derive(Clone, Copy)]
enum Answer {
    Stall,
    Pong,
    Success,
}

/// Longer than any time-out: a worker that is gone never answers.
const FOREVER: Duration = Duration::from_secs(3600);

impl GatewayBehaviour for Harm {
    fn unreadable(&self, _: &Connection, exception: Exception, text: &str, honest: Vec<Out>) -> Vec<Out> {
        match self.1 {
            _ if !self.0(text, exception) => honest,
            Answer::Stall => vec![Out::Pause(FOREVER)],
            Answer::Success => vec![Out::text(
                r#"{"code":"0","msg":"","bizCode":"","tm":0,"trace":"","data":null}"#,
            )],
            Answer::Pong => vec![Out::text(
                r#"{"trace":"trace","token":"token","bizType":"pong","sendTime":1617678792458,"lang":"zh-CN"}"#,
            )],
        }
    }
}

fn is_malformed(text: &str) -> bool {
    serde_json::from_str::<serde::de::IgnoredAny>(text).is_err()
}

/// Whether it is the document's ping, character for character (B:88-98).
fn is_verbatim(text: &str) -> bool {
    is_malformed(text) && text.contains("\"ping\"") && text.contains("，")
}

/// A longer body is unusual.
const LONG: usize = 10_000;

struct Word {
    unreadable: bool,
}

impl GatewayBehaviour for Word {
    fn unreadable(&self, _: &Connection, _: Exception, _: &str, honest: Vec<Out>) -> Vec<Out> {
        if self.unreadable {
            vec![Out::text("error")]
        } else {
            honest
        }
    }

    fn reply(&self, connection: &Connection, call: &GatewayCall, outcome: &GatewayOutcome, text: String) -> Vec<Out> {
        let long = matches!(&call.body, Body::Text(body) if body.len() > LONG);
        if !self.unreadable && (long || call.header.has("sendTime")) {
            vec![Out::text("error")]
        } else {
            HonestGateway.reply(connection, call, outcome, text)
        }
    }
}
