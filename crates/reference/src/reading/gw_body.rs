//! Bodies (B:42-44) that are read more leniently or more strictly than the document asks for.

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Response, StatusCode};

use super::{Reading, gateway};
use crate::gateway::{Body, Call, Conduct, Exception, Honest, Outcome, Params, Transport};

pub const LENIENT: Reading = gateway(
    "gw/body-lenient",
    "Comments, single quotes, a comma at the end, NaN and Infinity are read in a body.",
    &[("GW-BODY-2", "leniently-read")],
    || {
        Arc::new(Reads(|call| {
            Honest.params(call).or_else(|exception| lenient(call).ok_or(exception))
        }))
    },
);

pub const ANY_JSON: Reading = gateway(
    "gw/body-any-json",
    "A body that is JSON and no object is as good as an empty one.",
    &[("GW-BODY-5", "taken-as-body"), ("GW-WS-10", "served-leniently")],
    || {
        Arc::new(Reads(|call| {
            Honest.params(call).or_else(|exception| match &call.body {
                Body::Text(text) if serde_json::from_str::<serde_json::Value>(text).is_ok() => Ok(empty()),
                _ => Err(exception),
            })
        }))
    },
);

pub const KNOWN_MEMBERS: Reading = gateway(
    "gw/body-unknown-member-refused",
    "A service refuses members of a body that it does not know.",
    &[
        ("GW-BODY-3", "plain-only"),
        ("GW-BODY-4", "unknown-member-refused"),
        ("GW-BODY-6", "exception"),
        ("GW-WS-10", "exception"),
    ],
    || {
        Arc::new(Reads(|call| {
            let params = Honest.params(call)?;
            let lists = call.biz_type.as_deref() == Some("public.NoticeApiService.list");
            if lists && params.members.keys().any(|name| name != "key") {
                return Err(Exception::ParamsIllegal);
            }
            Ok(params)
        }))
    },
);

pub const UNWRAPPED: Reading = gateway(
    "gw/body-unwrapped",
    "A body whose only member is bizBody is taken out of it.",
    &[("GW-BODY-3", "wrapped-too")],
    || {
        Arc::new(Reads(|call| {
            let params = Honest.params(call)?;
            let wrapped = params.members.get("bizBody").filter(|_| params.members.len() == 1);
            Ok(wrapped.and_then(|raw| Params::read(raw.get())).unwrap_or(params))
        }))
    },
);

pub const LIMITED: Reading = gateway(
    "gw/body-limited",
    "A body of more than 8 KiB is refused with an exception.",
    &[("GW-BODY-6", "exception"), ("GW-WS-10", "exception")],
    || Arc::new(Limited { bare: false }),
);

pub const LIMITED_BARE: Reading = gateway(
    "gw/body-limited-status",
    "In HTTP a body of more than 8 KiB is refused with status 413 alone.",
    &[("GW-BODY-2", "refused-by-status"), ("GW-BODY-6", "bare-status")],
    || Arc::new(Limited { bare: true }),
);

struct Reads(fn(&Call) -> Result<Params, Exception>);

impl Conduct for Reads {
    fn params(&self, call: &Call) -> Result<Params, Exception> {
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
fn lenient(call: &Call) -> Option<Params> {
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
    fn is_long(call: &Call) -> bool {
        matches!(&call.body, Body::Text(text) if text.len() > 8 << 10)
    }
}

impl Conduct for Limited {
    fn params(&self, call: &Call) -> Result<Params, Exception> {
        if Self::is_long(call) {
            Err(Exception::ParamsIllegal)
        } else {
            Honest.params(call)
        }
    }

    fn respond(
        &self,
        call: &Call,
        _outcome: &Outcome,
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
