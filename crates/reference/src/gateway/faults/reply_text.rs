//! A reply whose members are right and whose text is not JSON, or not the JSON of an object. No fault here may change a
//! value.

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::Response;

use super::ChangesReply;
use crate::{Fault, gateway::{GatewayCall, GatewayBehaviour, GatewayOutcome, Transport}, json::Node, variant::Subject};

pub(super) const FAULTS: &[Fault] = &[
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
        behaviour: Subject::Gateway(|| Arc::new(ChangesReply(|call, _, reply| encode_twice(call, Transport::Http, reply)))),
    },
    Fault {
        name: "gw/ws-reply-encoded-twice",
        text: "Over the WebSocket a reply is a JSON string that holds the envelope's JSON.",
        breaks: &["GW-WS-2", "GW-HB-11"],
        behaviour: Subject::Gateway(|| Arc::new(ChangesReply(|call, _, reply| encode_twice(call, Transport::Socket, reply)))),
    },
    Fault {
        name: "gw/http-reply-not-utf-8",
        text: "In HTTP what is not ASCII in a reply is sent in another charset than UTF-8.",
        breaks: &["GW-HTTP-1", "GW-HTTP-2", "GW-HTTP-4", "GW-HTTP-12"],
        behaviour: Subject::Gateway(|| Arc::new(Charset)),
    },
];

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
