//! A body in HTTP that is no JSON, or no object, and is not refused with an exception.

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Response, StatusCode};
use serde::de::IgnoredAny;

use super::{Fault, Subject};
use crate::{
    gateway::{Body, Call, Conduct, Exception, Honest, Outcome, Params, Transport},
    response::page,
};

pub const MALFORMED_PAGE: Fault = Fault {
    name: "gw/body-malformed-page",
    suite: "gateway",
    text: "A body that is no JSON is answered with the framework's page of an internal error.",
    breaks: &["GW-BODY-2"],
    conduct: Subject::Gateway(|| Arc::new(Illegal(Kind::Malformed, Answer::Page))),
};

pub const MALFORMED_EMPTY: Fault = Fault {
    name: "gw/body-malformed-as-empty",
    suite: "gateway",
    text: "A body that is no JSON is taken for an empty object.",
    breaks: &["GW-BODY-2"],
    conduct: Subject::Gateway(|| Arc::new(Illegal(Kind::Malformed, Answer::Empty))),
};

pub const MALFORMED_DROPPED: Fault = Fault {
    name: "gw/body-malformed-dropped",
    suite: "gateway",
    text: "A body that is no JSON closes the connection without a response.",
    breaks: &["GW-BODY-2"],
    conduct: Subject::Gateway(|| Arc::new(Illegal(Kind::Malformed, Answer::Nothing))),
};

pub const VALUE_PAGE: Fault = Fault {
    name: "gw/body-no-object-page",
    suite: "gateway",
    text: "A body that is JSON but no object is answered with the framework's page of an internal error.",
    breaks: &["GW-BODY-5"],
    conduct: Subject::Gateway(|| Arc::new(Illegal(Kind::NoObject, Answer::Page))),
};

pub const VALUE_EMPTY: Fault = Fault {
    name: "gw/body-no-object-as-empty",
    suite: "gateway",
    text: "A body that is JSON but no object is taken for an empty object.",
    breaks: &["GW-BODY-5"],
    conduct: Subject::Gateway(|| Arc::new(Illegal(Kind::NoObject, Answer::Empty))),
};

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
    fn concerns(&self, call: &Call) -> bool {
        if call.transport != Transport::Http || Honest.params(call).err() != Some(Exception::ParamsIllegal) {
            return false;
        }
        let is_json = matches!(&call.body, Body::Text(text) if serde_json::from_str::<IgnoredAny>(text).is_ok());
        is_json == (self.0 == Kind::NoObject)
    }
}

impl Conduct for Illegal {
    fn params(&self, call: &Call) -> Result<Params, Exception> {
        if self.1 == Answer::Empty && self.concerns(call) {
            return Params::read("{}").ok_or(Exception::ParamsIllegal);
        }
        Honest.params(call)
    }

    fn respond(
        &self,
        call: &Call,
        _outcome: &Outcome,
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
