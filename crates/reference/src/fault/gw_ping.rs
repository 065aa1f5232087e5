//! A heartbeat (B:86-99) that is not taken for one, or not answered once.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use super::{Fault, Subject};
use crate::{
    gateway::{COMPANY as COMPANY_NAME, Conduct, Connection, Exception, Honest, Ping, TRACE as TRACE_NAME},
    websocket::Out,
};
use wire::frame::Frame;

pub const AS_CALL: Fault = Fault {
    name: "gw/ping-as-call",
    suite: "gateway",
    text: "A ping is taken for a call of an unknown service.",
    breaks: &["GW-HB-1"],
    conduct: Subject::Gateway(|| Arc::new(Refuses(|_| Some(Exception::NoSuchInterface)))),
};

pub const COMPANY: Fault = Fault {
    name: "gw/ping-demands-company",
    suite: "gateway",
    text: "A ping without companyId is refused.",
    breaks: &["GW-HB-8"],
    conduct: Subject::Gateway(|| {
        Arc::new(Refuses(|ping| {
            ping.raw(COMPANY_NAME).is_none().then_some(Exception::CompanyMissing)
        }))
    }),
};

pub const BODY: Fault = Fault {
    name: "gw/ping-demands-body",
    suite: "gateway",
    text: "A ping without body is refused.",
    breaks: &["GW-HB-8"],
    conduct: Subject::Gateway(|| Arc::new(Refuses(|ping| (!ping.has_body).then_some(Exception::ParamsMissing)))),
};

pub const TEN: Fault = Fault {
    name: "gw/ping-ten",
    suite: "gateway",
    text: "Only the first ten pings of a connection are answered.",
    breaks: &["GW-HB-10"],
    conduct: Subject::Gateway(|| Arc::new(Answers(|_, ping| u64::from(ping.nth <= 10)))),
};

pub const DOUBLED: Fault = Fault {
    name: "gw/pong-doubled",
    suite: "gateway",
    text: "Each ping is answered twice.",
    breaks: &["GW-HB-10"],
    conduct: Subject::Gateway(|| Arc::new(Answers(|_, _| 2))),
};

pub const PENDING: Fault = Fault {
    name: "gw/ping-lost-while-pending",
    suite: "gateway",
    text: "A ping that comes while a call is under way is not answered.",
    breaks: &["GW-HB-10"],
    conduct: Subject::Gateway(|| Arc::new(Answers(|connection, _| u64::from(connection.pending() == 0)))),
};

pub const NO_TRAFFIC: Fault = Fault {
    name: "gw/ping-no-traffic",
    suite: "gateway",
    text: "Pings don't keep a connection up: the third that comes after a pause closes it.",
    breaks: &["GW-HB-12"],
    conduct: Subject::Gateway(|| Arc::new(Forgets::default())),
};

pub const MORE: Fault = Fault {
    name: "gw/ping-more-is-call",
    suite: "gateway",
    text: "A ping with a body or a companyId is executed as a call, with success.",
    breaks: &["GW-HB-1", "GW-HB-8"],
    conduct: Subject::Gateway(|| Arc::new(MoreIsCall)),
};

struct Refuses(fn(&Ping) -> Option<Exception>);

impl Conduct for Refuses {
    fn takes_ping(&self, ping: &Ping) -> Result<(), Exception> {
        self.0(ping).map_or(Ok(()), Err)
    }
}

/// How many pongs there are for a ping.
struct Answers(fn(&Connection, &Ping) -> u64);

impl Conduct for Answers {
    fn answer_ping(&self, connection: &Connection, ping: &Ping, text: String) -> Vec<Out> {
        (0..self.0(connection, ping)).map(|_| Out::text(text.clone())).collect()
    }
}

/// What comes sooner after the last ping is one burst with it.
const PAUSE: Duration = Duration::from_millis(250);

/// The last ping of each connection, and how many came after a pause.
#[derive(Default)]
struct Forgets(Mutex<HashMap<u64, (Instant, u32)>>);

impl Conduct for Forgets {
    fn answer_ping(&self, connection: &Connection, ping: &Ping, text: String) -> Vec<Out> {
        let now = Instant::now();
        let mut pings = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (last, paused) = pings.entry(connection.number).or_insert((now, 1));
        *paused += u32::from(now.duration_since(*last) >= PAUSE);
        *last = now;
        if *paused >= 3 {
            return vec![Out::Frame(Frame::close(1001, "")), Out::End];
        }
        Honest.answer_ping(connection, ping, text)
    }
}

struct MoreIsCall;

impl Conduct for MoreIsCall {
    fn answer_ping(&self, connection: &Connection, ping: &Ping, text: String) -> Vec<Out> {
        if ping.has_body || ping.raw(COMPANY_NAME).is_some() {
            let trace = ping.raw(TRACE_NAME).unwrap_or("null");
            return vec![Out::text(format!(
                r#"{{"code":"0","msg":"","trace":{trace},"data":null}}"#
            ))];
        }
        Honest.answer_ping(connection, ping, text)
    }
}
