//! A heartbeat (B:86-99) that is not taken for one, or not answered once.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::{
    reference::{
        gateway::{COMPANY as COMPANY_NAME, Conduct, Connection, Exception, Honest, Ping},
        websocket::Out,
    },
    wire::frame::Frame,
};

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

pub const ONCE: Fault = Fault {
    name: "gw/ping-once",
    suite: "gateway",
    text: "Only the first ping of a connection is answered.",
    breaks: &["GW-HB-10"],
    conduct: Subject::Gateway(|| Arc::new(Answers(|_, ping| u64::from(ping.nth == 1)))),
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

pub const LIMIT: Fault = Fault {
    name: "gw/ping-limit",
    suite: "gateway",
    text: "The fifth ping of a connection closes it.",
    breaks: &["GW-HB-12"],
    conduct: Subject::Gateway(|| Arc::new(Limit(5))),
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

struct Limit(u64);

impl Conduct for Limit {
    fn answer_ping(&self, connection: &Connection, ping: &Ping, text: String) -> Vec<Out> {
        let mut outs = Honest.answer_ping(connection, ping, text);
        if ping.nth == self.0 {
            outs.extend([Out::Frame(Frame::close(1008, "")), Out::End]);
        }
        outs
    }
}
