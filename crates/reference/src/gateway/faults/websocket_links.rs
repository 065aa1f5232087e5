//! A gateway that is right once on each link, over the WebSocket: the replies and the pongs that it gets wrong after
//! that. No fault here may touch HTTP.

use std::sync::Arc;

use super::links::{Counts, Instead, Links, binary};
use crate::{
    Fault,
    gateway::{Connection, GatewayBehaviour, HonestGateway, Ping, TRACE, Transport},
    json::RawMembers,
    variant::Subject,
    websocket::Out,
};

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        name: "gw/ws-link-success-lost",
        text: "Over the WebSocket the second success of one link is not sent.",
        breaks: &[
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
        behaviour: Subject::Gateway(|| Arc::new(Links::new(Transport::Socket, true, 2, Instead::Nothing))),
    },
    Fault {
        name: "gw/ws-link-success-binary",
        text: "Over the WebSocket the second success of one link is a binary message.",
        breaks: &["GW-WS-2", "GW-WS-7", "GW-WS-12", "GW-WS-14"],
        behaviour: Subject::Gateway(|| Arc::new(Links::new(Transport::Socket, true, 2, Instead::Other))),
    },
    Fault {
        name: "gw/ws-link-success-listed",
        text: "Over the WebSocket the second success of one link is a list that holds the envelope.",
        breaks: &[
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
        behaviour: Subject::Gateway(|| Arc::new(Links::new(Transport::Socket, true, 2, Instead::Text(listed)))),
    },
    Fault {
        name: "gw/ws-link-success-bare",
        text: "Over the WebSocket the second success of one link is acknowledged by its trace alone.",
        breaks: &[
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
        behaviour: Subject::Gateway(|| Arc::new(Links::new(Transport::Socket, true, 2, Instead::Text(acknowledged)))),
    },
    Fault {
        name: "gw/ws-link-success-refused",
        text: "Over the WebSocket the second call of one link that would succeed is refused as a repetition.",
        breaks: &[
            "GW-HDR-5", "GW-RSP-1", "GW-WS-2", "GW-WS-7", "GW-WS-8", "GW-WS-9", "GW-WS-11", "GW-WS-12", "GW-WS-14",
        ],
        behaviour: Subject::Gateway(|| Arc::new(Links::new(Transport::Socket, true, 2, Instead::Exception))),
    },
    Fault {
        name: "gw/ws-link-third-success-refused",
        text: "Over the WebSocket the third call of one link that would succeed is refused as a repetition.",
        breaks: &["GW-WS-7", "GW-WS-11"],
        behaviour: Subject::Gateway(|| Arc::new(Links::new(Transport::Socket, true, 3, Instead::Exception))),
    },
    Fault {
        name: "gw/ws-link-exception-lost",
        text: "Over the WebSocket the second exception of one link is not sent.",
        breaks: &[
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
        behaviour: Subject::Gateway(|| Arc::new(Links::new(Transport::Socket, false, 2, Instead::Nothing))),
    },
    Fault {
        name: "gw/ws-exception-lost",
        text: "Over the WebSocket no exception is ever sent.",
        breaks: &["GW-WS-3", "GW-WS-4", "GW-WS-5", "GW-WS-11"],
        behaviour: Subject::Gateway(|| Arc::new(Links::new(Transport::Socket, false, 1, Instead::Nothing))),
    },
    Fault {
        name: "gw/ws-link-exception-success",
        text: "Over the WebSocket the second call of one link that would be refused is answered with success.",
        breaks: &["GW-RSP-9", "GW-WS-7", "GW-WS-8"],
        behaviour: Subject::Gateway(|| Arc::new(Links::new(Transport::Socket, false, 2, Instead::Success))),
    },
    Fault {
        name: "gw/ping-link-lost",
        text: "The second ping of one link gets no pong.",
        breaks: &[
            "GW-WS-7", "GW-WS-12", "GW-HB-2", "GW-HB-3", "GW-HB-4", "GW-HB-5", "GW-HB-6", "GW-HB-7", "GW-HB-8",
            "GW-HB-10", "GW-HB-11", "GW-HB-12",
        ],
        behaviour: Subject::Gateway(|| Arc::new(Pongs::new(|_| Vec::new()))),
    },
    Fault {
        name: "gw/ping-link-binary",
        text: "The second pong of one link is a binary message.",
        breaks: &[
            "GW-WS-7", "GW-WS-12", "GW-HB-3", "GW-HB-4", "GW-HB-5", "GW-HB-6", "GW-HB-7", "GW-HB-10", "GW-HB-11",
            "GW-HB-12",
        ],
        behaviour: Subject::Gateway(|| Arc::new(Pongs::new(binary))),
    },
    Fault {
        name: "gw/ping-link-listed",
        text: "The second pong of one link is a list that holds it.",
        breaks: &[
            "GW-WS-7", "GW-WS-12", "GW-HB-2", "GW-HB-3", "GW-HB-4", "GW-HB-5", "GW-HB-6", "GW-HB-7", "GW-HB-8",
            "GW-HB-10", "GW-HB-11", "GW-HB-12",
        ],
        behaviour: Subject::Gateway(|| Arc::new(Pongs::new(|text| vec![Out::text(listed(text))]))),
    },
];

fn listed(text: String) -> String {
    format!("[{text}]")
}

fn acknowledged(text: String) -> String {
    let reply: RawMembers = serde_json::from_str(&text).unwrap_or_default();
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

impl GatewayBehaviour for Pongs {
    fn answer_ping(&self, connection: &Connection, ping: &Ping, text: String) -> Vec<Out> {
        let trace = ping.raw(TRACE).and_then(|raw| serde_json::from_str::<String>(raw).ok());
        match self.pongs.count(trace.as_deref()) {
            1 => HonestGateway.answer_ping(connection, ping, text),
            _ => (self.instead)(text),
        }
    }
}
