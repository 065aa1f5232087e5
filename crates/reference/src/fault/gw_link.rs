//! A gateway that is right once and not again: of a trace it keeps only the part before the first dash, takes a later call
//! of the same link for a repetition of the first, and forgets that a repetition wants an answer too.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Response, StatusCode};

use super::{Fault, Subject};
use crate::{
    gateway::{Call, Conduct, Connection, Exception, Honest, Members, Outcome, Ping, TRACE, Transport, null},
    response::page,
    websocket::Out,
};
use wire::frame::{Frame, Opcode};

const fn fault(
    name: &'static str,
    text: &'static str,
    breaks: &'static [&'static str],
    make: fn() -> Arc<dyn Conduct>,
) -> Fault {
    Fault {
        name,
        suite: "gateway",
        text,
        breaks,
        conduct: Subject::Gateway(make),
    }
}

pub const SUCCESS_DROPPED: Fault = fault(
    "gw/link-success-dropped",
    "In HTTP the second success of one link is not sent: the connection ends without a response.",
    &[
        "GW-HTTP-3",
        "GW-HTTP-6",
        "GW-HTTP-7",
        "GW-HTTP-9",
        "GW-HTTP-11",
        "GW-HTTP-12",
        "GW-HTTP-15",
        "GW-HDR-3",
        "GW-HDR-4",
        "GW-HDR-5",
        "GW-HDR-8",
        "GW-HDR-10",
        "GW-BODY-2",
        "GW-BODY-3",
        "GW-BODY-4",
        "GW-BODY-6",
        "GW-RSP-1",
        "GW-RSP-3",
        "GW-RSP-4",
        "GW-RSP-5",
        "GW-RSP-6",
        "GW-RSP-7",
        "GW-RSP-8",
        "GW-RSP-10",
        "GW-WS-8",
    ],
    || Arc::new(Links::new(Transport::Http, true, 2, Instead::Nothing)),
);

pub const SUCCESS_DROPPED_THIRD: Fault = fault(
    "gw/link-third-success-dropped",
    "In HTTP the third success of one link is not sent: the connection ends without a response.",
    &["GW-HTTP-5", "GW-HTTP-11", "GW-HDR-8"],
    || Arc::new(Links::new(Transport::Http, true, 3, Instead::Nothing)),
);

pub const SUCCESS_DROPPED_FOURTH: Fault = fault(
    "gw/link-fourth-success-dropped",
    "In HTTP the fourth success of one link is not sent: the connection ends without a response.",
    &["GW-HTTP-11", "GW-HDR-5", "GW-HDR-8"],
    || Arc::new(Links::new(Transport::Http, true, 4, Instead::Nothing)),
);

pub const SUCCESS_PAGE: Fault = fault(
    "gw/link-success-page",
    "In HTTP the second success of one link is a page and status 502.",
    &[
        "GW-HTTP-3",
        "GW-HTTP-6",
        "GW-HTTP-7",
        "GW-HTTP-9",
        "GW-HTTP-11",
        "GW-HTTP-12",
        "GW-HTTP-15",
        "GW-HDR-3",
        "GW-HDR-4",
        "GW-HDR-5",
        "GW-HDR-8",
        "GW-HDR-10",
        "GW-BODY-2",
        "GW-BODY-3",
        "GW-BODY-4",
        "GW-BODY-6",
        "GW-RSP-1",
        "GW-RSP-3",
        "GW-RSP-4",
        "GW-RSP-5",
        "GW-RSP-7",
        "GW-RSP-8",
        "GW-RSP-10",
        "GW-WS-8",
    ],
    || Arc::new(Links::new(Transport::Http, true, 2, Instead::Other)),
);

pub const SUCCESS_REFUSED: Fault = fault(
    "gw/link-success-refused",
    "In HTTP the second call of one link that would succeed is refused as a repetition.",
    &[
        "GW-HTTP-6",
        "GW-HTTP-11",
        "GW-HTTP-12",
        "GW-HTTP-15",
        "GW-HDR-5",
        "GW-HDR-8",
        "GW-HDR-10",
        "GW-BODY-3",
        "GW-BODY-4",
        "GW-RSP-1",
        "GW-WS-8",
    ],
    || Arc::new(Links::new(Transport::Http, true, 2, Instead::Exception)),
);

pub const SUCCESS_REFUSED_THIRD: Fault = fault(
    "gw/link-third-success-refused",
    "In HTTP the third call of one link that would succeed is refused as a repetition.",
    &["GW-HTTP-5", "GW-HTTP-11", "GW-HDR-8"],
    || Arc::new(Links::new(Transport::Http, true, 3, Instead::Exception)),
);

pub const SUCCESS_REFUSED_FOURTH: Fault = fault(
    "gw/link-fourth-success-refused",
    "In HTTP the fourth call of one link that would succeed is refused as a repetition.",
    &["GW-HTTP-11", "GW-HDR-5", "GW-HDR-8"],
    || Arc::new(Links::new(Transport::Http, true, 4, Instead::Exception)),
);

pub const EXCEPTION_DROPPED: Fault = fault(
    "gw/link-exception-dropped",
    "In HTTP the second exception of one link is not sent: the connection ends without a response.",
    &[
        "GW-HTTP-5",
        "GW-HTTP-7",
        "GW-HTTP-9",
        "GW-HTTP-13",
        "GW-HTTP-14",
        "GW-HDR-4",
        "GW-HDR-7",
        "GW-HDR-11",
        "GW-BODY-2",
        "GW-BODY-5",
        "GW-RSP-2",
        "GW-RSP-3",
        "GW-RSP-4",
        "GW-RSP-5",
        "GW-RSP-7",
        "GW-RSP-8",
        "GW-RSP-9",
    ],
    || Arc::new(Links::new(Transport::Http, false, 2, Instead::Nothing)),
);

pub const EXCEPTION_DROPPED_THIRD: Fault = fault(
    "gw/link-third-exception-dropped",
    "In HTTP the third exception of one link is not sent: the connection ends without a response.",
    &["GW-HDR-9"],
    || Arc::new(Links::new(Transport::Http, false, 3, Instead::Nothing)),
);

pub const EXCEPTION_DROPPED_FOURTH: Fault = fault(
    "gw/link-fourth-exception-dropped",
    "In HTTP the fourth exception of one link is not sent: the connection ends without a response.",
    &["GW-HDR-9"],
    || Arc::new(Links::new(Transport::Http, false, 4, Instead::Nothing)),
);

pub const EXCEPTION_PAGE: Fault = fault(
    "gw/link-exception-page",
    "In HTTP the second exception of one link is a page and status 502.",
    &[
        "GW-HTTP-13",
        "GW-HDR-11",
        "GW-RSP-2",
        "GW-RSP-3",
        "GW-RSP-4",
        "GW-RSP-5",
        "GW-RSP-7",
        "GW-RSP-8",
        "GW-RSP-9",
    ],
    || Arc::new(Links::new(Transport::Http, false, 2, Instead::Other)),
);

pub const EXCEPTION_SUCCESS: Fault = fault(
    "gw/link-exception-success",
    "In HTTP the second call of one link that would be refused is answered with success.",
    &["GW-HDR-11", "GW-RSP-9"],
    || Arc::new(Links::new(Transport::Http, false, 2, Instead::Success)),
);

pub const WS_SUCCESS_LOST: Fault = fault(
    "gw/ws-link-success-lost",
    "Over the WebSocket the second success of one link is not sent.",
    &[
        "GW-HDR-5",
        "GW-RSP-1",
        "GW-RSP-3",
        "GW-RSP-4",
        "GW-RSP-5",
        "GW-RSP-10",
        "GW-WS-2",
        "GW-WS-6",
        "GW-WS-7",
        "GW-WS-8",
        "GW-WS-9",
        "GW-WS-11",
        "GW-WS-12",
        "GW-WS-14",
    ],
    || Arc::new(Links::new(Transport::Socket, true, 2, Instead::Nothing)),
);

pub const WS_SUCCESS_BINARY: Fault = fault(
    "gw/ws-link-success-binary",
    "Over the WebSocket the second success of one link is a binary message.",
    &["GW-WS-2", "GW-WS-7", "GW-WS-12", "GW-WS-14"],
    || Arc::new(Links::new(Transport::Socket, true, 2, Instead::Other)),
);

pub const WS_SUCCESS_LISTED: Fault = fault(
    "gw/ws-link-success-listed",
    "Over the WebSocket the second success of one link is a list that holds the envelope.",
    &[
        "GW-HDR-5",
        "GW-RSP-1",
        "GW-RSP-3",
        "GW-RSP-4",
        "GW-RSP-5",
        "GW-RSP-10",
        "GW-WS-2",
        "GW-WS-6",
        "GW-WS-7",
        "GW-WS-8",
        "GW-WS-9",
        "GW-WS-10",
        "GW-WS-11",
        "GW-WS-12",
        "GW-WS-14",
    ],
    || Arc::new(Links::new(Transport::Socket, true, 2, Instead::Text(listed))),
);

pub const WS_SUCCESS_BARE: Fault = fault(
    "gw/ws-link-success-bare",
    "Over the WebSocket the second success of one link is acknowledged by its trace alone.",
    &[
        "GW-HDR-5",
        "GW-RSP-1",
        "GW-RSP-3",
        "GW-RSP-4",
        "GW-RSP-5",
        "GW-RSP-10",
        "GW-WS-2",
        "GW-WS-7",
        "GW-WS-8",
        "GW-WS-9",
        "GW-WS-11",
        "GW-WS-12",
        "GW-WS-14",
    ],
    || Arc::new(Links::new(Transport::Socket, true, 2, Instead::Text(acknowledged))),
);

pub const WS_SUCCESS_REFUSED: Fault = fault(
    "gw/ws-link-success-refused",
    "Over the WebSocket the second call of one link that would succeed is refused as a repetition.",
    &[
        "GW-HDR-5", "GW-RSP-1", "GW-WS-2", "GW-WS-7", "GW-WS-8", "GW-WS-9", "GW-WS-11", "GW-WS-12", "GW-WS-14",
    ],
    || Arc::new(Links::new(Transport::Socket, true, 2, Instead::Exception)),
);

pub const WS_SUCCESS_REFUSED_THIRD: Fault = fault(
    "gw/ws-link-third-success-refused",
    "Over the WebSocket the third call of one link that would succeed is refused as a repetition.",
    &["GW-WS-7", "GW-WS-11"],
    || Arc::new(Links::new(Transport::Socket, true, 3, Instead::Exception)),
);

pub const WS_EXCEPTION_LOST: Fault = fault(
    "gw/ws-link-exception-lost",
    "Over the WebSocket the second exception of one link is not sent.",
    &[
        "GW-HTTP-14",
        "GW-RSP-2",
        "GW-RSP-3",
        "GW-RSP-4",
        "GW-RSP-5",
        "GW-RSP-9",
        "GW-WS-6",
        "GW-WS-7",
        "GW-WS-8",
    ],
    || Arc::new(Links::new(Transport::Socket, false, 2, Instead::Nothing)),
);

pub const WS_EXCEPTION_FIRST_LOST: Fault = fault(
    "gw/ws-exception-lost",
    "Over the WebSocket no exception is ever sent.",
    &["GW-WS-3", "GW-WS-4", "GW-WS-5", "GW-WS-11"],
    || Arc::new(Links::new(Transport::Socket, false, 1, Instead::Nothing)),
);

pub const WS_EXCEPTION_SUCCESS: Fault = fault(
    "gw/ws-link-exception-success",
    "Over the WebSocket the second call of one link that would be refused is answered with success.",
    &["GW-RSP-9", "GW-WS-7", "GW-WS-8"],
    || Arc::new(Links::new(Transport::Socket, false, 2, Instead::Success)),
);

pub const PONG_LOST: Fault = fault(
    "gw/ping-link-lost",
    "The second ping of one link gets no pong.",
    &[
        "GW-WS-7", "GW-WS-12", "GW-HB-2", "GW-HB-3", "GW-HB-4", "GW-HB-5", "GW-HB-6", "GW-HB-7", "GW-HB-8", "GW-HB-10",
        "GW-HB-11", "GW-HB-12",
    ],
    || Arc::new(Pongs::new(|_| Vec::new())),
);

pub const PONG_BINARY: Fault = fault(
    "gw/ping-link-binary",
    "The second pong of one link is a binary message.",
    &[
        "GW-WS-7", "GW-WS-12", "GW-HB-3", "GW-HB-4", "GW-HB-5", "GW-HB-6", "GW-HB-7", "GW-HB-10", "GW-HB-11",
        "GW-HB-12",
    ],
    || Arc::new(Pongs::new(binary)),
);

pub const PONG_LISTED: Fault = fault(
    "gw/ping-link-listed",
    "The second pong of one link is a list that holds it.",
    &[
        "GW-WS-7", "GW-WS-12", "GW-HB-2", "GW-HB-3", "GW-HB-4", "GW-HB-5", "GW-HB-6", "GW-HB-7", "GW-HB-8", "GW-HB-10",
        "GW-HB-11", "GW-HB-12",
    ],
    || Arc::new(Pongs::new(|text| vec![Out::text(listed(text))])),
);

/// What comes instead of a reply.
#[derive(Clone, Copy)]
enum Instead {
    Nothing,
    /// A page in HTTP, a binary message over the WebSocket.
    Other,
    /// Another text over the WebSocket.
    Text(fn(String) -> String),
    Exception,
    Success,
}

/// How often something has happened on each link.
#[derive(Default)]
struct Counts(Mutex<HashMap<String, u64>>);

impl Counts {
    /// Counts the link of a trace; the first is 1. A trace without a dash is no link.
    fn count(&self, trace: Option<&str>) -> u64 {
        let Some((link, _)) = trace.and_then(|trace| trace.split_once('-')) else {
            return 1;
        };
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(link.to_owned()).or_default();
        *count += 1;
        *count
    }
}

/// What becomes of the replies of a transport, from a certain success or exception of a link on.
struct Links {
    transport: Transport,
    success: bool,
    first: u64,
    instead: Instead,
    counts: Counts,
}

impl Links {
    fn new(transport: Transport, success: bool, first: u64, instead: Instead) -> Self {
        Self {
            transport,
            success,
            first,
            instead,
            counts: Counts::default(),
        }
    }

    fn is_repetition(&self, call: &Call, outcome: &Outcome) -> bool {
        call.transport == self.transport
            && outcome.is_success() == self.success
            && self.counts.count(call.header.text(TRACE)) >= self.first
    }
}

impl Conduct for Links {
    fn decide(&self, call: &Call, honest: Outcome) -> Outcome {
        match self.instead {
            Instead::Exception if self.is_repetition(call, &honest) => Outcome::Exception(Exception::AccessDenied),
            Instead::Success if self.is_repetition(call, &honest) => Outcome::Success(null()),
            _ => honest,
        }
    }

    fn respond(
        &self,
        call: &Call,
        outcome: &Outcome,
        response: Response<Full<Bytes>>,
    ) -> Option<Response<Full<Bytes>>> {
        match self.instead {
            Instead::Nothing if self.is_repetition(call, outcome) => None,
            Instead::Other if self.is_repetition(call, outcome) => {
                Some(page(StatusCode::BAD_GATEWAY, "The upstream closed the connection."))
            }
            _ => Some(response),
        }
    }

    fn reply(&self, connection: &Connection, call: &Call, outcome: &Outcome, text: String) -> Vec<Out> {
        match self.instead {
            Instead::Nothing if self.is_repetition(call, outcome) => Vec::new(),
            Instead::Other if self.is_repetition(call, outcome) => binary(text),
            Instead::Text(change) if self.is_repetition(call, outcome) => vec![Out::text(change(text))],
            _ => Honest.reply(connection, call, outcome, text),
        }
    }
}

fn binary(text: String) -> Vec<Out> {
    vec![Out::Frame(Frame::new(Opcode::Binary, text))]
}

fn listed(text: String) -> String {
    format!("[{text}]")
}

fn acknowledged(text: String) -> String {
    let reply: Members = serde_json::from_str(&text).unwrap_or_default();
    let trace = reply.get(TRACE).map_or("null", |raw| raw.get());
    format!("{{\"trace\":{trace}}}")
}

/// What becomes of the pongs of a link after the first.
struct Pongs {
    instead: fn(String) -> Vec<Out>,
    pongs: Counts,
}

impl Pongs {
    fn new(instead: fn(String) -> Vec<Out>) -> Self {
        Self {
            instead,
            pongs: Counts::default(),
        }
    }
}

impl Conduct for Pongs {
    fn answer_ping(&self, connection: &Connection, ping: &Ping, text: String) -> Vec<Out> {
        let trace = ping.raw(TRACE).and_then(|raw| serde_json::from_str::<String>(raw).ok());
        match self.pongs.count(trace.as_deref()) {
            1 => Honest.answer_ping(connection, ping, text),
            _ => (self.instead)(text),
        }
    }
}
