//! Heartbeats (GW-HB): what is taken for one, and what its pong says. No fault here may touch the reply to a call.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use crate::{
    Fault,
    gateway::{
        BIZ_TYPE as BIZ_TYPE_NAME, COMPANY as COMPANY_NAME, Connection, Exception, GatewayBehaviour, HonestGateway,
        LANG, Ping, TOKEN, TRACE as TRACE_NAME, null,
    },
    json::Node,
    variant::Subject,
    websocket::Out,
};
use wire::frame::Frame;

pub(super) const FAULTS: &[Fault] = &[
    // A heartbeat (B:86-99) that is not taken for one, or not answered once.
    Fault {
        name: "gw/ping-as-call",
        text: "A ping is taken for a call of an unknown service.",
        breaks: &["GW-HB-1"],
        behaviour: Subject::Gateway(|| Arc::new(Refuses(|_| Some(Exception::NoSuchInterface)))),
    },
    Fault {
        name: "gw/ping-demands-company",
        text: "A ping without companyId is refused.",
        breaks: &["GW-HB-8"],
        behaviour: Subject::Gateway(|| {
            Arc::new(Refuses(|ping| {
                ping.raw(COMPANY_NAME).is_none().then_some(Exception::CompanyMissing)
            }))
        }),
    },
    Fault {
        name: "gw/ping-demands-body",
        text: "A ping without body is refused.",
        breaks: &["GW-HB-8"],
        behaviour: Subject::Gateway(|| Arc::new(Refuses(|ping| (!ping.has_body).then_some(Exception::ParamsMissing)))),
    },
    Fault {
        name: "gw/ping-ten",
        text: "Only the first ten pings of a connection are answered.",
        breaks: &["GW-HB-10"],
        behaviour: Subject::Gateway(|| Arc::new(Answers(|_, ping| u64::from(ping.nth <= 10)))),
    },
    Fault {
        name: "gw/ping-trace-no-text-passed-over",
        text: "A ping whose trace is no string is not answered.",
        breaks: &["GW-HB-13"],
        behaviour: Subject::Gateway(|| {
            Arc::new(Answers(|_, ping| {
                u64::from(ping.raw(TRACE_NAME).is_none_or(|raw| raw.starts_with('"')))
            }))
        }),
    },
    Fault {
        name: "gw/pong-doubled",
        text: "Each ping is answered twice.",
        breaks: &["GW-HB-10"],
        behaviour: Subject::Gateway(|| Arc::new(Answers(|_, _| 2))),
    },
    Fault {
        name: "gw/ping-lost-while-pending",
        text: "A ping that comes while a call is under way is not answered.",
        breaks: &["GW-HB-10"],
        behaviour: Subject::Gateway(|| Arc::new(Answers(|connection, _| u64::from(connection.pending() == 0)))),
    },
    Fault {
        name: "gw/ping-no-traffic",
        text: "Pings don't keep a connection up: the third that comes after a pause closes it.",
        breaks: &["GW-HB-12"],
        behaviour: Subject::Gateway(|| Arc::new(Forgets::default())),
    },
    Fault {
        name: "gw/ping-more-is-call",
        text: "A ping with a body or a companyId is executed as a call, with success.",
        breaks: &["GW-HB-1", "GW-HB-8"],
        behaviour: Subject::Gateway(|| Arc::new(MoreIsCall)),
    },
    // A pong (B:101-111) with something wrong in it.
    Fault {
        name: "gw/pong-says-ping",
        text: "The bizType of a pong is ping.",
        breaks: &["GW-HB-2"],
        behaviour: Subject::Gateway(|| Arc::new(Pongs(|_, pong| pong.set(BIZ_TYPE_NAME, Node::text("ping"))))),
    },
    Fault {
        name: "gw/pong-shouted",
        text: "The bizType of a pong is PONG.",
        breaks: &["GW-HB-2"],
        behaviour: Subject::Gateway(|| Arc::new(Pongs(|_, pong| pong.set(BIZ_TYPE_NAME, Node::text("PONG"))))),
    },
    Fault {
        name: "gw/pong-trace-own",
        text: "The trace of a pong is the server's own.",
        breaks: &["GW-HB-3"],
        behaviour: Subject::Gateway(|| Arc::new(Pongs(|_, pong| pong.set(TRACE_NAME, Node::text("0123456789abcdef"))))),
    },
    Fault {
        name: "gw/pong-token-missing",
        text: "A pong has no token.",
        breaks: &["GW-HB-4"],
        behaviour: Subject::Gateway(|| Arc::new(Pongs(|_, pong| pong.remove(TOKEN)))),
    },
    Fault {
        name: "gw/pong-token-null",
        text: "The token of a pong is null.",
        breaks: &["GW-HB-4"],
        behaviour: Subject::Gateway(|| Arc::new(Pongs(|_, pong| pong.set(TOKEN, null())))),
    },
    Fault {
        name: "gw/pong-wrapped",
        text: "A pong has a header, as its ping does.",
        breaks: &["GW-HB-5"],
        behaviour: Subject::Gateway(|| Arc::new(Pongs(|_, pong| *pong = Node::object([("header", pong.clone())])))),
    },
    Fault {
        name: "gw/pong-time-echoed",
        text: "The sendTime of a pong is that of its ping.",
        breaks: &["GW-HB-6"],
        behaviour: Subject::Gateway(|| Arc::new(Pongs(time_echoed))),
    },
    Fault {
        name: "gw/pong-time-seconds",
        text: "The sendTime of a pong is in seconds.",
        breaks: &["GW-HB-6"],
        behaviour: Subject::Gateway(|| Arc::new(Pongs(time_seconds))),
    },
    Fault {
        name: "gw/pong-time-text",
        text: "The sendTime of a pong is a string.",
        breaks: &["GW-HB-6"],
        behaviour: Subject::Gateway(|| Arc::new(Pongs(time_text))),
    },
    Fault {
        name: "gw/pong-time-missing",
        text: "A pong has no sendTime.",
        breaks: &["GW-HB-6"],
        behaviour: Subject::Gateway(|| Arc::new(Pongs(|_, pong| pong.remove("sendTime")))),
    },
    Fault {
        name: "gw/pong-lang-english",
        text: "The lang of a pong is always en-US.",
        breaks: &["GW-HB-7"],
        behaviour: Subject::Gateway(|| Arc::new(Pongs(|_, pong| pong.set(LANG, Node::text("en-US"))))),
    },
    Fault {
        name: "gw/pong-lang-missing",
        text: "A pong has no lang if its ping has none.",
        breaks: &["GW-HB-7"],
        behaviour: Subject::Gateway(|| Arc::new(Pongs(lang_missing))),
    },
    Fault {
        name: "gw/pong-with-code",
        text: "A pong has the code of a success.",
        breaks: &["GW-HB-9"],
        behaviour: Subject::Gateway(|| Arc::new(Pongs(|_, pong| pong.set("code", Node::text("0"))))),
    },
];

struct Refuses(fn(&Ping) -> Option<Exception>);

impl GatewayBehaviour for Refuses {
    fn takes_ping(&self, ping: &Ping) -> Result<(), Exception> {
        self.0(ping).map_or(Ok(()), Err)
    }
}

/// How many pongs there are for a ping.
struct Answers(fn(&Connection, &Ping) -> u64);

impl GatewayBehaviour for Answers {
    fn answer_ping(&self, connection: &Connection, ping: &Ping, text: String) -> Vec<Out> {
        (0..self.0(connection, ping)).map(|_| Out::text(text.clone())).collect()
    }
}

/// What comes sooner after the last ping is one burst with it.
const PAUSE: Duration = Duration::from_millis(250);

/// The last ping of each connection, and how many came after a pause.
#[derive(Default)]
struct Forgets(Mutex<HashMap<u64, (Instant, u32)>>);

impl GatewayBehaviour for Forgets {
    fn answer_ping(&self, connection: &Connection, ping: &Ping, text: String) -> Vec<Out> {
        let now = Instant::now();
        let mut pings = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (last, paused) = pings.entry(connection.number).or_insert((now, 1));
        *paused += u32::from(now.duration_since(*last) >= PAUSE);
        *last = now;
        if *paused >= 3 {
            return vec![Out::Frame(Frame::close(1001, "")), Out::End];
        }
        HonestGateway.answer_ping(connection, ping, text)
    }
}

struct MoreIsCall;

impl GatewayBehaviour for MoreIsCall {
    fn answer_ping(&self, connection: &Connection, ping: &Ping, text: String) -> Vec<Out> {
        if ping.has_body || ping.raw(COMPANY_NAME).is_some() {
            let trace = ping.raw(TRACE_NAME).unwrap_or("null");
            return vec![Out::text(format!(
                r#"{{"code":"0","msg":"","trace":{trace},"data":null}}"#
            ))];
        }
        HonestGateway.answer_ping(connection, ping, text)
    }
}

struct Pongs(fn(&Ping, &mut Node));

impl GatewayBehaviour for Pongs {
    fn pong(&self, ping: &Ping, mut honest: Node) -> Node {
        self.0(ping, &mut honest);
        honest
    }
}

fn time_echoed(ping: &Ping, pong: &mut Node) {
    if let Some(raw) = ping.raw("sendTime") {
        pong.set("sendTime", Node::raw(raw));
    }
}

fn time_seconds(_: &Ping, pong: &mut Node) {
    if let Some(Node::Raw(time)) = pong.at(&["sendTime"]) {
        time.truncate(time.len().saturating_sub(3));
    }
}

fn time_text(_: &Ping, pong: &mut Node) {
    if let Some(time) = pong.at(&["sendTime"]) {
        *time = Node::text(&time.to_string());
    }
}

fn lang_missing(ping: &Ping, pong: &mut Node) {
    if ping.raw(LANG).is_none() {
        pong.remove(LANG);
    }
}
