//! A reply but for its trace (GW-RSP): members with another type, another value, or none, and text that is no JSON
//! object. No fault here may touch what was done.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use http_body_util::Full;
use hyper::Response;

use super::ChangesReply;
use crate::{
    Fault,
    clock::Clock,
    gateway::{Failure, GatewayBehaviour, GatewayCall, GatewayOutcome, Language, Transport, null},
    json::Node,
    variant::Subject,
};

pub(super) const FAULTS: &[Fault] = &[
    // A code (B:117) that clients who compare with "0" misread.
    Fault {
        name: "gw/code-number",
        text: "The code of a success is the number 0.",
        breaks: &["GW-RSP-1"],
        behaviour: Subject::Gateway(|| Arc::new(ChangesReply(number))),
    },
    Fault {
        name: "gw/code-200",
        text: "The code of a success is 200.",
        breaks: &["GW-RSP-1"],
        behaviour: Subject::Gateway(|| Arc::new(ChangesReply(http_status))),
    },
    Fault {
        name: "gw/code-exception-number",
        text: "The code of an exception is a number.",
        breaks: &["GW-RSP-2"],
        behaviour: Subject::Gateway(|| Arc::new(ChangesReply(exception_number))),
    },
    Fault {
        name: "gw/code-failure-zero",
        text: "What a service itself refuses has the code of a success.",
        breaks: &["GW-RSP-2"],
        behaviour: Subject::Gateway(|| Arc::new(ChangesReply(failure_zero))),
    },
    // A member of the envelope (B:118-123) with another type, or none.
    Fault {
        name: "gw/msg-null",
        text: "The msg of a success is null.",
        breaks: &["GW-RSP-3"],
        behaviour: Subject::Gateway(|| Arc::new(ChangesReply(msg_null))),
    },
    Fault {
        name: "gw/msg-missing",
        text: "An exception has no msg.",
        breaks: &["GW-RSP-3"],
        behaviour: Subject::Gateway(|| Arc::new(ChangesReply(msg_missing))),
    },
    Fault {
        name: "gw/biz-code-number",
        text: "The bizCode of a success is the number 0.",
        breaks: &["GW-RSP-4"],
        behaviour: Subject::Gateway(|| Arc::new(ChangesReply(biz_code_number))),
    },
    Fault {
        name: "gw/biz-code-null",
        text: "The bizCode of a success is null.",
        breaks: &["GW-RSP-4"],
        behaviour: Subject::Gateway(|| Arc::new(ChangesReply(biz_code_null))),
    },
    Fault {
        name: "gw/tm-text",
        text: "The tm is a string.",
        breaks: &["GW-RSP-5"],
        behaviour: Subject::Gateway(|| Arc::new(ChangesReply(tm_text))),
    },
    Fault {
        name: "gw/tm-missing",
        text: "A success has no tm.",
        breaks: &["GW-RSP-5"],
        behaviour: Subject::Gateway(|| Arc::new(ChangesReply(tm_missing))),
    },
    Fault {
        name: "gw/data-missing",
        text: "Data without anything in it is left out.",
        breaks: &["GW-RSP-10"],
        behaviour: Subject::Gateway(|| Arc::new(ChangesReply(data_missing))),
    },
    Fault {
        name: "gw/ok-always",
        text: "Every reply has a further member ok, which is always true.",
        breaks: &["GW-RSP-11"],
        behaviour: Subject::Gateway(|| Arc::new(ChangesReply(ok_always))),
    },
    // A processing time (B:120) in another unit than milliseconds.
    Fault {
        name: "gw/tm-fraction",
        text: "The tm has a fraction.",
        breaks: &["GW-RSP-5"],
        // Half a millisecond beside the whole ones, because time that is paused has no fraction of its own.
        behaviour: Subject::Gateway(|| Arc::new(Takes(|took| format!("{}.5", took.as_millis())))),
    },
    Fault {
        name: "gw/tm-seconds",
        text: "The tm is in seconds.",
        breaks: &["GW-RSP-6"],
        behaviour: Subject::Gateway(|| Arc::new(Takes(|took| took.as_secs().to_string()))),
    },
    Fault {
        name: "gw/tm-microseconds",
        text: "The tm is in microseconds.",
        breaks: &["GW-RSP-6"],
        behaviour: Subject::Gateway(|| Arc::new(Takes(|took| took.as_micros().to_string()))),
    },
    Fault {
        name: "gw/tm-clock",
        text: "The tm is the time of day.",
        breaks: &["GW-RSP-6"],
        behaviour: Subject::Gateway(|| Arc::new(Takes(|_| Clock::ahead(0).now_ms().to_string()))),
    },
    // Parameters of a msg (B:122) that are no string, or that never reach the msg.
    Fault {
        name: "gw/msg-params-list",
        text: "The msgParams are a list.",
        breaks: &["GW-RSP-8"],
        behaviour: Subject::Gateway(|| Arc::new(ChangesReply(list))),
    },
    Fault {
        name: "gw/msg-params-object",
        text: "The msgParams are an object.",
        breaks: &["GW-RSP-8"],
        behaviour: Subject::Gateway(|| Arc::new(ChangesReply(object))),
    },
    Fault {
        name: "gw/msg-placeholders",
        text: "The msg has its placeholders and there are no msgParams.",
        breaks: &["GW-RSP-12"],
        behaviour: Subject::Gateway(|| Arc::new(ChangesReply(unreplaced))),
    },
    // Data of an exception that is not the bizType (B:123, AMB-B8).
    Fault {
        name: "gw/exception-data-empty-object",
        text: "The data of an exception is an empty object.",
        breaks: &["GW-RSP-9"],
        behaviour: Subject::Gateway(|| Arc::new(ChangesReply(object_data))),
    },
    Fault {
        name: "gw/exception-data-object-other",
        text: "The data of an exception is an object that holds the bizType of another call.",
        breaks: &["GW-RSP-9"],
        behaviour: Subject::Gateway(|| {
            Arc::new(ChangesReply(|_, outcome, reply| {
                if !outcome.is_success() {
                    reply.set(
                        "data",
                        Node::object([("bizType", Node::text("other.OtherApiService.other"))]),
                    );
                }
            }))
        }),
    },
    Fault {
        name: "gw/exception-data-route",
        text: "In HTTP the data of an exception is the bizType behind its route.",
        breaks: &["GW-RSP-9", "GW-WS-8"],
        behaviour: Subject::Gateway(|| Arc::new(ChangesReply(route))),
    },
    Fault {
        name: "gw/exception-data-service",
        text: "The data of an exception is the bizType without its method.",
        breaks: &["GW-RSP-9"],
        behaviour: Subject::Gateway(|| Arc::new(ChangesReply(service))),
    },
    // A reply whose members are right and whose text is not JSON, or not the JSON of an object.
    Fault {
        name: "gw/http-reply-encoded-twice",
        text: "In HTTP a reply is a JSON string that holds the envelope's JSON.",
        breaks: &[
            "GW-HTTP-1",
            "GW-HTTP-2",
            "GW-HTTP-3",
            "GW-HTTP-4",
            "GW-HTTP-12",
            "GW-HTTP-14",
        ],
        behaviour: Subject::Gateway(|| {
            Arc::new(ChangesReply(|call, _, reply| {
                encode_twice(call, Transport::Http, reply)
            }))
        }),
    },
    Fault {
        name: "gw/ws-reply-encoded-twice",
        text: "Over the WebSocket a reply is a JSON string that holds the envelope's JSON.",
        breaks: &["GW-WS-2", "GW-HB-11"],
        behaviour: Subject::Gateway(|| {
            Arc::new(ChangesReply(|call, _, reply| {
                encode_twice(call, Transport::Socket, reply)
            }))
        }),
    },
    Fault {
        name: "gw/http-reply-not-utf-8",
        text: "In HTTP what is not ASCII in a reply is sent in another charset than UTF-8.",
        breaks: &["GW-HTTP-1", "GW-HTTP-2", "GW-HTTP-4", "GW-HTTP-12"],
        behaviour: Subject::Gateway(|| Arc::new(Charset)),
    },
];

fn number(_: &GatewayCall, outcome: &GatewayOutcome, reply: &mut Node) {
    if outcome.is_success() {
        reply.set("code", Node::number(0));
    }
}

fn http_status(_: &GatewayCall, outcome: &GatewayOutcome, reply: &mut Node) {
    if outcome.is_success() {
        reply.set("code", Node::text("200"));
    }
}

fn exception_number(_: &GatewayCall, outcome: &GatewayOutcome, reply: &mut Node) {
    if !outcome.is_success() {
        reply.set("code", Node::number(-1));
    }
}

fn failure_zero(_: &GatewayCall, outcome: &GatewayOutcome, reply: &mut Node) {
    if matches!(outcome, GatewayOutcome::Failure(_)) {
        reply.set("code", Node::text("0"));
    }
}

fn msg_null(_: &GatewayCall, outcome: &GatewayOutcome, reply: &mut Node) {
    if outcome.is_success() {
        reply.set("msg", null());
    }
}

fn msg_missing(_: &GatewayCall, outcome: &GatewayOutcome, reply: &mut Node) {
    if !outcome.is_success() {
        reply.remove("msg");
    }
}

fn biz_code_number(_: &GatewayCall, outcome: &GatewayOutcome, reply: &mut Node) {
    if outcome.is_success() {
        reply.set("bizCode", Node::number(0));
    }
}

fn biz_code_null(_: &GatewayCall, outcome: &GatewayOutcome, reply: &mut Node) {
    if outcome.is_success() {
        reply.set("bizCode", null());
    }
}

fn tm_text(_: &GatewayCall, _: &GatewayOutcome, reply: &mut Node) {
    if let Some(tm) = reply.at(&["tm"]) {
        *tm = Node::text(&tm.to_string());
    }
}

fn tm_missing(_: &GatewayCall, outcome: &GatewayOutcome, reply: &mut Node) {
    if outcome.is_success() {
        reply.remove("tm");
    }
}

fn data_missing(_: &GatewayCall, outcome: &GatewayOutcome, reply: &mut Node) {
    let empty = reply
        .at(&["data"])
        .is_some_and(|data| matches!(&*data.to_string(), "null" | "{}" | "[]"));
    if outcome.is_success() && empty {
        reply.remove("data");
    }
}

fn ok_always(_: &GatewayCall, _: &GatewayOutcome, reply: &mut Node) {
    reply.set("ok", Node::raw("true"));
}

struct Takes(fn(Duration) -> String);

impl GatewayBehaviour for Takes {
    fn tm(&self, _call: &GatewayCall, _outcome: &GatewayOutcome, took: Duration) -> Node {
        Node::raw(self.0(took))
    }
}

fn params(outcome: &GatewayOutcome) -> Option<&Failure> {
    match outcome {
        GatewayOutcome::Failure(failure) if !failure.params.is_empty() => Some(failure),
        _ => None,
    }
}

fn list(_: &GatewayCall, outcome: &GatewayOutcome, reply: &mut Node) {
    if let Some(failure) = params(outcome) {
        reply.set("msgParams", Node::texts(failure.params.iter().map(String::as_str)));
    }
}

fn object(_: &GatewayCall, outcome: &GatewayOutcome, reply: &mut Node) {
    if let Some(failure) = params(outcome) {
        let members = failure.params.iter().enumerate();
        let members = members.map(|(index, param)| (index.to_string(), Node::text(param)));
        reply.set("msgParams", Node::Object(members.collect()));
    }
}

fn unreplaced(_: &GatewayCall, outcome: &GatewayOutcome, reply: &mut Node) {
    if let Some(failure) = params(outcome) {
        reply.set("msg", Node::text(failure.texts.of(Language::default())));
        reply.set("msgParams", null());
    }
}

fn object_data(_: &GatewayCall, outcome: &GatewayOutcome, reply: &mut Node) {
    if !outcome.is_success() {
        reply.set("data", Node::object([]));
    }
}

fn route(call: &GatewayCall, outcome: &GatewayOutcome, reply: &mut Node) {
    if let (false, Some(route), Some(biz_type)) = (outcome.is_success(), call.route, &call.biz_type) {
        let route = format!("{route:?}").to_lowercase();
        reply.set("data", Node::text(&format!("{route}/{biz_type}")));
    }
}

fn service(call: &GatewayCall, outcome: &GatewayOutcome, reply: &mut Node) {
    if let (false, Some(biz_type)) = (outcome.is_success(), &call.biz_type) {
        let service = biz_type.rsplit_once('.').map_or(&**biz_type, |(service, _)| service);
        reply.set("data", Node::text(service));
    }
}

fn encode_twice(call: &GatewayCall, transport: Transport, reply: &mut Node) {
    if call.transport == transport {
        *reply = Node::text(&reply.to_string());
    }
}

struct Charset;

impl GatewayBehaviour for Charset {
    fn respond(
        &self,
        call: &GatewayCall,
        outcome: &GatewayOutcome,
        response: Response<Full<Bytes>>,
    ) -> Option<Response<Full<Bytes>>> {
        // Two bytes a character, as in GBK; which ones does not matter to whoever expects UTF-8.
        let GatewayOutcome::Success(data) = outcome else {
            return Some(response);
        };
        let text = format!(
            r#"{{"code":"0","msg":"成功","bizCode":"","tm":0,"trace":{},"data":{data}}}"#,
            trace(call)
        );
        let bytes: Vec<u8> = text
            .chars()
            .flat_map(|char| {
                if char.is_ascii() {
                    vec![char as u8]
                } else {
                    vec![0xb3, 0xc9]
                }
            })
            .collect();
        let (parts, _) = response.into_parts();
        Some(Response::from_parts(parts, Full::from(bytes)))
    }
}

fn trace(call: &GatewayCall) -> &str {
    call.header.field("trace").map_or("null", |field| &field.raw)
}
