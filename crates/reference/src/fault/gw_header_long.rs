//! A header that is a long (B:32, B:34) and is not read as one.

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Response, StatusCode};

use super::{Fault, Subject};
use crate::{
    gateway::{COMPANY as COMPANY_NAME, Call, Conduct, Honest, Outcome, TIMESTAMP as TIMESTAMP_NAME, Transport},
    response::page,
};

pub const COMPANY: Fault = Fault {
    name: "gw/company-any-text",
    suite: "gateway",
    text: "A companyId that is no number is taken for the first company.",
    breaks: &["GW-HDR-4"],
    conduct: Subject::Gateway(|| Arc::new(Anything(COMPANY_NAME))),
};

pub const TIMESTAMP: Fault = Fault {
    name: "gw/timestamp-any-text",
    suite: "gateway",
    text: "A timestamp that is no number is accepted.",
    breaks: &["GW-HDR-4"],
    conduct: Subject::Gateway(|| Arc::new(Anything(TIMESTAMP_NAME))),
};

pub const CRASH: Fault = Fault {
    name: "gw/company-text-crash",
    suite: "gateway",
    text: "A companyId that is no number ends in an internal error.",
    breaks: &["GW-HDR-4"],
    conduct: Subject::Gateway(|| Arc::new(Crash)),
};

struct Anything(&'static str);

impl Conduct for Anything {
    fn is_long(&self, call: &Call, name: &str) -> bool {
        Honest.is_long(call, name) || (name == self.0 && call.transport == Transport::Http)
    }
}

struct Crash;

impl Conduct for Crash {
    fn respond(
        &self,
        call: &Call,
        _outcome: &Outcome,
        response: Response<Full<Bytes>>,
    ) -> Option<Response<Full<Bytes>>> {
        let crashes = call.header.field(COMPANY_NAME).is_some() && !Honest.is_long(call, COMPANY_NAME);
        Some(if crashes {
            page(StatusCode::INTERNAL_SERVER_ERROR, "java.lang.NumberFormatException")
        } else {
            response
        })
    }
}
