//! A bizType that names no service is not an exception.

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Response, StatusCode};

use super::{Fault, Subject};
use crate::{
    gateway::{Call, Conduct, Exception, Outcome, Transport, null},
    response::page,
};

pub const HTTP: Fault = Fault {
    name: "gw/unknown-service-ok",
    suite: "gateway",
    text: "An unknown bizType in a path is answered as a success without data.",
    breaks: &["GW-HTTP-9"],
    conduct: Subject::Gateway(|| Arc::new(Succeeds(Transport::Http))),
};

pub const SOCKET: Fault = Fault {
    name: "gw/ws-unknown-service-ok",
    suite: "gateway",
    text: "An unknown bizType in a message is answered as a success without data.",
    breaks: &["GW-WS-4"],
    conduct: Subject::Gateway(|| Arc::new(Succeeds(Transport::Socket))),
};

pub const PAGE: Fault = Fault {
    name: "gw/unknown-service-page",
    suite: "gateway",
    text: "An unknown bizType is answered with the framework's own page.",
    breaks: &["GW-HTTP-9"],
    conduct: Subject::Gateway(|| Arc::new(Page)),
};

pub const PATH: Fault = Fault {
    name: "gw/unknown-path-page",
    suite: "gateway",
    text: "An unknown path is answered with a page that shows an internal error.",
    breaks: &["GW-HTTP-9"],
    conduct: Subject::Gateway(|| Arc::new(PathPage)),
};

/// Whether the call named a service that is none.
fn is_unknown(outcome: &Outcome) -> bool {
    matches!(
        outcome,
        Outcome::Exception(Exception::NoSuchInterface | Exception::BizTypeInvalid)
    )
}

struct Succeeds(Transport);

impl Conduct for Succeeds {
    fn decide(&self, call: &Call, honest: Outcome) -> Outcome {
        if call.transport == self.0 && is_unknown(&honest) {
            Outcome::Success(null())
        } else {
            honest
        }
    }
}

struct Page;

impl Conduct for Page {
    fn respond(
        &self,
        call: &Call,
        outcome: &Outcome,
        response: Response<Full<Bytes>>,
    ) -> Option<Response<Full<Bytes>>> {
        let unknown = call.route.is_some() && is_unknown(outcome);
        Some(if unknown {
            page(StatusCode::NOT_FOUND, "No mapping was found.")
        } else {
            response
        })
    }
}

struct PathPage;

impl Conduct for PathPage {
    fn respond(
        &self,
        _call: &Call,
        _outcome: &Outcome,
        response: Response<Full<Bytes>>,
    ) -> Option<Response<Full<Bytes>>> {
        Some(if response.status() == StatusCode::NOT_FOUND {
            page(StatusCode::INTERNAL_SERVER_ERROR, "at Router.route(Router.java:42)")
        } else {
            response
        })
    }
}
