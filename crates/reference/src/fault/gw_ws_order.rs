//! Replies over the WebSocket that come at the wrong time: with the next one, or not as messages of their own.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use super::{Fault, Subject};
use crate::{
    gateway::{Call, Conduct, Connection, Honest, Outcome, Ping},
    websocket::Out,
};

pub const EXCEPTION_HELD: Fault = Fault {
    name: "gw/ws-exception-held",
    suite: "gateway",
    text: "Over the WebSocket an exception is written but not flushed: it goes out with the next answer.",
    breaks: &["GW-WS-3", "GW-WS-4", "GW-WS-5", "GW-WS-11"],
    conduct: Subject::Gateway(|| Arc::new(Holds::of(|_, outcome| !outcome.is_success(), false))),
};

pub const PENDING_HELD: Fault = Fault {
    name: "gw/ws-replies-joined",
    suite: "gateway",
    text: "What is answered while a slow call is under way goes out with the slow reply, in one frame.",
    breaks: &["GW-WS-7"],
    conduct: Subject::Gateway(|| Arc::new(Holds::of(|connection, _| connection.pending() > 0, true))),
};

pub const PONG_FOR_ALL: Fault = Fault {
    name: "gw/ws-pong-for-all",
    suite: "gateway",
    text: "Every message of a WebSocket is answered with a pong.",
    breaks: &["GW-WS-2"],
    conduct: Subject::Gateway(|| Arc::new(PongForAll)),
};

/// Which replies wait for the next answer of their connection, and whether they are joined with it.
struct Holds {
    which: fn(&Connection, &Outcome) -> bool,
    joined: bool,
    held: Mutex<HashMap<u64, Vec<String>>>,
}

impl Holds {
    fn of(which: fn(&Connection, &Outcome) -> bool, joined: bool) -> Self {
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

impl Conduct for Holds {
    fn answer_ping(&self, connection: &Connection, ping: &Ping, text: String) -> Vec<Out> {
        if self.joined {
            return Honest.answer_ping(connection, ping, text);
        }
        self.send(connection, false, text)
    }

    fn reply(&self, connection: &Connection, _call: &Call, outcome: &Outcome, text: String) -> Vec<Out> {
        self.send(connection, (self.which)(connection, outcome), text)
    }
}

struct PongForAll;

impl Conduct for PongForAll {
    fn reply(&self, _: &Connection, _: &Call, _: &Outcome, _: String) -> Vec<Out> {
        vec![Out::text(
            r#"{"trace":"trace","token":"token","bizType":"pong","sendTime":1617678792458,"lang":"zh-CN"}"#,
        )]
    }
}
