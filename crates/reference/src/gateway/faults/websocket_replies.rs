//! Replies over the WebSocket that are lost, repeated, late, sent to somebody else, or none (GW-WS-7). No fault here
//! may touch HTTP.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use crate::{
    Fault,
    gateway::{
        Connection, Exception, GatewayBehaviour, GatewayCall, GatewayOutcome, HonestGateway, Ping, TOKEN, TRACE,
        Transport, null,
    },
    variant::Subject,
    websocket::Out,
};
use wire::frame::{Frame, Opcode};

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
    // A gateway that is out of order on the WebSocket, from the first message or from a later one of a connection.
    Fault {
        name: "gw/ws-silent",
        text: "Nothing on a WebSocket is ever answered.",
        breaks: &["GW-WS-2", "GW-HB-1"],
        behaviour: Subject::Gateway(|| Arc::new(Answers::from(1, |_| Vec::new()))),
    },
    Fault {
        name: "gw/ws-silent-after-1",
        text: "Only the first message of a WebSocket is answered: the handler is not armed again.",
        breaks: &[
            "GW-WS-7", "GW-WS-10", "GW-WS-11", "GW-WS-14", "GW-HB-1", "GW-HB-4", "GW-HB-10", "GW-HB-11", "GW-HB-12",
        ],
        behaviour: Subject::Gateway(|| Arc::new(Answers::from(2, |_| Vec::new()))),
    },
    Fault {
        name: "gw/ws-silent-after-2",
        text: "Only the first two messages of a WebSocket are answered.",
        breaks: &["GW-WS-7", "GW-WS-10", "GW-HB-10", "GW-HB-11", "GW-HB-12"],
        behaviour: Subject::Gateway(|| Arc::new(Answers::from(3, |_| Vec::new()))),
    },
    Fault {
        name: "gw/ws-silent-after-3",
        text: "Only the first three messages of a WebSocket are answered.",
        breaks: &["GW-HDR-9", "GW-WS-7", "GW-HB-10"],
        behaviour: Subject::Gateway(|| Arc::new(Answers::from(4, |_| Vec::new()))),
    },
    Fault {
        name: "gw/ws-silent-after-4",
        text: "Only the first four messages of a WebSocket are answered.",
        breaks: &["GW-WS-7", "GW-HB-10"],
        behaviour: Subject::Gateway(|| Arc::new(Answers::from(5, |_| Vec::new()))),
    },
    Fault {
        name: "gw/ws-binary-after-1",
        text: "From the second message of a WebSocket on answers are binary messages.",
        breaks: &["GW-WS-7", "GW-WS-14", "GW-HB-4", "GW-HB-10", "GW-HB-11", "GW-HB-12"],
        behaviour: Subject::Gateway(|| Arc::new(Answers::from(2, binary))),
    },
    Fault {
        name: "gw/ws-closes-after-1",
        text: "The second message of a WebSocket closes it.",
        breaks: &[
            "GW-WS-7", "GW-WS-10", "GW-WS-11", "GW-WS-14", "GW-HB-1", "GW-HB-4", "GW-HB-10", "GW-HB-12",
        ],
        behaviour: Subject::Gateway(|| {
            Arc::new(Answers::from(2, |_| vec![Out::Frame(Frame::close(1001, "")), Out::End]))
        }),
    },
    Fault {
        name: "gw/ws-text-after-1",
        text: "From the second message of a WebSocket on the answer is the word ok.",
        breaks: &[
            "GW-WS-7", "GW-WS-11", "GW-WS-14", "GW-HB-1", "GW-HB-4", "GW-HB-10", "GW-HB-11", "GW-HB-12",
        ],
        behaviour: Subject::Gateway(|| Arc::new(Answers::from(2, |_| vec![Out::text("ok")]))),
    },
    Fault {
        name: "gw/ws-always-success",
        text: "Over the WebSocket every call is answered with success: the result of the service is not looked at.",
        breaks: &["GW-WS-3", "GW-WS-4", "GW-WS-5", "GW-WS-8", "GW-WS-10", "GW-WS-11"],
        behaviour: Subject::Gateway(|| Arc::new(Decides(1, |_| GatewayOutcome::Success(null())))),
    },
    Fault {
        name: "gw/ws-exception-after-1",
        text: "Over the WebSocket every call but the first is answered with an exception.",
        breaks: &["GW-WS-7", "GW-WS-14"],
        behaviour: Subject::Gateway(|| Arc::new(Decides(2, |_| GatewayOutcome::Exception(Exception::AccessDenied)))),
    },
    Fault {
        name: "gw/ws-exception-after-2",
        text: "Over the WebSocket every call but the first two is answered with an exception.",
        breaks: &["GW-HDR-9", "GW-WS-7"],
        behaviour: Subject::Gateway(|| Arc::new(Decides(3, |_| GatewayOutcome::Exception(Exception::AccessDenied)))),
    },
    Fault {
        name: "gw/ws-exception-after-3",
        text: "Over the WebSocket every call but the first three is answered with an exception.",
        breaks: &["GW-HDR-9", "GW-WS-7"],
        behaviour: Subject::Gateway(|| Arc::new(Decides(4, |_| GatewayOutcome::Exception(Exception::AccessDenied)))),
    },
    Fault {
        name: "gw/ws-success-after-2",
        text: "Over the WebSocket every call but the first two is answered with success.",
        breaks: &["GW-WS-7"],
        behaviour: Subject::Gateway(|| Arc::new(Decides(3, |_| GatewayOutcome::Success(null())))),
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
    fn reply(
        &self,
        _connection: &Connection,
        _call: &GatewayCall,
        _outcome: &GatewayOutcome,
        text: String,
    ) -> Vec<Out> {
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

/// What becomes of the answers of a connection from a certain one on.
struct Answers {
    first: u64,
    instead: fn(Vec<Out>) -> Vec<Out>,
    /// How many answers each connection has had.
    given: Mutex<HashMap<u64, u64>>,
}

impl Answers {
    fn from(first: u64, instead: fn(Vec<Out>) -> Vec<Out>) -> Self {
        Self {
            first,
            instead,
            given: Mutex::default(),
        }
    }

    fn answer(&self, connection: &Connection, text: String) -> Vec<Out> {
        let mut given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        let nth = given.entry(connection.number).or_default();
        *nth += 1;
        let honest = vec![Out::text(text)];
        if *nth < self.first {
            honest
        } else {
            (self.instead)(honest)
        }
    }
}

impl GatewayBehaviour for Answers {
    fn answer_ping(&self, connection: &Connection, _ping: &Ping, text: String) -> Vec<Out> {
        self.answer(connection, text)
    }

    fn reply(&self, connection: &Connection, _call: &GatewayCall, _outcome: &GatewayOutcome, text: String) -> Vec<Out> {
        self.answer(connection, text)
    }
}

fn binary(honest: Vec<Out>) -> Vec<Out> {
    let binary = |out| match out {
        Out::Frame(frame) => Out::Frame(Frame::new(Opcode::Binary, frame.payload)),
        other => other,
    };
    honest.into_iter().map(binary).collect()
}

/// What every call of a WebSocket comes to from a certain one on.
struct Decides(u64, fn(&GatewayCall) -> GatewayOutcome);

impl GatewayBehaviour for Decides {
    fn decide(&self, call: &GatewayCall, honest: GatewayOutcome) -> GatewayOutcome {
        match call.transport {
            Transport::Socket if call.nth >= self.0 => self.1(call),
            _ => honest,
        }
    }
}
