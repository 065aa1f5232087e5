//! Rules of RFC 6455 §5 that a reader of frames does not know.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::{
    websocket::{Breach, Out},
    ws_service::{Conduct, Honest, Session},
};

pub const UNMASKED: Fault = Fault {
    name: "ws/frame-unmasked-served",
    suite: "ws-service",
    text: "Frames without a mask are taken.",
    breaks: &["WS-FRAME-1"],
    conduct: Subject::WsService(|| Arc::new(Tolerant(&[Breach::Unmasked]))),
};

pub const RESERVED_BIT: Fault = Fault {
    name: "ws/frame-reserved-bit-served",
    suite: "ws-service",
    text: "Reserved bits of a frame are not looked at.",
    breaks: &["WS-FRAME-2"],
    conduct: Subject::WsService(|| Arc::new(Tolerant(&[Breach::ReservedBit]))),
};

pub const OPCODE: Fault = Fault {
    name: "ws/frame-opcode-skipped",
    suite: "ws-service",
    text: "Frames of an unknown opcode are skipped.",
    breaks: &["WS-FRAME-3"],
    conduct: Subject::WsService(|| Arc::new(Tolerant(&[Breach::ReservedOpcode]))),
};

pub const ORDER: Fault = Fault {
    name: "ws/frame-order-ignored",
    suite: "ws-service",
    text: "A continuation of nothing is skipped, and a new message throws the unfinished one away.",
    breaks: &["WS-FRAME-4"],
    conduct: Subject::WsService(|| Arc::new(Tolerant(&[Breach::Continuation, Breach::Interleaved]))),
};

pub const CONTROL: Fault = Fault {
    name: "ws/frame-control-long",
    suite: "ws-service",
    text: "Control frames may be long or fragmented.",
    breaks: &["WS-FRAME-5"],
    conduct: Subject::WsService(|| Arc::new(Tolerant(&[Breach::Control]))),
};

pub const UTF8: Fault = Fault {
    name: "ws/utf-8-replaced",
    suite: "ws-service",
    text: "Bytes that are no UTF-8 are replaced, and the call is served.",
    breaks: &["WS-FRAME-6"],
    conduct: Subject::WsService(|| Arc::new(Tolerant(&[Breach::Utf8]))),
};

pub const UTF8_SILENT: Fault = Fault {
    name: "ws/utf-8-silent",
    suite: "ws-service",
    text: "A text message that is no UTF-8 is dropped without a word, and the connection goes on.",
    breaks: &["WS-FRAME-6"],
    conduct: Subject::WsService(|| Arc::new(Utf8Silent)),
};

/// The breaches that are passed over.
struct Tolerant(&'static [Breach]);

impl Conduct for Tolerant {
    fn tolerates(&self, breach: Breach) -> bool {
        self.0.contains(&breach)
    }
}

struct Utf8Silent;

impl Conduct for Utf8Silent {
    fn fail(&self, session: &Session, breach: Breach) -> Vec<Out> {
        match breach {
            Breach::Utf8 => Vec::new(),
            _ => Honest.fail(session, breach),
        }
    }
}
