//! When and in which frames a message comes: RFC 6455 leaves much open, and the document says nothing of it.

use std::{sync::Arc, time::Duration};

use super::{Reading, Subject};
use crate::{
    json::Node,
    websocket::Out,
    ws_service::{Call, Conduct, Honest, Outcome, Parting, Session},
};
use wire::frame::{Frame, Opcode};

pub const OVERTAKING: Reading = Reading {
    name: "ws/replies-overtaking",
    suite: "ws-service",
    text: "Replies come in another order than their calls.",
    shows: &[],
    conduct: Subject::WsService(|| Arc::new(Overtaking)),
};

pub const SLOW: Reading = Reading {
    name: "ws/replies-slow",
    suite: "ws-service",
    text: "The first replies of a connection take their time.",
    shows: &[],
    conduct: Subject::WsService(|| Arc::new(Slow)),
};

pub const FRAGMENTED: Reading = Reading {
    name: "ws/replies-fragmented",
    suite: "ws-service",
    text: "A reply is sent in two frames.",
    shows: &[],
    conduct: Subject::WsService(|| Arc::new(Fragmented)),
};

pub const PONGS: Reading = Reading {
    name: "ws/pongs-unasked",
    suite: "ws-service",
    text: "The server sends a pong frame that nobody asked for with each reply.",
    shows: &[],
    conduct: Subject::WsService(|| Arc::new(Pongs)),
};

pub const BINARY_IGNORED: Reading = Reading {
    name: "ws/binary-ignored",
    suite: "ws-service",
    text: "A binary message is passed over.",
    shows: &[],
    conduct: Subject::WsService(|| Arc::new(Binary(Vec::new))),
};

pub const BINARY_CLOSES: Reading = Reading {
    name: "ws/binary-closes",
    suite: "ws-service",
    text: "A binary message ends the connection with 1003.",
    shows: &[],
    conduct: Subject::WsService(|| Arc::new(Binary(|| vec![Out::Frame(Frame::close(1003, "text only")), Out::End]))),
};

pub const ELSEWHERE: Reading = Reading {
    name: "ws/push-payload-elsewhere",
    suite: "ws-service",
    text: "A push keeps its payload beside the code.",
    shows: &[("WS-PUSH-6", "elsewhere")],
    conduct: Subject::WsService(|| Arc::new(Elsewhere)),
};

pub const PARTING: Reading = Reading {
    name: "ws/parting-with-reason",
    suite: "ws-service",
    text: "A disconnection has a close code and reason of its own.",
    shows: &[],
    conduct: Subject::WsService(|| Arc::new(Reason)),
};

/// Longer than any silence that a case waits for.
const LONG: Duration = Duration::from_millis(450);
/// How many replies of a connection are slow.
const SLOW_REPLIES: u64 = 3;

struct Overtaking;

impl Conduct for Overtaking {
    fn delay(&self, _session: &Session, call: &Call, honest: Duration) -> Duration {
        let late = Duration::from_millis(10 + 10 * (3 - call.nth % 4));
        honest.max(late)
    }
}

struct Slow;

impl Conduct for Slow {
    fn reply(&self, session: &Session, call: Option<&Call>, outcome: &Outcome, text: String) -> Vec<Out> {
        let mut outs = Honest.reply(session, call, outcome, text);
        if session.calls() <= SLOW_REPLIES {
            outs.insert(0, Out::Pause(LONG));
        }
        outs
    }
}

struct Fragmented;

impl Conduct for Fragmented {
    fn reply(&self, _session: &Session, _call: Option<&Call>, _outcome: &Outcome, text: String) -> Vec<Out> {
        let (first, rest) = text.as_bytes().split_at(text.len() / 2);
        let mut begin = Frame::new(Opcode::Text, first);
        begin.fin = false;
        vec![Out::Frame(begin), Out::Frame(Frame::new(Opcode::Continuation, rest))]
    }
}

struct Pongs;

impl Conduct for Pongs {
    fn reply(&self, session: &Session, call: Option<&Call>, outcome: &Outcome, text: String) -> Vec<Out> {
        let mut outs = vec![Out::Frame(Frame::new(Opcode::Pong, "alive"))];
        outs.extend(Honest.reply(session, call, outcome, text));
        outs
    }
}

/// What a binary message is answered with.
struct Binary(fn() -> Vec<Out>);

impl Conduct for Binary {
    fn binary(&self, _session: &Session, _bytes: &[u8], _honest: Vec<Out>) -> Vec<Out> {
        self.0()
    }
}

struct Elsewhere;

impl Conduct for Elsewhere {
    fn push(&self, _receiver: &Session, _call: &Call, event: &str, data: &str) -> Node {
        Node::object([
            ("code", Node::number(1200)),
            ("data", Node::raw(data)),
            ("msg", Node::text(event)),
        ])
    }
}

struct Reason;

impl Conduct for Reason {
    fn part(&self, _session: &Session, _call: &Call, parting: Parting, text: String) -> Vec<Out> {
        vec![
            Out::text(text),
            Out::Frame(Frame::close(4001, parting.text())),
            Out::End,
        ]
    }
}
