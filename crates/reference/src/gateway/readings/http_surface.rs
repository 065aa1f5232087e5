//! HTTP around the envelope: the document prescribes no status for an exception, and RFC 9112 leaves the server its
//! headers and the framing of its bodies. No suite may find a violation under any of these readings.

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    Response, StatusCode,
    header::{CACHE_CONTROL, CONNECTION, CONTENT_TYPE, DATE, HeaderName, SERVER, SET_COOKIE, TRANSFER_ENCODING, VARY},
};

use crate::{
    Reading,
    gateway::{Exception, GatewayBehaviour, GatewayCall, GatewayOutcome, Route},
    response::{page, put},
    variant::Subject,
};

pub(super) const READINGS: &[Reading] = &[
    Reading {
        name: "gw/exception-status",
        text: "An exception of the gateway has a status of 4xx, with its envelope.",
        shows: &[],
        behaviour: Subject::Gateway(|| Arc::new(Responds(with_status))),
    },
    Reading {
        name: "gw/exception-bare-status",
        text: "An exception of the gateway is a status of 4xx alone, without JSON.",
        shows: &[
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
        behaviour: Subject::Gateway(|| Arc::new(Responds(bare))),
    },
    Reading {
        name: "gw/exception-500",
        text: "An exception has status 500, with its envelope.",
        shows: &[("GW-HTTP-13", "json-server-error")],
        behaviour: Subject::Gateway(|| {
            Arc::new(Responds(|call, outcome, mut response| {
                if !outcome.is_success() && call.route.is_some() {
                    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
                }
                response
            }))
        }),
    },
    Reading {
        name: "gw/method-page",
        text: "A request of another method gets a page that tells what is served here.",
        shows: &[("GW-HTTP-5", "nothing")],
        behaviour: Subject::Gateway(|| {
            Arc::new(Responds(|_, _, response| {
                instead(response, StatusCode::METHOD_NOT_ALLOWED, StatusCode::OK)
            }))
        }),
    },
    Reading {
        name: "gw/method-404-page",
        text: "A request of another method gets a page and status 404: no route is mapped for it.",
        shows: &[("GW-HTTP-5", "bare-status")],
        behaviour: Subject::Gateway(|| {
            Arc::new(Responds(|_, _, response| {
                instead(response, StatusCode::METHOD_NOT_ALLOWED, StatusCode::NOT_FOUND)
            }))
        }),
    },
    Reading {
        name: "gw/method-405-page",
        text: "A request of another method gets a page and status 405.",
        shows: &[("GW-HTTP-5", "bare-status")],
        behaviour: Subject::Gateway(|| {
            Arc::new(Responds(|_, _, response| {
                instead(response, StatusCode::METHOD_NOT_ALLOWED, StatusCode::METHOD_NOT_ALLOWED)
            }))
        }),
    },
    Reading {
        name: "gw/path-404-page",
        text: "A path that is no route gets a page and status 404.",
        shows: &[("GW-HTTP-9", "bare-status"), ("GW-HTTP-10", "bare-status")],
        behaviour: Subject::Gateway(|| {
            Arc::new(Responds(|_, _, response| {
                instead(response, StatusCode::NOT_FOUND, StatusCode::NOT_FOUND)
            }))
        }),
    },
    Reading {
        name: "gw/connection-close",
        text: "Every response ends its connection.",
        shows: &[],
        behaviour: Subject::Gateway(|| Arc::new(Responds(|_, _, response| with(response, CONNECTION, "close")))),
    },
    Reading {
        name: "gw/reply-chunked",
        text: "Every response comes in chunks.",
        shows: &[],
        behaviour: Subject::Gateway(|| {
            Arc::new(Responds(|_, _, response| with(response, TRANSFER_ENCODING, "chunked")))
        }),
    },
    Reading {
        name: "gw/reply-type-text",
        text: "The type of a reply is text/plain.",
        shows: &[("GW-HTTP-12", "other-type")],
        behaviour: Subject::Gateway(|| {
            Arc::new(Responds(|_, _, response| {
                with(response, CONTENT_TYPE, "text/plain;charset=utf-8")
            }))
        }),
    },
    Reading {
        name: "gw/reply-type-missing",
        text: "A reply has no Content-Type.",
        shows: &[("GW-HTTP-12", "other-type")],
        behaviour: Subject::Gateway(|| {
            Arc::new(Responds(|_, _, mut response| {
                response.headers_mut().remove(CONTENT_TYPE);
                response
            }))
        }),
    },
    Reading {
        name: "gw/reply-type-bare",
        text: "The type of a reply is application/json, without a charset.",
        shows: &[("GW-HTTP-12", "json-type")],
        behaviour: Subject::Gateway(|| {
            Arc::new(Responds(|_, _, response| {
                with(response, CONTENT_TYPE, "application/json")
            }))
        }),
    },
    Reading {
        name: "gw/reply-type-spelt",
        text: "The type of a reply is application/json, with a charset in another spelling.",
        shows: &[("GW-HTTP-12", "json-type")],
        behaviour: Subject::Gateway(|| {
            Arc::new(Responds(|_, _, response| {
                with(response, CONTENT_TYPE, "application/json; charset=UTF-8")
            }))
        }),
    },
    Reading {
        name: "gw/no-date",
        text: "Responses have no Date.",
        shows: &[],
        behaviour: Subject::Gateway(|| {
            Arc::new(Responds(|_, _, mut response| {
                response.headers_mut().remove(DATE);
                response
            }))
        }),
    },
    Reading {
        name: "gw/headers-extra",
        text: "Responses have headers of the framework, a cookie and some for browsers.",
        shows: &[],
        behaviour: Subject::Gateway(|| Arc::new(Responds(with_more))),
    },
];

type Reply = Response<Full<Bytes>>;

/// Changes a response.
struct Responds(fn(&GatewayCall, &GatewayOutcome, Reply) -> Reply);

impl GatewayBehaviour for Responds {
    fn respond(&self, call: &GatewayCall, outcome: &GatewayOutcome, response: Reply) -> Option<Reply> {
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
fn with_status(call: &GatewayCall, outcome: &GatewayOutcome, mut response: Reply) -> Reply {
    if let (GatewayOutcome::Exception(exception), StatusCode::OK) = (outcome, response.status()) {
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

fn bare(call: &GatewayCall, outcome: &GatewayOutcome, response: Reply) -> Reply {
    let response = with_status(call, outcome, response);
    if !matches!(outcome, GatewayOutcome::Exception(_)) {
        return response;
    }
    let mut bare = Reply::default();
    *bare.status_mut() = response.status();
    bare
}

fn with_more(_: &GatewayCall, _: &GatewayOutcome, response: Reply) -> Reply {
    let response = with(response, SERVER, "Apache-Coyote/1.1");
    let response = with(response, VARY, "Origin");
    let response = with(response, CACHE_CONTROL, "no-cache, no-store");
    let response = with(response, SET_COOKIE, "JSESSIONID=conformist; Path=/; HttpOnly");
    let response = with(response, HeaderName::from_static("x-powered-by"), "gateway");
    with(response, HeaderName::from_static("x-trace-id"), "none")
}
