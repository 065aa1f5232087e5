//! Heartbeats that are right at first, or in one of their two forms only (WS-HB). No fault here may touch the reply to
//! a call.

use std::{collections::HashMap, sync::{Arc, Mutex, PoisonError}, time::Duration};

use crate::{Fault, variant::Subject, websocket::Out, ws_service::{WsCall, WsBehaviour, HonestWs, WsOutcome, Session}};
use wire::frame::{Frame, Opcode};

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        name: "ws/ping-text-never",
        text: "A text ping is not answered.",
        breaks: &["WS-HB-1"],
        behaviour: Subject::WsService(|| Arc::new(Text(|_| Vec::new()))),
    },
    Fault {
        name: "ws/ping-text-twice",
        text: "Only the first two text pings of a connection are answered.",
        breaks: &["WS-CALL-9", "WS-HB-1", "WS-HB-6", "WS-HB-7"],
        behaviour: Subject::WsService(|| {
            Arc::new(Text(|nth| match nth {
                1 | 2 => vec![Out::text("pong")],
                _ => Vec::new(),
            }))
        }),
    },
    Fault {
        name: "ws/pong-text-counted",
        text: "From the third on, the answer to a text ping tells which one it was.",
        breaks: &["WS-CALL-6", "WS-CALL-9", "WS-HB-1", "WS-HB-6", "WS-HB-7", "WS-RES-11"],
        behaviour: Subject::WsService(|| {
            Arc::new(Text(|nth| match nth {
                1 | 2 => vec![Out::text("pong")],
                _ => vec![Out::text(format!("pong {nth}"))],
            }))
        }),
    },
    Fault {
        name: "ws/ping-frame-never",
        text: "A ping frame is not answered.",
        breaks: &["WS-HB-2"],
        behaviour: Subject::WsService(|| Frames::behaviour(|_, _| Vec::new())),
    },
    Fault {
        name: "ws/ping-frame-once",
        text: "Only the first ping frame of a connection is answered.",
        breaks: &["WS-HB-7", "WS-HB-8"],
        behaviour: Subject::WsService(|| {
            Frames::behaviour(|nth, payload| match nth {
                1 => vec![pong(payload)],
                _ => Vec::new(),
            })
        }),
    },
    Fault {
        name: "ws/pong-frame-empty-later",
        text: "Only the first pong frame of a connection carries the bytes of its ping; later ones are empty.",
        breaks: &["WS-HB-7", "WS-HB-8"],
        behaviour: Subject::WsService(|| {
            Frames::behaviour(|nth, payload| match nth {
                1 => vec![pong(payload)],
                _ => vec![pong(&[])],
            })
        }),
    },
    Fault {
        name: "ws/pong-frame-doubled",
        text: "A ping frame is answered twice: by the library and by the service.",
        breaks: &["WS-HB-4", "WS-HB-8"],
        behaviour: Subject::WsService(|| Frames::behaviour(|_, payload| vec![pong(payload), pong(payload)])),
    },
    Fault {
        name: "ws/ping-frame-as-call",
        text: "The payload of a ping frame goes to the dispatcher when it looks like a call.",
        breaks: &["WS-HB-6"],
        behaviour: Subject::WsService(|| {
            Frames::behaviour(|_, payload| {
                let mut outs = vec![pong(payload)];
                if payload.starts_with(br#"{"controller""#) {
                    outs.push(Out::text(
                        r#"{"code":200,"result":{"errorCode":-10001,"errorExtra":{}},"msg":"Illegal request I"}"#,
                    ));
                }
                outs
            })
        }),
    },
    Fault {
        name: "ws/server-pings-text",
        text: "The server sends a text ping of its own a while after the first reply.",
        breaks: &[
            "WS-CALL-6",
            "WS-CALL-9",
            "WS-FRAME-6",
            "WS-HB-1",
            "WS-HB-5",
            "WS-RES-6",
            "WS-RES-11",
            "WS-TS-5",
        ],
        behaviour: Subject::WsService(|| Arc::new(ServerText)),
    },
];

/// After how long the server wants to know whether the client is still there.
const IDLE: Duration = Duration::from_millis(200);

fn pong(payload: &[u8]) -> Out {
    Out::Frame(Frame::new(Opcode::Pong, payload))
}

/// What the nth text ping gets.
struct Text(fn(u64) -> Vec<Out>);

impl WsBehaviour for Text {
    fn text_ping(&self, _session: &Session, nth: u64) -> Vec<Out> {
        self.0(nth)
    }
}

struct Frames {
    /// What the nth ping frame gets.
    answer: fn(u64, &[u8]) -> Vec<Out>,
    /// The ping frames of each connection.
    pings: Mutex<HashMap<u64, u64>>,
}

impl Frames {
    fn behaviour(answer: fn(u64, &[u8]) -> Vec<Out>) -> Arc<dyn WsBehaviour> {
        let pings = Mutex::default();
        Arc::new(Self { answer, pings })
    }
}

impl WsBehaviour for Frames {
    fn opcode_ping(&self, session: &Session, payload: Vec<u8>, _amid: bool) -> Vec<Out> {
        let mut pings = self.pings.lock().unwrap_or_else(PoisonError::into_inner);
        let nth = pings.entry(session.number).or_default();
        *nth += 1;
        (self.answer)(*nth, &payload)
    }
}

struct ServerText;

impl WsBehaviour for ServerText {
    fn reply(&self, session: &Session, call: Option<&WsCall>, outcome: &WsOutcome, text: String) -> Vec<Out> {
        let mut outs = HonestWs.reply(session, call, outcome, text);
        if session.calls() == 1 {
            outs.extend([Out::Pause(IDLE), Out::text("ping")]);
        }
        outs
    }
}
