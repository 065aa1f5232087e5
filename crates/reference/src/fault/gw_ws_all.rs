//! A gateway that is out of order on the WebSocket, from the first message or from a later one of a connection.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use super::{Fault, Subject};
use crate::{
    gateway::{Call, Conduct, Connection, Exception, Outcome, Ping, Transport, null},
    websocket::Out,
};
use wire::frame::{Frame, Opcode};

/// A gateway whose answers come to something else from the `after`th on.
const fn answers(
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

pub const SILENT: Fault = answers(
    "gw/ws-silent",
    "Nothing on a WebSocket is ever answered.",
    &["GW-WS-2", "GW-HB-1"],
    || Arc::new(Answers::from(1, |_| Vec::new())),
);

pub const SILENT_AFTER_1: Fault = answers(
    "gw/ws-silent-after-1",
    "Only the first message of a WebSocket is answered: the handler is not armed again.",
    &[
        "GW-WS-7", "GW-WS-10", "GW-WS-11", "GW-WS-14", "GW-HB-1", "GW-HB-4", "GW-HB-10", "GW-HB-11", "GW-HB-12",
    ],
    || Arc::new(Answers::from(2, |_| Vec::new())),
);

pub const SILENT_AFTER_2: Fault = answers(
    "gw/ws-silent-after-2",
    "Only the first two messages of a WebSocket are answered.",
    &["GW-WS-7", "GW-WS-10", "GW-HB-10", "GW-HB-11", "GW-HB-12"],
    || Arc::new(Answers::from(3, |_| Vec::new())),
);

pub const SILENT_AFTER_3: Fault = answers(
    "gw/ws-silent-after-3",
    "Only the first three messages of a WebSocket are answered.",
    &["GW-HDR-9", "GW-WS-7", "GW-HB-10"],
    || Arc::new(Answers::from(4, |_| Vec::new())),
);

pub const SILENT_AFTER_4: Fault = answers(
    "gw/ws-silent-after-4",
    "Only the first four messages of a WebSocket are answered.",
    &["GW-WS-7", "GW-HB-10"],
    || Arc::new(Answers::from(5, |_| Vec::new())),
);

pub const BINARY_AFTER_1: Fault = answers(
    "gw/ws-binary-after-1",
    "From the second message of a WebSocket on answers are binary messages.",
    &["GW-WS-7", "GW-WS-14", "GW-HB-4", "GW-HB-10", "GW-HB-11", "GW-HB-12"],
    || Arc::new(Answers::from(2, binary)),
);

pub const CLOSES_AFTER_1: Fault = answers(
    "gw/ws-closes-after-1",
    "The second message of a WebSocket closes it.",
    &[
        "GW-WS-7", "GW-WS-10", "GW-WS-11", "GW-WS-14", "GW-HB-1", "GW-HB-4", "GW-HB-10", "GW-HB-12",
    ],
    || Arc::new(Answers::from(2, |_| vec![Out::Frame(Frame::close(1001, "")), Out::End])),
);

pub const TEXT_AFTER_1: Fault = answers(
    "gw/ws-text-after-1",
    "From the second message of a WebSocket on the answer is the word ok.",
    &[
        "GW-WS-7", "GW-WS-11", "GW-WS-14", "GW-HB-1", "GW-HB-4", "GW-HB-10", "GW-HB-11", "GW-HB-12",
    ],
    || Arc::new(Answers::from(2, |_| vec![Out::text("ok")])),
);

pub const SUCCEEDS: Fault = answers(
    "gw/ws-always-success",
    "Over the WebSocket every call is answered with success: the result of the service is not looked at.",
    &["GW-WS-3", "GW-WS-4", "GW-WS-5", "GW-WS-8", "GW-WS-10", "GW-WS-11"],
    || Arc::new(Decides(1, |_| Outcome::Success(null()))),
);

pub const FAILS_AFTER_1: Fault = answers(
    "gw/ws-exception-after-1",
    "Over the WebSocket every call but the first is answered with an exception.",
    &["GW-WS-7", "GW-WS-14"],
    || Arc::new(Decides(2, |_| Outcome::Exception(Exception::AccessDenied))),
);

pub const FAILS_AFTER_2: Fault = answers(
    "gw/ws-exception-after-2",
    "Over the WebSocket every call but the first two is answered with an exception.",
    &["GW-HDR-9", "GW-WS-7"],
    || Arc::new(Decides(3, |_| Outcome::Exception(Exception::AccessDenied))),
);

pub const FAILS_AFTER_3: Fault = answers(
    "gw/ws-exception-after-3",
    "Over the WebSocket every call but the first three is answered with an exception.",
    &["GW-HDR-9", "GW-WS-7"],
    || Arc::new(Decides(4, |_| Outcome::Exception(Exception::AccessDenied))),
);

pub const SUCCEEDS_AFTER_2: Fault = answers(
    "gw/ws-success-after-2",
    "Over the WebSocket every call but the first two is answered with success.",
    &["GW-WS-7"],
    || Arc::new(Decides(3, |_| Outcome::Success(null()))),
);

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

impl Conduct for Answers {
    fn answer_ping(&self, connection: &Connection, _ping: &Ping, text: String) -> Vec<Out> {
        self.answer(connection, text)
    }

    fn reply(&self, connection: &Connection, _call: &Call, _outcome: &Outcome, text: String) -> Vec<Out> {
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
struct Decides(u64, fn(&Call) -> Outcome);

impl Conduct for Decides {
    fn decide(&self, call: &Call, honest: Outcome) -> Outcome {
        match call.transport {
            Transport::Socket if call.nth >= self.0 => self.1(call),
            _ => honest,
        }
    }
}
