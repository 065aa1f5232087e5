//! When and in which frames a message comes: RFC 6455 leaves much open, and the document says nothing of it. No suite
//! may find a violation under any of these readings.

use std::{sync::Arc, time::Duration};

use crate::{
    Reading,
    json::Node,
    variant::Subject,
    websocket::Out,
    ws_service::{Disconnect, HonestWs, Session, WsBehaviour, WsCall, WsOutcome},
};
use wire::frame::{Frame, Opcode};

pub(super) const READINGS: &[Reading] = &[
    Reading {
        name: "ws/replies-overtaking",
        text: "Replies come in another order than their calls.",
        shows: &[],
        behaviour: Subject::WsService(|| Arc::new(Overtaking)),
    },
    Reading {
        name: "ws/replies-slow",
        text: "The first replies of a connection take their time.",
        shows: &[],
        behaviour: Subject::WsService(|| Arc::new(Slow)),
    },
    Reading {
        name: "ws/replies-fragmented",
        text: "A reply is sent in two frames.",
        shows: &[],
        behaviour: Subject::WsService(|| Arc::new(Fragmented)),
    },
    Reading {
        name: "ws/pongs-unasked",
        text: "The server sends a pong frame that nobody asked for with each reply.",
        shows: &[],
        behaviour: Subject::WsService(|| Arc::new(Pongs)),
    },
    Reading {
        name: "ws/binary-ignored",
        text: "A binary message is passed over.",
        shows: &[],
        behaviour: Subject::WsService(|| Arc::new(Binary(Vec::new))),
    },
    Reading {
        name: "ws/binary-closes",
        text: "A binary message ends the connection with 1003.",
        shows: &[],
        behaviour: Subject::WsService(|| {
            Arc::new(Binary(|| vec![Out::Frame(Frame::close(1003, "text only")), Out::End]))
        }),
    },
    Reading {
        name: "ws/push-payload-elsewhere",
        text: "A push keeps its payload beside the code.",
        shows: &[("WS-PUSH-6", "elsewhere")],
        behaviour: Subject::WsService(|| Arc::new(Elsewhere)),
    },
    Reading {
        name: "ws/parting-with-reason",
        text: "A disconnection has a close code and reason of its own.",
        shows: &[],
        behaviour: Subject::WsService(|| Arc::new(Reason)),
    },
];

/// Longer than any silence that a case waits for.
const LONG: Duration = Duration::from_millis(450);
/// How many replies of a connection are slow.
const SLOW_REPLIES: u64 = 3;

struct Overtaking;

impl WsBehaviour for Overtaking {
    fn delay(&self, _session: &Session, call: &WsCall, honest: Duration) -> Duration {
        let late = Duration::from_millis(10 + 10 * (3 - call.nth % 4));
        honest.max(late)
    }
}

struct Slow;

impl WsBehaviour for Slow {
    fn reply(&self, session: &Session, call: Option<&WsCall>, outcome: &WsOutcome, text: String) -> Vec<Out> {
        let mut outs = HonestWs.reply(session, call, outcome, text);
        if session.calls() <= SLOW_REPLIES {
            outs.insert(0, Out::Pause(LONG));
        }
        outs
    }
}

struct Fragmented;

impl WsBehaviour for Fragmented {
    fn reply(&self, _session: &Session, _call: Option<&WsCall>, _outcome: &WsOutcome, text: String) -> Vec<Out> {
        let (first, rest) = text.as_bytes().split_at(text.len() / 2);
        let mut start = Frame::new(Opcode::Text, first);
        start.fin = false;
        vec![Out::Frame(start), Out::Frame(Frame::new(Opcode::Continuation, rest))]
    }
}

struct Pongs;

impl WsBehaviour for Pongs {
    fn reply(&self, session: &Session, call: Option<&WsCall>, outcome: &WsOutcome, text: String) -> Vec<Out> {
        let mut outs = vec![Out::Frame(Frame::new(Opcode::Pong, "alive"))];
        outs.extend(HonestWs.reply(session, call, outcome, text));
        outs
    }
}

/// What a binary message is answered with.
struct Binary(fn() -> Vec<Out>);

impl WsBehaviour for Binary {
    fn binary(&self, _session: &Session, _bytes: &[u8], _honest: Vec<Out>) -> Vec<Out> {
        self.0()
    }
}

struct Elsewhere;

impl WsBehaviour for Elsewhere {
    fn push(&self, _receiver: &Session, _call: &WsCall, event: &str, data: &str) -> Node {
        Node::object([
            ("code", Node::number(1200)),
            ("data", Node::raw(data)),
            ("msg", Node::text(event)),
        ])
    }
}

struct Reason;

impl WsBehaviour for Reason {
    fn disconnect(&self, _session: &Session, _call: &WsCall, disconnect: Disconnect, text: String) -> Vec<Out> {
        vec![
            Out::text(text),
            Out::Frame(Frame::close(4001, disconnect.text())),
            Out::End,
        ]
    }
}
