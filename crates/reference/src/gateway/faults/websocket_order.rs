//! Replies over the WebSocket that are lost, repeated, late, or sent to somebody else (GW-WS-7). No fault here may
//! touch what a reply says.

use std::{collections::HashMap, sync::{Arc, Mutex, PoisonError}};

use crate::{Fault, gateway::{GatewayCall, GatewayBehaviour, Connection, HonestGateway, GatewayOutcome, Ping, TOKEN, TRACE, Transport}, variant::Subject, websocket::Out};

pub(super) const FAULTS: &[Fault] = &[
    // Replies over the WebSocket that are lost or repeated (GW-WS-7).
    Fault {
        name: "gw/ws-reply-overtaken-lost",
        text: "A call that is overtaken by a later one on its connection is never answered.",
        breaks: &["GW-WS-7"],
        behaviour: Subject::Gateway(|| Arc::new(OvertakenLost::default())),
    },
    Fault {
        name: "gw/ws-reply-doubled",
        text: "Each reply is sent twice.",
        breaks: &["GW-WS-7"],
        behaviour: Subject::Gateway(|| Arc::new(Doubled)),
    },
    // Replies over the WebSocket that come at the wrong time: with the next one, or not as messages of their own.
    Fault {
        name: "gw/ws-exception-held",
        text: "Over the WebSocket an exception is written but not flushed: it goes out with the next answer.",
        breaks: &["GW-WS-3", "GW-WS-4", "GW-WS-5", "GW-WS-11"],
        behaviour: Subject::Gateway(|| Arc::new(Holds::of(|_, outcome| !outcome.is_success(), false))),
    },
    Fault {
        name: "gw/ws-replies-joined",
        text: "What is answered while a slow call is under way goes out with the slow reply, in one frame.",
        breaks: &["GW-WS-7"],
        behaviour: Subject::Gateway(|| Arc::new(Holds::of(|connection, _| connection.pending() > 0, true))),
    },
    Fault {
        name: "gw/ws-pong-for-all",
        text: "Every message of a WebSocket is answered with a pong.",
        breaks: &["GW-WS-2"],
        behaviour: Subject::Gateway(|| Arc::new(PongForAll)),
    },
    // A table of connections by link, so that a reply finds its way: it finds the connection on which the link started,
    // too.
    Fault {
        name: "gw/ws-reply-strays",
        text: "A reply to a guest is sent to the connection on which its link began, too.",
        breaks: &["GW-WS-7"],
        behaviour: Subject::Gateway(|| Arc::new(Strays::new(true))),
    },
    Fault {
        name: "gw/pong-strays",
        text: "A pong is sent to the connection on which its link began, too.",
        breaks: &["GW-HB-10"],
        behaviour: Subject::Gateway(|| Arc::new(Strays::new(false))),
    },
];

#[derive(Default)]
struct OvertakenLost {
    /// The latest call of each connection.
    latest: Mutex<HashMap<u64, u64>>,
}

impl GatewayBehaviour for OvertakenLost {
    fn receive(&self, call: &mut GatewayCall) {
        if call.transport == Transport::Socket {
            let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
            latest.insert(call.connection, call.nth);
        }
    }

    fn reply(&self, connection: &Connection, call: &GatewayCall, outcome: &GatewayOutcome, text: String) -> Vec<Out> {
        let latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        match latest.get(&connection.number) {
            Some(latest) if (1..*latest).contains(&call.nth) => Vec::new(),
            _ => HonestGateway.reply(connection, call, outcome, text),
        }
    }
}

struct Doubled;

impl GatewayBehaviour for Doubled {
    fn reply(&self, _connection: &Connection, _call: &GatewayCall, _outcome: &GatewayOutcome, text: String) -> Vec<Out> {
        vec![Out::text(text.clone()), Out::text(text)]
    }
}

/// Which replies wait for the next answer of their connection, and whether they are joined with it.
struct Holds {
    which: fn(&Connection, &GatewayOutcome) -> bool,
    joined: bool,
    held: Mutex<HashMap<u64, Vec<String>>>,
}

impl Holds {
    fn of(which: fn(&Connection, &GatewayOutcome) -> bool, joined: bool) -> Self {
        Self {
            which,
            joined,
            held: Mutex::default(),
        }
    }

    fn send(&self, connection: &Connection, hold: bool, text: String) -> Vec<Out> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let texts = held.entry(connection.number).or_default();
        texts.push(text);
        if hold {
            return Vec::new();
        }
        let texts = std::mem::take(texts);
        if self.joined {
            return vec![Out::text(texts.join("\n"))];
        }
        texts.into_iter().map(Out::text).collect()
    }
}

impl GatewayBehaviour for Holds {
    fn answer_ping(&self, connection: &Connection, ping: &Ping, text: String) -> Vec<Out> {
        if self.joined {
            return HonestGateway.answer_ping(connection, ping, text);
        }
        self.send(connection, false, text)
    }

    fn reply(&self, connection: &Connection, _call: &GatewayCall, outcome: &GatewayOutcome, text: String) -> Vec<Out> {
        self.send(connection, (self.which)(connection, outcome), text)
    }
}

struct PongForAll;

impl GatewayBehaviour for PongForAll {
    fn reply(&self, _: &Connection, _: &GatewayCall, _: &GatewayOutcome, _: String) -> Vec<Out> {
        vec![Out::text(
            r#"{"trace":"trace","token":"token","bizType":"pong","sendTime":1617678792458,"lang":"zh-CN"}"#,
        )]
    }
}

struct Strays {
    replies: bool,
    connections: Mutex<Connections>,
}

#[derive(Default)]
struct Connections {
    all: HashMap<u64, Arc<Connection>>,
    /// The connection on which each link started. A link is what a trace says before its first dash.
    of_link: HashMap<String, u64>,
}

impl Strays {
    fn new(replies: bool) -> Self {
        Self {
            replies,
            connections: Mutex::default(),
        }
    }

    fn tell(&self, connection: &Connection, trace: Option<&str>, text: &str) {
        let Some((link, _)) = trace.and_then(|trace| trace.split_once('-')) else {
            return;
        };
        let mut connections = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
        let first = *connections.of_link.entry(link.to_owned()).or_insert(connection.number);
        if let Some(other) = connections.all.get(&first).filter(|_| first != connection.number) {
            other.tell(Out::text(text));
        }
    }
}

impl GatewayBehaviour for Strays {
    fn greet(&self, connection: &Arc<Connection>) -> Vec<Out> {
        let mut connections = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
        connections.all.insert(connection.number, Arc::clone(connection));
        Vec::new()
    }

    fn answer_ping(&self, connection: &Connection, ping: &Ping, text: String) -> Vec<Out> {
        let trace = ping.raw(TRACE).and_then(|raw| serde_json::from_str::<String>(raw).ok());
        if !self.replies {
            self.tell(connection, trace.as_deref(), &text);
        }
        HonestGateway.answer_ping(connection, ping, text)
    }

    fn reply(&self, connection: &Connection, call: &GatewayCall, outcome: &GatewayOutcome, text: String) -> Vec<Out> {
        // Whoever is logged in is found by their session.
        if self.replies && !call.header.has(TOKEN) {
            self.tell(connection, call.header.text(TRACE), &text);
        }
        HonestGateway.reply(connection, call, outcome, text)
    }
}
