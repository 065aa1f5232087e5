//! HTTP around the envelope: the document prescribes no status for an exception, and RFC 9112 leaves the server its headers
//! and the framing of its bodies.

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    Response, StatusCode,
    header::{CACHE_CONTROL, CONNECTION, CONTENT_TYPE, DATE, HeaderName, SERVER, SET_COOKIE, TRANSFER_ENCODING, VARY},
};

use super::{Reading, gateway};
use crate::{
    gateway::{Call, Conduct, Exception, Outcome, Route},
    response::{page, put},
};

type Reply = Response<Full<Bytes>>;

pub const STATUS: Reading = gateway(
    "gw/exception-status",
    "An exception of the gateway has a status of 4xx, with its envelope.",
    &[],
    || Arc::new(Responds(with_status)),
);

pub const BARE: Reading = gateway(
    "gw/exception-bare-status",
    "An exception of the gateway is a status of 4xx alone, without JSON.",
    &[
        ("GW-HTTP-1", "refused-by-status"),
        ("GW-HTTP-2", "refused-by-status"),
        ("GW-HTTP-3", "refused-by-status"),
        ("GW-HTTP-5", "bare-status"),
        ("GW-HTTP-7", "bare-status"),
        ("GW-HTTP-9", "refused-by-status"),
        ("GW-HTTP-9", "bare-status"),
        ("GW-HTTP-10", "bare-status"),
        ("GW-HTTP-14", "no-json"),
        ("GW-HDR-1", "refused-by-status"),
        ("GW-HDR-2", "refused-by-status"),
        ("GW-HDR-3", "refused-by-status"),
        ("GW-HDR-4", "refused-by-status"),
        ("GW-HDR-6", "refused-by-status"),
        ("GW-HDR-7", "refused-by-status"),
        ("GW-HDR-11", "refused-by-status"),
        ("GW-BODY-1", "refused-by-status"),
        ("GW-BODY-2", "refused-by-status"),
        ("GW-BODY-5", "refused-by-status"),
    ],
    || Arc::new(Responds(bare)),
);

pub const SERVER_ERROR: Reading = gateway(
    "gw/exception-500",
    "An exception has status 500, with its envelope.",
    &[("GW-HTTP-13", "json-server-error")],
    || {
        Arc::new(Responds(|call, outcome, mut response| {
            if !outcome.is_success() && call.route.is_some() {
                *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            }
            response
        }))
    },
);

pub const METHOD_PAGE: Reading = gateway(
    "gw/method-page",
    "A request of another method gets a page that tells what is served here.",
    &[("GW-HTTP-5", "nothing")],
    || {
        Arc::new(Responds(|_, _, response| {
            instead(response, StatusCode::METHOD_NOT_ALLOWED, StatusCode::OK)
        }))
    },
);

pub const METHOD_404: Reading = gateway(
    "gw/method-404-page",
    "A request of another method gets a page and status 404: no route is mapped for it.",
    &[("GW-HTTP-5", "bare-status")],
    || {
        Arc::new(Responds(|_, _, response| {
            instead(response, StatusCode::METHOD_NOT_ALLOWED, StatusCode::NOT_FOUND)
        }))
    },
);

pub const METHOD_405: Reading = gateway(
    "gw/method-405-page",
    "A request of another method gets a page and status 405.",
    &[("GW-HTTP-5", "bare-status")],
    || {
        Arc::new(Responds(|_, _, response| {
            instead(response, StatusCode::METHOD_NOT_ALLOWED, StatusCode::METHOD_NOT_ALLOWED)
        }))
    },
);

pub const PATH_404: Reading = gateway(
    "gw/path-404-page",
    "A path that is no route gets a page and status 404.",
    &[("GW-HTTP-9", "bare-status"), ("GW-HTTP-10", "bare-status")],
    || {
        Arc::new(Responds(|_, _, response| {
            instead(response, StatusCode::NOT_FOUND, StatusCode::NOT_FOUND)
        }))
    },
);

pub const CLOSE: Reading = gateway(
    "gw/connection-close",
    "Every response ends its connection.",
    &[],
    || Arc::new(Responds(|_, _, response| with(response, CONNECTION, "close"))),
);

pub const CHUNKED: Reading = gateway("gw/reply-chunked", "Every response comes in chunks.", &[], || {
    Arc::new(Responds(|_, _, response| with(response, TRANSFER_ENCODING, "chunked")))
});

pub const TYPE_PLAIN: Reading = gateway(
    "gw/reply-type-text",
    "The type of a reply is text/plain.",
    &[("GW-HTTP-12", "other-type")],
    || {
        Arc::new(Responds(|_, _, response| {
            with(response, CONTENT_TYPE, "text/plain;charset=utf-8")
        }))
    },
);

pub const TYPE_MISSING: Reading = gateway(
    "gw/reply-type-missing",
    "A reply has no Content-Type.",
    &[("GW-HTTP-12", "other-type")],
    || {
        Arc::new(Responds(|_, _, mut response| {
            response.headers_mut().remove(CONTENT_TYPE);
            response
        }))
    },
);

pub const TYPE_BARE: Reading = gateway(
    "gw/reply-type-bare",
    "The type of a reply is application/json, without a charset.",
    &[("GW-HTTP-12", "json-type")],
    || {
        Arc::new(Responds(|_, _, response| {
            with(response, CONTENT_TYPE, "application/json")
        }))
    },
);

pub const TYPE_CHARSET: Reading = gateway(
    "gw/reply-type-spelt",
    "The type of a reply is application/json, with a charset in another spelling.",
    &[("GW-HTTP-12", "json-type")],
    || {
        Arc::new(Responds(|_, _, response| {
            with(response, CONTENT_TYPE, "application/json; charset=UTF-8")
        }))
    },
);

pub const NO_DATE: Reading = gateway("gw/no-date", "Responses have no Date.", &[], || {
    Arc::new(Responds(|_, _, mut response| {
        response.headers_mut().remove(DATE);
        response
    }))
});

pub const HEADERS: Reading = gateway(
    "gw/headers-extra",
    "Responses have headers of the framework, a cookie and some for browsers.",
    &[],
    || Arc::new(Responds(with_more)),
);

/// Changes a response.
struct Responds(fn(&Call, &Outcome, Reply) -> Reply);

impl Conduct for Responds {
    fn respond(&self, call: &Call, outcome: &Outcome, response: Reply) -> Option<Reply> {
        Some(self.0(call, outcome, response))
    }
}

fn with(mut response: Reply, name: HeaderName, value: &str) -> Reply {
    put(&mut response, name, value);
    response
}

/// A page with status `now` instead of the response with status `then`.
fn instead(response: Reply, then: StatusCode, now: StatusCode) -> Reply {
    if response.status() == then {
        page(now, "This is a gateway.")
    } else {
        response
    }
}

/// The status of an exception, where it has no other one already.
fn with_status(call: &Call, outcome: &Outcome, mut response: Reply) -> Reply {
    if let (Outcome::Exception(exception), StatusCode::OK) = (outcome, response.status()) {
        *response.status_mut() = match exception {
            Exception::TokenMissing | Exception::LoginExpired => StatusCode::UNAUTHORIZED,
            Exception::AccessDenied => StatusCode::FORBIDDEN,
            Exception::NoSuchInterface | Exception::BizTypeInvalid if call.route == Some(Route::Global) => {
                StatusCode::NOT_FOUND
            }
            _ => StatusCode::BAD_REQUEST,
        };
    }
    response
}

fn bare(call: &Call, outcome: &Outcome, response: Reply) -> Reply {
    let response = with_status(call, outcome, response);
    if !matches!(outcome, Outcome::Exception(_)) {
        return response;
    }
    let mut bare = Reply::default();
    *bare.status_mut() = response.status();
    bare
}

fn with_more(_: &Call, _: &Outcome, response: Reply) -> Reply {
    let response = with(response, SERVER, "Apache-Coyote/1.1");
    let response = with(response, VARY, "Origin");
    let response = with(response, CACHE_CONTROL, "no-cache, no-store");
    let response = with(response, SET_COOKIE, "JSESSIONID=conformist; Path=/; HttpOnly");
    let response = with(response, HeaderName::from_static("x-powered-by"), "gateway");
    with(response, HeaderName::from_static("x-trace-id"), "none")
}
