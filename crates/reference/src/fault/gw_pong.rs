//! A pong (B:101-111) with something wrong in it.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::{
    gateway::{BIZ_TYPE as BIZ_TYPE_NAME, Conduct, LANG, Ping, TOKEN, TRACE as TRACE_NAME, null},
    json::Node,
};

pub const PING: Fault = Fault {
    name: "gw/pong-says-ping",
    suite: "gateway",
    text: "The bizType of a pong is ping.",
    breaks: &["GW-HB-2"],
    conduct: Subject::Gateway(|| Arc::new(Pongs(|_, pong| pong.set(BIZ_TYPE_NAME, Node::text("ping"))))),
};

pub const SHOUTED: Fault = Fault {
    name: "gw/pong-shouted",
    suite: "gateway",
    text: "The bizType of a pong is PONG.",
    breaks: &["GW-HB-2"],
    conduct: Subject::Gateway(|| Arc::new(Pongs(|_, pong| pong.set(BIZ_TYPE_NAME, Node::text("PONG"))))),
};

pub const TRACE: Fault = Fault {
    name: "gw/pong-trace-own",
    suite: "gateway",
    text: "The trace of a pong is the server's own.",
    breaks: &["GW-HB-3"],
    conduct: Subject::Gateway(|| Arc::new(Pongs(|_, pong| pong.set(TRACE_NAME, Node::text("0123456789abcdef"))))),
};

pub const TOKEN_MISSING: Fault = Fault {
    name: "gw/pong-token-missing",
    suite: "gateway",
    text: "A pong has no token.",
    breaks: &["GW-HB-4"],
    conduct: Subject::Gateway(|| Arc::new(Pongs(|_, pong| pong.remove(TOKEN)))),
};

pub const TOKEN_NULL: Fault = Fault {
    name: "gw/pong-token-null",
    suite: "gateway",
    text: "The token of a pong is null.",
    breaks: &["GW-HB-4"],
    conduct: Subject::Gateway(|| Arc::new(Pongs(|_, pong| pong.set(TOKEN, null())))),
};

pub const WRAPPED: Fault = Fault {
    name: "gw/pong-wrapped",
    suite: "gateway",
    text: "A pong has a header, as its ping does.",
    breaks: &["GW-HB-5"],
    conduct: Subject::Gateway(|| Arc::new(Pongs(|_, pong| *pong = Node::object([("header", pong.clone())])))),
};

pub const TIME_ECHOED: Fault = Fault {
    name: "gw/pong-time-echoed",
    suite: "gateway",
    text: "The sendTime of a pong is that of its ping.",
    breaks: &["GW-HB-6"],
    conduct: Subject::Gateway(|| Arc::new(Pongs(time_echoed))),
};

pub const TIME_SECONDS: Fault = Fault {
    name: "gw/pong-time-seconds",
    suite: "gateway",
    text: "The sendTime of a pong is in seconds.",
    breaks: &["GW-HB-6"],
    conduct: Subject::Gateway(|| Arc::new(Pongs(time_seconds))),
};

pub const TIME_TEXT: Fault = Fault {
    name: "gw/pong-time-text",
    suite: "gateway",
    text: "The sendTime of a pong is a string.",
    breaks: &["GW-HB-6"],
    conduct: Subject::Gateway(|| Arc::new(Pongs(time_text))),
};

pub const TIME_MISSING: Fault = Fault {
    name: "gw/pong-time-missing",
    suite: "gateway",
    text: "A pong has no sendTime.",
    breaks: &["GW-HB-6"],
    conduct: Subject::Gateway(|| Arc::new(Pongs(|_, pong| pong.remove("sendTime")))),
};

pub const LANG_FIXED: Fault = Fault {
    name: "gw/pong-lang-english",
    suite: "gateway",
    text: "The lang of a pong is always en-US.",
    breaks: &["GW-HB-7"],
    conduct: Subject::Gateway(|| Arc::new(Pongs(|_, pong| pong.set(LANG, Node::text("en-US"))))),
};

pub const LANG_MISSING: Fault = Fault {
    name: "gw/pong-lang-missing",
    suite: "gateway",
    text: "A pong has no lang if its ping has none.",
    breaks: &["GW-HB-7"],
    conduct: Subject::Gateway(|| Arc::new(Pongs(lang_missing))),
};

pub const CODE: Fault = Fault {
    name: "gw/pong-with-code",
    suite: "gateway",
    text: "A pong has the code of a success.",
    breaks: &["GW-HB-9"],
    conduct: Subject::Gateway(|| Arc::new(Pongs(|_, pong| pong.set("code", Node::text("0"))))),
};

struct Pongs(fn(&Ping, &mut Node));

impl Conduct for Pongs {
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
