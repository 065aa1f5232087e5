//! Frames (RFC 6455, WS-FRAME): protocol errors that are passed over, fragments, closes. No fault here may touch a
//! message that comes whole, in one lawful frame.

use std::sync::Arc;

use crate::{
    Fault,
    variant::Subject,
    websocket::{Out, ProtocolError},
    ws_service::{HonestWs, Session, WsBehaviour},
};

pub(super) const FAULTS: &[Fault] = &[
    // A reader of frames that knows nothing of messages.
    Fault {
        name: "ws/fragments-apart",
        text: "Each fragment of a message is taken for a message.",
        breaks: &["WS-CALL-9", "WS-FRAME-4"],
        behaviour: Subject::WsService(|| Arc::new(Apart)),
    },
    // Rules of RFC 6455 §5 that a reader of frames does not know.
    Fault {
        name: "ws/frame-unmasked-served",
        text: "Frames without a mask are taken.",
        breaks: &["WS-FRAME-1"],
        behaviour: Subject::WsService(|| Arc::new(Tolerant(&[ProtocolError::Unmasked]))),
    },
    Fault {
        name: "ws/frame-reserved-bit-served",
        text: "Reserved bits of a frame are not looked at.",
        breaks: &["WS-FRAME-2"],
        behaviour: Subject::WsService(|| Arc::new(Tolerant(&[ProtocolError::ReservedBit]))),
    },
    Fault {
        name: "ws/frame-opcode-skipped",
        text: "Frames of an unknown opcode are skipped.",
        breaks: &["WS-FRAME-3"],
        behaviour: Subject::WsService(|| Arc::new(Tolerant(&[ProtocolError::ReservedOpcode]))),
    },
    Fault {
        name: "ws/frame-order-ignored",
        text: "A continuation of nothing is skipped, and a new message throws the unfinished one away.",
        breaks: &["WS-FRAME-4"],
        behaviour: Subject::WsService(|| {
            Arc::new(Tolerant(&[ProtocolError::Continuation, ProtocolError::Interleaved]))
        }),
    },
    Fault {
        name: "ws/frame-control-long",
        text: "Control frames may be long or fragmented.",
        breaks: &["WS-FRAME-5"],
        behaviour: Subject::WsService(|| Arc::new(Tolerant(&[ProtocolError::Control]))),
    },
    Fault {
        name: "ws/utf-8-replaced",
        text: "Bytes that are no UTF-8 are replaced, and the call is served.",
        breaks: &["WS-FRAME-6"],
        behaviour: Subject::WsService(|| Arc::new(Tolerant(&[ProtocolError::Utf8]))),
    },
    Fault {
        name: "ws/utf-8-silent",
        text: "A text message that is no UTF-8 is dropped without a word, and the connection goes on.",
        breaks: &["WS-FRAME-6"],
        behaviour: Subject::WsService(|| Arc::new(Utf8Silent)),
    },
    // What a client's close frame is answered with (RFC 6455 §5.5.1).
    Fault {
        name: "ws/close-unanswered",
        text: "A close frame is ignored, and the connection stays open.",
        breaks: &["WS-FRAME-7"],
        behaviour: Subject::WsService(|| Arc::new(Answers(Vec::new))),
    },
    Fault {
        name: "ws/close-cut",
        text: "A close frame is answered by the end of the TCP connection alone.",
        breaks: &["WS-FRAME-7"],
        behaviour: Subject::WsService(|| Arc::new(Answers(|| vec![Out::End]))),
    },
];

struct Apart;

impl WsBehaviour for Apart {
    fn joins(&self) -> bool {
        false
    }

    fn tolerates(&self, error: ProtocolError) -> bool {
        error == ProtocolError::Utf8
    }
}

/// The protocol errors that are passed over.
struct Tolerant(&'static [ProtocolError]);

impl WsBehaviour for Tolerant {
    fn tolerates(&self, error: ProtocolError) -> bool {
        self.0.contains(&error)
    }
}

struct Utf8Silent;

impl WsBehaviour for Utf8Silent {
    fn fail(&self, session: &Session, error: ProtocolError) -> Vec<Out> {
        match error {
            ProtocolError::Utf8 => Vec::new(),
            _ => HonestWs.fail(session, error),
        }
    }
}

/// What is done.
struct Answers(fn() -> Vec<Out>);

impl WsBehaviour for Answers {
    fn close(&self, _session: &Session, _payload: &[u8]) -> Vec<Out> {
        self.0()
    }
}
