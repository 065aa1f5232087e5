//! Heartbeats in both forms (WS-HB): answered in the wrong form, too often, or not at all. No fault here may touch the
//! reply to a call.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use crate::{
    Fault,
    variant::Subject,
    websocket::Out,
    ws_service::{HonestWs, Rejection, Session, WsBehaviour, WsCall, WsOutcome},
};
use wire::frame::{Frame, Opcode};

pub(super) const FAULTS: &[Fault] = &[
    // A library call named pong, taken for the answer to both kinds of heartbeat.
    Fault {
        name: "ws/ping-text-as-opcode",
        text: "A text ping is answered with an opcode pong.",
        breaks: &["WS-HB-1", "WS-HB-4"],
        behaviour: Subject::WsService(|| Arc::new(PingTextAsOpcode)),
    },
    // One handler for both kinds of heartbeat, which knows only text.
    Fault {
        name: "ws/ping-opcode-as-text",
        text: "An opcode ping is answered with a text pong.",
        breaks: &["WS-HB-2", "WS-HB-4"],
        behaviour: Subject::WsService(|| Arc::new(PingOpcodeAsText)),
    },
    // A pong sent by hand, without the application data (RFC 6455 §5.5.3).
    Fault {
        name: "ws/pong-empty",
        text: "An opcode pong does not carry the payload of its ping.",
        breaks: &["WS-HB-3"],
        behaviour: Subject::WsService(|| Arc::new(PongEmpty)),
    },
    // A listener registered for one event instead of for all.
    Fault {
        name: "ws/ping-text-once",
        text: "Only the first text ping of a connection is answered.",
        breaks: &["WS-HB-1"],
        behaviour: Subject::WsService(|| Arc::new(PingTextOnce)),
    },
    // A heartbeat answered by the framework and by the application.
    Fault {
        name: "ws/ping-text-doubled",
        text: "Each text ping is answered twice.",
        breaks: &["WS-HB-4"],
        behaviour: Subject::WsService(|| Arc::new(PingTextDoubled)),
    },
    // The right answer in capitals: clients compare exactly.
    Fault {
        name: "ws/pong-shouted",
        text: "The text pong is not spelt as documented.",
        breaks: &["WS-HB-1", "WS-RES-11"],
        behaviour: Subject::WsService(|| Arc::new(PongShouted)),
    },
    // A handler that does not return after the heartbeat.
    Fault {
        name: "ws/ping-as-call",
        text: "The first text ping of a connection is answered, and then also taken for a malformed call.",
        breaks: &["WS-HB-6", "WS-CALL-6"],
        behaviour: Subject::WsService(|| Arc::new(PingAsCall)),
    },
    // A reader that skips every frame until the message is whole.
    Fault {
        name: "ws/ping-amid-ignored",
        text: "A ping between the fragments of a message is not answered.",
        breaks: &["WS-HB-8"],
        behaviour: Subject::WsService(|| Arc::new(PingAmidIgnored)),
    },
    // Ping and pong handled by the same branch.
    Fault {
        name: "ws/pong-answered",
        text: "An unsolicited pong is answered with another.",
        breaks: &["WS-HB-8"],
        behaviour: Subject::WsService(|| Arc::new(PongAnswered)),
    },
    // A keep-alive left switched on in the library. The document has only the client send pings.
    Fault {
        name: "ws/server-pings",
        text: "The server starts a heartbeat of its own.",
        breaks: &["WS-HB-5"],
        behaviour: Subject::WsService(|| Arc::new(ServerPings)),
    },
    // A search for idle connections to which a heartbeat is no sign of life: clients that keep their connection alive
    // lose it.
    Fault {
        name: "ws/ping-limit",
        text: "A connection that only pings is closed at the second text ping that follows a pause.",
        breaks: &["WS-HB-7"],
        behaviour: Subject::WsService(|| Arc::new(PingLimit::default())),
    },
    // Heartbeats that are right at first, or in one of their two forms only.
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

struct PingTextAsOpcode;

impl WsBehaviour for PingTextAsOpcode {
    fn text_ping(&self, _session: &Session, _nth: u64) -> Vec<Out> {
        vec![Out::Frame(Frame::new(Opcode::Pong, []))]
    }
}

struct PingOpcodeAsText;

impl WsBehaviour for PingOpcodeAsText {
    fn opcode_ping(&self, _session: &Session, _payload: Vec<u8>, _amid: bool) -> Vec<Out> {
        vec![Out::text("pong")]
    }
}

struct PongEmpty;

impl WsBehaviour for PongEmpty {
    fn opcode_ping(&self, _session: &Session, _payload: Vec<u8>, _amid: bool) -> Vec<Out> {
        vec![Out::Frame(Frame::new(Opcode::Pong, []))]
    }
}

struct PingTextOnce;

impl WsBehaviour for PingTextOnce {
    fn text_ping(&self, session: &Session, nth: u64) -> Vec<Out> {
        match nth {
            1 => HonestWs.text_ping(session, nth),
            _ => Vec::new(),
        }
    }
}

struct PingTextDoubled;

impl WsBehaviour for PingTextDoubled {
    fn text_ping(&self, _session: &Session, _nth: u64) -> Vec<Out> {
        vec![Out::text("pong"), Out::text("pong")]
    }
}

struct PongShouted;

impl WsBehaviour for PongShouted {
    fn text_ping(&self, _session: &Session, _nth: u64) -> Vec<Out> {
        vec![Out::text("PONG")]
    }
}

struct PingAsCall;

impl WsBehaviour for PingAsCall {
    fn text_ping(&self, session: &Session, nth: u64) -> Vec<Out> {
        let malformed = WsOutcome::Rejection(Rejection::Malformed).envelope(None, None);
        let mut outs = HonestWs.text_ping(session, nth);
        if nth == 1 {
            outs.push(Out::text(malformed.to_string()));
        }
        outs
    }
}

struct PingAmidIgnored;

impl WsBehaviour for PingAmidIgnored {
    fn opcode_ping(&self, session: &Session, payload: Vec<u8>, amid: bool) -> Vec<Out> {
        if amid {
            Vec::new()
        } else {
            HonestWs.opcode_ping(session, payload, amid)
        }
    }
}

struct PongAnswered;

impl WsBehaviour for PongAnswered {
    fn pong(&self, _session: &Session, payload: Vec<u8>) -> Vec<Out> {
        vec![Out::Frame(Frame::new(Opcode::Pong, payload))]
    }
}

struct ServerPings;

impl WsBehaviour for ServerPings {
    fn greet(&self, _session: &Arc<Session>) -> Vec<Out> {
        vec![Out::Frame(Frame::new(Opcode::Ping, []))]
    }
}

const PAUSE: Duration = Duration::from_millis(250);
const LIMIT: usize = 2;

#[derive(Default)]
struct PingLimit {
    /// The last ping of each connection, and how many followed a pause.
    pings: Mutex<HashMap<u64, (Instant, usize)>>,
}

impl WsBehaviour for PingLimit {
    fn note(&self, session: &Session, _call: &WsCall) {
        let mut pings = self.pings.lock().unwrap_or_else(PoisonError::into_inner);
        pings.remove(&session.number);
    }

    fn text_ping(&self, session: &Session, nth: u64) -> Vec<Out> {
        let now = Instant::now();
        let mut pings = self.pings.lock().unwrap_or_else(PoisonError::into_inner);
        let (last, paused) = pings.entry(session.number).or_insert((now, 0));
        if now.duration_since(*last) >= PAUSE {
            *paused += 1;
        }
        *last = now;
        let mut outs = HonestWs.text_ping(session, nth);
        if *paused == LIMIT {
            outs.extend([Out::Frame(Frame::close(1008, "")), Out::End]);
        }
        outs
    }
}

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
