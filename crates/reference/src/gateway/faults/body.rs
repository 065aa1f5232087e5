//! Bodies (GW-BODY): missing, no JSON, no object, or carried in another way. No fault here may touch a short object.

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Response, StatusCode, header::TRANSFER_ENCODING, http::request::Parts};
use serde::de::IgnoredAny;

use crate::{
    Fault,
    gateway::{
        Body, Exception, GatewayAct, GatewayBehaviour, GatewayCall, GatewayOutcome, HonestGateway, Params, Route,
        Transport, null,
    },
    response::page,
    variant::Subject,
};

pub(super) const FAULTS: &[Fault] = &[
    // A body that is required (B:44, B:63) and that nobody asks for.
    Fault {
        name: "gw/body-optional",
        text: "A call without body, or with a blank one, succeeds in HTTP: nothing was sent, so nothing is checked.",
        breaks: &["GW-BODY-1", "GW-BODY-2"],
        behaviour: Subject::Gateway(|| Arc::new(Unchecked)),
    },
    Fault {
        name: "gw/ws-body-optional",
        text: "A message without a body is executed as one with an empty body.",
        breaks: &["GW-WS-5"],
        behaviour: Subject::Gateway(|| Arc::new(Empty)),
    },
    // A body in HTTP that is no JSON, or no object, and is not refused with an exception.
    Fault {
        name: "gw/body-malformed-page",
        text: "A body that is no JSON is answered with the framework's page of an internal error.",
        breaks: &["GW-BODY-2"],
        behaviour: Subject::Gateway(|| Arc::new(Illegal(Kind::Malformed, Answer::Page))),
    },
    Fault {
        name: "gw/body-malformed-as-empty",
        text: "A body that is no JSON is taken for an empty object.",
        breaks: &["GW-BODY-2"],
        behaviour: Subject::Gateway(|| Arc::new(Illegal(Kind::Malformed, Answer::Empty))),
    },
    Fault {
        name: "gw/body-malformed-dropped",
        text: "A body that is no JSON closes the connection without a response.",
        breaks: &["GW-BODY-2"],
        behaviour: Subject::Gateway(|| Arc::new(Illegal(Kind::Malformed, Answer::Nothing))),
    },
    Fault {
        name: "gw/body-no-object-page",
        text: "A body that is JSON but no object is answered with the framework's page of an internal error.",
        breaks: &["GW-BODY-5"],
        behaviour: Subject::Gateway(|| Arc::new(Illegal(Kind::NoObject, Answer::Page))),
    },
    Fault {
        name: "gw/body-no-object-as-empty",
        text: "A body that is JSON but no object is taken for an empty object.",
        breaks: &["GW-BODY-5"],
        behaviour: Subject::Gateway(|| Arc::new(Illegal(Kind::NoObject, Answer::Empty))),
    },
    // A reader of bodies that wants more than JSON does.
    Fault {
        name: "gw/body-wrapped",
        text: "In HTTP the parameters of other requests are read from a member bizBody; without it there are none.",
        breaks: &["GW-BODY-3", "GW-WS-8"],
        behaviour: Subject::Gateway(|| Arc::new(Wrapped)),
    },
    Fault {
        name: "gw/body-unknown-members-refused",
        text: "A body with a member that the service does not know is refused.",
        breaks: &["GW-BODY-4"],
        behaviour: Subject::Gateway(|| Arc::new(UnknownRefused)),
    },
    Fault {
        name: "gw/body-space-refused",
        text: "A body that does not begin with its brace is refused.",
        breaks: &["GW-BODY-4"],
        behaviour: Subject::Gateway(|| Arc::new(SpaceRefused)),
    },
    // A body in HTTP that is not read for the way it is carried.
    Fault {
        name: "gw/body-chunked-lost",
        text: "A body that is sent in chunks is taken for none: it has no Content-Length.",
        breaks: &["GW-HTTP-15"],
        behaviour: Subject::Gateway(|| Arc::new(ChunkedLost)),
    },
    Fault {
        name: "gw/body-long-page",
        text: "A body of a mebibyte is answered with the framework's page of an internal error.",
        breaks: &["GW-BODY-6"],
        behaviour: Subject::Gateway(|| Arc::new(LongPage)),
    },
];

struct Unchecked;

impl GatewayBehaviour for Unchecked {
    fn decide(&self, call: &GatewayCall, honest: GatewayOutcome) -> GatewayOutcome {
        match (&honest, &call.body, call.transport) {
            (GatewayOutcome::Exception(Exception::ParamsMissing), Body::Missing, Transport::Http) => {
                GatewayOutcome::Success(null())
            }
            _ => honest,
        }
    }
}

struct Empty;

impl GatewayBehaviour for Empty {
    fn params(&self, call: &GatewayCall) -> Result<Params, Exception> {
        match (&call.body, call.transport) {
            (Body::Missing, Transport::Socket) => Params::read("{}").ok_or(Exception::ParamsIllegal),
            _ => HonestGateway.params(call),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Malformed,
    NoObject,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Answer {
    Page,
    Empty,
    Nothing,
}

struct Illegal(Kind, Answer);

impl Illegal {
    fn concerns(&self, call: &GatewayCall) -> bool {
        if call.transport != Transport::Http || HonestGateway.params(call).err() != Some(Exception::ParamsIllegal) {
            return false;
        }
        let is_json = matches!(&call.body, Body::Text(text) if serde_json::from_str::<IgnoredAny>(text).is_ok());
        is_json == (self.0 == Kind::NoObject)
    }
}

impl GatewayBehaviour for Illegal {
    fn params(&self, call: &GatewayCall) -> Result<Params, Exception> {
        if self.1 == Answer::Empty && self.concerns(call) {
            return Params::read("{}").ok_or(Exception::ParamsIllegal);
        }
        HonestGateway.params(call)
    }

    fn respond(
        &self,
        call: &GatewayCall,
        _outcome: &GatewayOutcome,
        response: Response<Full<Bytes>>,
    ) -> Option<Response<Full<Bytes>>> {
        match self.1 {
            Answer::Page if self.concerns(call) => Some(page(
                StatusCode::INTERNAL_SERVER_ERROR,
                "com.fasterxml.jackson.core.JsonParseException",
            )),
            Answer::Nothing if self.concerns(call) => None,
            _ => Some(response),
        }
    }
}

struct Wrapped;

impl GatewayBehaviour for Wrapped {
    fn params(&self, call: &GatewayCall) -> Result<Params, Exception> {
        let params = HonestGateway.params(call)?;
        if call.route != Some(Route::Global) {
            return Ok(params);
        }
        Params::read(params.param("bizBody").unwrap_or("{}")).ok_or(Exception::ParamsIllegal)
    }
}

struct UnknownRefused;

impl GatewayBehaviour for UnknownRefused {
    fn params(&self, call: &GatewayCall) -> Result<Params, Exception> {
        let params = HonestGateway.params(call)?;
        let known: &[&str] = match HonestGateway.find(call).map(|service| service.act) {
            Ok(GatewayAct::Echo) | Err(_) => return Ok(params),
            Ok(GatewayAct::Login | GatewayAct::Register) => &["type", "loginName", "password"],
            Ok(GatewayAct::List | GatewayAct::Counter) => &["key"],
            Ok(GatewayAct::Wait) => &["delay_ms"],
            Ok(GatewayAct::Cancel) => &["orderId"],
            Ok(GatewayAct::Profile | GatewayAct::Logout) => &[],
        };
        if params.members.keys().all(|name| known.contains(&&**name)) {
            Ok(params)
        } else {
            Err(Exception::ParamsIllegal)
        }
    }
}

struct SpaceRefused;

impl GatewayBehaviour for SpaceRefused {
    fn params(&self, call: &GatewayCall) -> Result<Params, Exception> {
        match &call.body {
            Body::Text(text) if text.starts_with([' ', '\t', '\n', '\r']) => Err(Exception::ParamsIllegal),
            _ => HonestGateway.params(call),
        }
    }
}

struct ChunkedLost;

impl GatewayBehaviour for ChunkedLost {
    fn body(&self, asked: &Parts, bytes: Vec<u8>) -> Vec<u8> {
        if asked.headers.contains_key(TRANSFER_ENCODING) {
            Vec::new()
        } else {
            bytes
        }
    }
}

struct LongPage;

impl GatewayBehaviour for LongPage {
    fn respond(
        &self,
        call: &GatewayCall,
        _outcome: &GatewayOutcome,
        response: Response<Full<Bytes>>,
    ) -> Option<Response<Full<Bytes>>> {
        let is_long = matches!(&call.body, Body::Text(text) if text.len() >= 1 << 20);
        Some(if is_long {
            page(StatusCode::INTERNAL_SERVER_ERROR, "java.lang.OutOfMemoryError")
        } else {
            response
        })
    }
}
