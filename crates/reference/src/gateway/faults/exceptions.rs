//! Exceptions that are none, or that tell more than their envelope (GW-HTTP, GW-WS). No fault here may touch a success
//! of a service that exists.

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Response, StatusCode};

use super::ChangesReply;
use crate::{
    Fault,
    gateway::{Connection, Exception, GatewayBehaviour, GatewayCall, GatewayOutcome, HonestGateway, Transport, null},
    json::Node,
    response::page,
    variant::Subject,
    websocket::Out,
};
use wire::frame::Frame;

pub(super) const FAULTS: &[Fault] = &[
    // A bizType that names no service is not an exception.
    Fault {
        name: "gw/unknown-service-ok",
        text: "An unknown bizType in a path is answered as a success without data.",
        breaks: &["GW-HTTP-9"],
        behaviour: Subject::Gateway(|| Arc::new(Succeeds(Transport::Http))),
    },
    Fault {
        name: "gw/ws-unknown-service-ok",
        text: "An unknown bizType in a message is answered as a success without data.",
        breaks: &["GW-WS-4"],
        behaviour: Subject::Gateway(|| Arc::new(Succeeds(Transport::Socket))),
    },
    Fault {
        name: "gw/unknown-service-page",
        text: "An unknown bizType is answered with the framework's own page.",
        breaks: &["GW-HTTP-9"],
        behaviour: Subject::Gateway(|| Arc::new(Page)),
    },
    Fault {
        name: "gw/unknown-path-page",
        text: "An unknown path is answered with a page that shows an internal error.",
        breaks: &["GW-HTTP-9"],
        behaviour: Subject::Gateway(|| Arc::new(PathPage)),
    },
    // An exception that tells more than its envelope: by the status, with the server's insides, with the end of the
    // connection.
    Fault {
        name: "gw/exception-status-500",
        text: "What a service itself refuses has the status of a server error.",
        breaks: &["GW-HTTP-13"],
        behaviour: Subject::Gateway(|| Arc::new(ServerError)),
    },
    Fault {
        name: "gw/exception-stack-trace",
        text: "The msg of a missing token shows a stack trace.",
        breaks: &["GW-HTTP-14"],
        behaviour: Subject::Gateway(|| Arc::new(ChangesReply(stack))),
    },
    Fault {
        name: "gw/ws-exception-closes",
        text: "The exception of an unknown service closes the connection.",
        breaks: &["GW-WS-14"],
        behaviour: Subject::Gateway(|| Arc::new(Closes)),
    },
];

/// Whether the call named a service that is none.
fn is_unknown(outcome: &GatewayOutcome) -> bool {
    matches!(
        outcome,
        GatewayOutcome::Exception(Exception::NoSuchInterface | Exception::BizTypeInvalid)
    )
}

struct Succeeds(Transport);

impl GatewayBehaviour for Succeeds {
    fn decide(&self, call: &GatewayCall, honest: GatewayOutcome) -> GatewayOutcome {
        if call.transport == self.0 && is_unknown(&honest) {
            GatewayOutcome::Success(null())
        } else {
            honest
        }
    }
}

struct Page;

impl GatewayBehaviour for Page {
    fn respond(
        &self,
        call: &GatewayCall,
        outcome: &GatewayOutcome,
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

impl GatewayBehaviour for PathPage {
    fn respond(
        &self,
        _call: &GatewayCall,
        _outcome: &GatewayOutcome,
        response: Response<Full<Bytes>>,
    ) -> Option<Response<Full<Bytes>>> {
        Some(if response.status() == StatusCode::NOT_FOUND {
            page(StatusCode::INTERNAL_SERVER_ERROR, "at Router.route(Router.java:42)")
        } else {
            response
        })
    }
}

struct ServerError;

impl GatewayBehaviour for ServerError {
    fn respond(
        &self,
        _call: &GatewayCall,
        outcome: &GatewayOutcome,
        mut response: Response<Full<Bytes>>,
    ) -> Option<Response<Full<Bytes>>> {
        if matches!(outcome, GatewayOutcome::Failure(_)) {
            *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        }
        Some(response)
    }
}

fn stack(_: &GatewayCall, outcome: &GatewayOutcome, reply: &mut Node) {
    if matches!(outcome, GatewayOutcome::Exception(Exception::TokenMissing)) {
        reply.set(
            "msg",
            Node::text("java.lang.NullPointerException\n\tat TokenFilter.check(TokenFilter.java:42)"),
        );
    }
}

struct Closes;

impl GatewayBehaviour for Closes {
    fn reply(&self, connection: &Connection, call: &GatewayCall, outcome: &GatewayOutcome, text: String) -> Vec<Out> {
        let mut outs = HonestGateway.reply(connection, call, outcome, text);
        if matches!(outcome, GatewayOutcome::Exception(Exception::NoSuchInterface)) {
            outs.extend([Out::Frame(Frame::close(1011, "")), Out::End]);
        }
        outs
    }
}
