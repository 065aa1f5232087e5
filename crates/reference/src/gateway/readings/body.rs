//! Bodies (B:42-44) that are read more leniently or more strictly than the document asks for. No suite may find a
//! violation under any of these readings.

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Response, StatusCode};

use crate::{
    Reading,
    gateway::{Body, Exception, GatewayBehaviour, GatewayCall, GatewayOutcome, HonestGateway, Params, Transport},
    variant::Subject,
};

pub(super) const READINGS: &[Reading] = &[
    Reading {
        name: "gw/body-lenient",
        text: "Comments, single quotes, a comma at the end, NaN and Infinity are read in a body.",
        shows: &[("GW-BODY-2", "leniently-read")],
        behaviour: Subject::Gateway(|| {
            Arc::new(Reads(|call| {
                HonestGateway
                    .params(call)
                    .or_else(|exception| lenient(call).ok_or(exception))
            }))
        }),
    },
    Reading {
        name: "gw/body-any-json",
        text: "A body that is JSON and no object is as good as an empty one.",
        shows: &[
            ("GW-BODY-5", "taken-as-body"),
            ("GW-BODY-5", "null-as-body"),
            ("GW-WS-10", "served"),
            ("GW-WS-10", "served-leniently"),
        ],
        behaviour: Subject::Gateway(|| {
            Arc::new(Reads(|call| {
                HonestGateway.params(call).or_else(|exception| match &call.body {
                    Body::Text(text) if serde_json::from_str::<serde_json::Value>(text).is_ok() => Ok(empty()),
                    _ => Err(exception),
                })
            }))
        }),
    },
    Reading {
        name: "gw/body-unknown-member-refused",
        text: "A service refuses members of a body that it does not know.",
        shows: &[
            ("GW-BODY-3", "plain-only"),
            ("GW-BODY-4", "unknown-member-refused"),
            ("GW-BODY-6", "exception"),
            ("GW-WS-10", "exception"),
        ],
        behaviour: Subject::Gateway(|| {
            Arc::new(Reads(|call| {
                let params = HonestGateway.params(call)?;
                let lists = call.biz_type.as_deref() == Some("public.NoticeApiService.list");
                if lists && params.members.keys().any(|name| name != "key") {
                    return Err(Exception::ParamsIllegal);
                }
                Ok(params)
            }))
        }),
    },
    Reading {
        name: "gw/body-unwrapped",
        text: "A body whose only member is bizBody is taken out of it.",
        shows: &[("GW-BODY-3", "wrapped-too")],
        behaviour: Subject::Gateway(|| {
            Arc::new(Reads(|call| {
                let params = HonestGateway.params(call)?;
                let wrapped = params.members.get("bizBody").filter(|_| params.members.len() == 1);
                Ok(wrapped.and_then(|raw| Params::read(raw.get())).unwrap_or(params))
            }))
        }),
    },
    Reading {
        name: "gw/body-limited",
        text: "A body of more than 8 KiB is refused with an exception.",
        shows: &[("GW-BODY-6", "exception"), ("GW-WS-10", "exception")],
        behaviour: Subject::Gateway(|| Arc::new(Limited { bare: false })),
    },
    Reading {
        name: "gw/body-limited-status",
        text: "In HTTP a body of more than 8 KiB is refused with status 413 alone.",
        shows: &[("GW-BODY-2", "refused-by-status"), ("GW-BODY-6", "bare-status")],
        behaviour: Subject::Gateway(|| Arc::new(Limited { bare: true })),
    },
];

struct Reads(fn(&GatewayCall) -> Result<Params, Exception>);

impl GatewayBehaviour for Reads {
    fn params(&self, call: &GatewayCall) -> Result<Params, Exception> {
        self.0(call)
    }
}

fn empty() -> Params {
    Params {
        raw: "{}".to_owned(),
        ..Params::default()
    }
}

/// What a parser with every extension switched on makes of a body in HTTP.
fn lenient(call: &GatewayCall) -> Option<Params> {
    let (Body::Text(text), Transport::Http) = (&call.body, call.transport) else {
        return None;
    };
    let text = text.replace("/* a */", "").replace("// a\n", "");
    let text = text.replace('\'', "\"").replace(",}", "}");
    Params::read(&text.replace("NaN", "null").replace("Infinity", "null"))
}

struct Limited {
    bare: bool,
}

impl Limited {
    fn is_long(call: &GatewayCall) -> bool {
        matches!(&call.body, Body::Text(text) if text.len() > 8 << 10)
    }
}

impl GatewayBehaviour for Limited {
    fn params(&self, call: &GatewayCall) -> Result<Params, Exception> {
        if Self::is_long(call) {
            Err(Exception::ParamsIllegal)
        } else {
            HonestGateway.params(call)
        }
    }

    fn respond(
        &self,
        call: &GatewayCall,
        _outcome: &GatewayOutcome,
        response: Response<Full<Bytes>>,
    ) -> Option<Response<Full<Bytes>>> {
        if !(self.bare && Self::is_long(call)) {
            return Some(response);
        }
        let mut bare = Response::new(Full::default());
        *bare.status_mut() = StatusCode::PAYLOAD_TOO_LARGE;
        Some(bare)
    }
}
