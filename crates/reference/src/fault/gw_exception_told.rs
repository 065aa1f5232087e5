//! An exception that tells more than its envelope: by the status, with the server's insides, with the end of the
//! connection.

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Response, StatusCode};

use super::{Fault, Subject, gw_amends::Amends};
use crate::{
    gateway::{Call, Conduct, Connection, Exception, Honest, Outcome},
    json::Node,
    websocket::Out,
};
use wire::frame::Frame;

pub const STATUS: Fault = Fault {
    name: "gw/exception-status-500",
    suite: "gateway",
    text: "What a service itself refuses has the status of a server error.",
    breaks: &["GW-HTTP-13"],
    conduct: Subject::Gateway(|| Arc::new(ServerError)),
};

pub const STACK: Fault = Fault {
    name: "gw/exception-stack-trace",
    suite: "gateway",
    text: "The msg of a missing token shows a stack trace.",
    breaks: &["GW-HTTP-14"],
    conduct: Subject::Gateway(|| Arc::new(Amends(stack))),
};

pub const CLOSES: Fault = Fault {
    name: "gw/ws-exception-closes",
    suite: "gateway",
    text: "The exception of an unknown service closes the connection.",
    breaks: &["GW-WS-14"],
    conduct: Subject::Gateway(|| Arc::new(Closes)),
};

struct ServerError;

impl Conduct for ServerError {
    fn respond(
        &self,
        _call: &Call,
        outcome: &Outcome,
        mut response: Response<Full<Bytes>>,
    ) -> Option<Response<Full<Bytes>>> {
        if matches!(outcome, Outcome::Failure(_)) {
            *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        }
        Some(response)
    }
}

fn stack(_: &Call, outcome: &Outcome, reply: &mut Node) {
    if matches!(outcome, Outcome::Exception(Exception::TokenMissing)) {
        reply.set(
            "msg",
            Node::text("java.lang.NullPointerException\n\tat TokenFilter.check(TokenFilter.java:42)"),
        );
    }
}

struct Closes;

impl Conduct for Closes {
    fn reply(&self, connection: &Connection, call: &Call, outcome: &Outcome, text: String) -> Vec<Out> {
        let mut outs = Honest.reply(connection, call, outcome, text);
        if matches!(outcome, Outcome::Exception(Exception::NoSuchInterface)) {
            outs.extend([Out::Frame(Frame::close(1011, "")), Out::End]);
        }
        outs
    }
}
