//! A gateway that is right once and not again: of a trace it keeps only the part before the first dash, takes a later
//! call of the same link for a repetition of the first, and forgets that a repetition wants an answer too. No fault
//! here may touch a trace without a dash.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Response, StatusCode};

use crate::{
    Fault,
    gateway::{
        Connection, Exception, GatewayBehaviour, GatewayCall, GatewayOutcome, HonestGateway, TRACE, Transport, null,
    },
    response::page,
    variant::Subject,
    websocket::Out,
};
use wire::frame::{Frame, Opcode};

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        name: "gw/link-success-dropped",
        text: "In HTTP the second success of one link is not sent: the connection ends without a response.",
        breaks: &[
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
        behaviour: Subject::Gateway(|| Arc::new(Links::new(Transport::Http, true, 2, Instead::Nothing))),
    },
    Fault {
        name: "gw/link-third-success-dropped",
        text: "In HTTP the third success of one link is not sent: the connection ends without a response.",
        breaks: &["GW-HTTP-5", "GW-HTTP-11", "GW-HDR-8"],
        behaviour: Subject::Gateway(|| Arc::new(Links::new(Transport::Http, true, 3, Instead::Nothing))),
    },
    Fault {
        name: "gw/link-fourth-success-dropped",
        text: "In HTTP the fourth success of one link is not sent: the connection ends without a response.",
        breaks: &["GW-HTTP-11", "GW-HDR-5", "GW-HDR-8"],
        behaviour: Subject::Gateway(|| Arc::new(Links::new(Transport::Http, true, 4, Instead::Nothing))),
    },
    Fault {
        name: "gw/link-success-page",
        text: "In HTTP the second success of one link is a page and status 502.",
        breaks: &[
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
        behaviour: Subject::Gateway(|| Arc::new(Links::new(Transport::Http, true, 2, Instead::Other))),
    },
    Fault {
        name: "gw/link-success-refused",
        text: "In HTTP the second call of one link that would succeed is refused as a repetition.",
        breaks: &[
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
        behaviour: Subject::Gateway(|| Arc::new(Links::new(Transport::Http, true, 2, Instead::Exception))),
    },
    Fault {
        name: "gw/link-third-success-refused",
        text: "In HTTP the third call of one link that would succeed is refused as a repetition.",
        breaks: &["GW-HTTP-5", "GW-HTTP-11", "GW-HDR-8"],
        behaviour: Subject::Gateway(|| Arc::new(Links::new(Transport::Http, true, 3, Instead::Exception))),
    },
    Fault {
        name: "gw/link-fourth-success-refused",
        text: "In HTTP the fourth call of one link that would succeed is refused as a repetition.",
        breaks: &["GW-HTTP-11", "GW-HDR-5", "GW-HDR-8"],
        behaviour: Subject::Gateway(|| Arc::new(Links::new(Transport::Http, true, 4, Instead::Exception))),
    },
    Fault {
        name: "gw/link-exception-dropped",
        text: "In HTTP the second exception of one link is not sent: the connection ends without a response.",
        breaks: &[
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
        behaviour: Subject::Gateway(|| Arc::new(Links::new(Transport::Http, false, 2, Instead::Nothing))),
    },
    Fault {
        name: "gw/link-third-exception-dropped",
        text: "In HTTP the third exception of one link is not sent: the connection ends without a response.",
        breaks: &["GW-HDR-9"],
        behaviour: Subject::Gateway(|| Arc::new(Links::new(Transport::Http, false, 3, Instead::Nothing))),
    },
    Fault {
        name: "gw/link-fourth-exception-dropped",
        text: "In HTTP the fourth exception of one link is not sent: the connection ends without a response.",
        breaks: &["GW-HDR-9"],
        behaviour: Subject::Gateway(|| Arc::new(Links::new(Transport::Http, false, 4, Instead::Nothing))),
    },
    Fault {
        name: "gw/link-exception-page",
        text: "In HTTP the second exception of one link is a page and status 502.",
        breaks: &[
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
        behaviour: Subject::Gateway(|| Arc::new(Links::new(Transport::Http, false, 2, Instead::Other))),
    },
    Fault {
        name: "gw/link-exception-success",
        text: "In HTTP the second call of one link that would be refused is answered with success.",
        breaks: &["GW-HDR-11", "GW-RSP-9"],
        behaviour: Subject::Gateway(|| Arc::new(Links::new(Transport::Http, false, 2, Instead::Success))),
    },
];

/// What comes instead of a reply.
#[derive(Clone, Copy)]
pub(super) enum Instead {
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
pub(super) struct Counts(Mutex<HashMap<String, u64>>);

impl Counts {
    /// Counts the link of a trace; the first is 1. A trace without a dash is no link.
    pub(super) fn count(&self, trace: Option<&str>) -> u64 {
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
pub(super) struct Links {
    transport: Transport,
    success: bool,
    first: u64,
    instead: Instead,
    counts: Counts,
}

impl Links {
    pub(super) fn new(transport: Transport, success: bool, first: u64, instead: Instead) -> Self {
        Self {
            transport,
            success,
            first,
            instead,
            counts: Counts::default(),
        }
    }

    fn is_repetition(&self, call: &GatewayCall, outcome: &GatewayOutcome) -> bool {
        call.transport == self.transport
            && outcome.is_success() == self.success
            && self.counts.count(call.header.text(TRACE)) >= self.first
    }
}

impl GatewayBehaviour for Links {
    fn decide(&self, call: &GatewayCall, honest: GatewayOutcome) -> GatewayOutcome {
        match self.instead {
            Instead::Exception if self.is_repetition(call, &honest) => {
                GatewayOutcome::Exception(Exception::AccessDenied)
            }
            Instead::Success if self.is_repetition(call, &honest) => GatewayOutcome::Success(null()),
            _ => honest,
        }
    }

    fn respond(
        &self,
        call: &GatewayCall,
        outcome: &GatewayOutcome,
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

    fn reply(&self, connection: &Connection, call: &GatewayCall, outcome: &GatewayOutcome, text: String) -> Vec<Out> {
        match self.instead {
            Instead::Nothing if self.is_repetition(call, outcome) => Vec::new(),
            Instead::Other if self.is_repetition(call, outcome) => binary(text),
            Instead::Text(change) if self.is_repetition(call, outcome) => vec![Out::text(change(text))],
            _ => HonestGateway.reply(connection, call, outcome, text),
        }
    }
}

pub(super) fn binary(text: String) -> Vec<Out> {
    vec![Out::Frame(Frame::new(Opcode::Binary, text))]
}
