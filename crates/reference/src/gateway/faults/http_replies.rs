//! A gateway that is out of order in HTTP, whatever it is asked: a proxy that answers for it, a worker that is gone, a
//! handler that says yes to everything. None of them may go unnoticed anywhere, and none may touch the WebSocket.

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Response, StatusCode};

use crate::{
    Fault,
    gateway::{Exception, GatewayBehaviour, GatewayCall, GatewayOutcome, Transport, null},
    json::Node,
    response::page,
    variant::Subject,
};

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        name: "gw/http-dropped",
        text: "Every HTTP connection ends without a response.",
        breaks: &[
            "GW-HTTP-1",
            "GW-HTTP-2",
            "GW-HTTP-3",
            "GW-HTTP-4",
            "GW-HTTP-12",
            "GW-WS-10",
            "GW-HB-11",
        ],
        behaviour: Subject::Gateway(|| Arc::new(Responds(|_| true, || None))),
    },
    Fault {
        name: "gw/http-page",
        text: "Every HTTP call is answered with a page and status 200, as by the proxy of a portal.",
        breaks: &[
            "GW-HTTP-1",
            "GW-HTTP-2",
            "GW-HTTP-3",
            "GW-HTTP-4",
            "GW-HTTP-12",
            "GW-HTTP-14",
        ],
        behaviour: Subject::Gateway(|| Arc::new(Responds(|_| true, || Some(page(StatusCode::OK, "Please log in."))))),
    },
    Fault {
        name: "gw/http-empty",
        text: "Every HTTP call is answered with status 200 and an empty body.",
        breaks: &[
            "GW-HTTP-1",
            "GW-HTTP-2",
            "GW-HTTP-3",
            "GW-HTTP-4",
            "GW-HTTP-12",
            "GW-HTTP-14",
        ],
        behaviour: Subject::Gateway(|| Arc::new(Responds(|_| true, || Some(Response::new(Full::default()))))),
    },
    Fault {
        name: "gw/http-bad-gateway",
        text: "Every HTTP call is answered with a page and status 502: the service behind the proxy is gone.",
        breaks: &["GW-HTTP-1", "GW-HTTP-2", "GW-HTTP-3", "GW-HTTP-4", "GW-HTTP-12"],
        behaviour: Subject::Gateway(|| Arc::new(Responds(|_| true, bad_gateway))),
    },
    Fault {
        name: "gw/http-exceptions-dropped",
        text: "In HTTP the worker dies of every exception: the connection ends without a response.",
        breaks: &[
            "GW-HTTP-1",
            "GW-HTTP-2",
            "GW-HTTP-3",
            "GW-HTTP-4",
            "GW-HTTP-5",
            "GW-HTTP-7",
            "GW-HTTP-9",
            "GW-HDR-1",
            "GW-HDR-2",
            "GW-HDR-3",
            "GW-HDR-4",
            "GW-HDR-6",
            "GW-HDR-7",
            "GW-HDR-11",
            "GW-BODY-1",
            "GW-BODY-2",
            "GW-BODY-5",
            "GW-BODY-6",
            "GW-RSP-2",
            "GW-RSP-7",
            "GW-WS-10",
            "GW-HB-11",
        ],
        behaviour: Subject::Gateway(|| Arc::new(Responds(is_exception, || None))),
    },
    Fault {
        name: "gw/http-exceptions-empty",
        text: "In HTTP an exception is told by status 200 and an empty body.",
        breaks: &[
            "GW-HTTP-1",
            "GW-HTTP-2",
            "GW-HTTP-3",
            "GW-HTTP-7",
            "GW-HTTP-9",
            "GW-HTTP-14",
            "GW-HDR-1",
            "GW-HDR-2",
            "GW-HDR-3",
            "GW-HDR-4",
            "GW-HDR-6",
            "GW-HDR-7",
            "GW-HDR-11",
            "GW-BODY-1",
            "GW-BODY-2",
            "GW-BODY-5",
            "GW-RSP-2",
        ],
        behaviour: Subject::Gateway(|| Arc::new(Responds(is_exception, || Some(Response::new(Full::default()))))),
    },
    Fault {
        name: "gw/http-exceptions-bad-gateway",
        text: "In HTTP the worker dies of every exception, and the proxy before it answers with a page and status 502.",
        breaks: &[
            "GW-HTTP-1",
            "GW-HTTP-2",
            "GW-HTTP-3",
            "GW-HTTP-7",
            "GW-HTTP-9",
            "GW-HDR-1",
            "GW-HDR-2",
            "GW-HDR-3",
            "GW-HDR-4",
            "GW-HDR-6",
            "GW-HDR-7",
            "GW-HDR-11",
            "GW-BODY-1",
            "GW-BODY-2",
            "GW-BODY-5",
            "GW-RSP-2",
        ],
        behaviour: Subject::Gateway(|| Arc::new(Responds(is_exception, bad_gateway))),
    },
    Fault {
        name: "gw/http-reply-in-list",
        text: "Every HTTP reply is a list that holds the envelope, as of a batch of calls.",
        breaks: &[
            "GW-HTTP-1",
            "GW-HTTP-2",
            "GW-HTTP-3",
            "GW-HTTP-4",
            "GW-HTTP-12",
            "GW-HTTP-14",
        ],
        behaviour: Subject::Gateway(|| Arc::new(Listed)),
    },
    Fault {
        name: "gw/http-always-success",
        text: "In HTTP every call is answered with success: the result of the service is not looked at.",
        breaks: &[
            "GW-HTTP-9",
            "GW-HDR-1",
            "GW-HDR-2",
            "GW-HDR-3",
            "GW-HDR-4",
            "GW-HDR-6",
            "GW-HDR-7",
            "GW-BODY-1",
            "GW-BODY-2",
            "GW-BODY-3",
            "GW-BODY-5",
            "GW-RSP-2",
        ],
        behaviour: Subject::Gateway(|| Arc::new(Decides(|_| GatewayOutcome::Success(null())))),
    },
    Fault {
        name: "gw/http-always-exception",
        text: "In HTTP every call is answered with an exception.",
        breaks: &["GW-WS-8"],
        behaviour: Subject::Gateway(|| Arc::new(Decides(|_| GatewayOutcome::Exception(Exception::AccessDenied)))),
    },
];

/// Which calls, and what comes instead of their response.
struct Responds(fn(&GatewayOutcome) -> bool, fn() -> Option<Response<Full<Bytes>>>);

impl GatewayBehaviour for Responds {
    fn respond(
        &self,
        _call: &GatewayCall,
        outcome: &GatewayOutcome,
        response: Response<Full<Bytes>>,
    ) -> Option<Response<Full<Bytes>>> {
        if self.0(outcome) { self.1() } else { Some(response) }
    }
}

fn is_exception(outcome: &GatewayOutcome) -> bool {
    !outcome.is_success()
}

fn bad_gateway() -> Option<Response<Full<Bytes>>> {
    Some(page(StatusCode::BAD_GATEWAY, "The upstream closed the connection."))
}

struct Listed;

impl GatewayBehaviour for Listed {
    fn change_reply(&self, call: &GatewayCall, _outcome: &GatewayOutcome, reply: &mut Node) {
        if call.transport == Transport::Http {
            *reply = Node::raw(format!("[{reply}]"));
        }
    }
}

struct Decides(fn(&GatewayCall) -> GatewayOutcome);

impl GatewayBehaviour for Decides {
    fn decide(&self, call: &GatewayCall, honest: GatewayOutcome) -> GatewayOutcome {
        match call.transport {
            Transport::Http => self.0(call),
            Transport::Socket => honest,
        }
    }
}
