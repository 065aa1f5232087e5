//! Heartbeats (B:86-111): what a pong holds if its ping lacks something, and whether it comes then.

use std::sync::Arc;

use super::{Reading, gateway};
use crate::{
    gateway::{Conduct, Exception, LANG, Ping, TIMESTAMP, TOKEN, TRACE},
    json::Node,
};

pub const MADE_UP: Reading = gateway(
    "gw/pong-made-up",
    "A pong to a ping without trace or token has one all the same.",
    &[("GW-HB-3", "made-up"), ("GW-HB-4", "made-up")],
    || {
        Arc::new(Pongs(|ping, pong| {
            for name in [TRACE, TOKEN] {
                if matches!(ping.raw(name), None | Some("null")) {
                    pong.set(name, Node::text("made-up"));
                }
            }
        }))
    },
);

pub const EMPTY: Reading = gateway(
    "gw/pong-empty",
    "A pong to a ping without trace or token has an empty one.",
    &[("GW-HB-3", "left-out"), ("GW-HB-4", "echoed")],
    || {
        Arc::new(Pongs(|ping, pong| {
            for name in [TRACE, TOKEN] {
                if matches!(ping.raw(name), None | Some("null")) {
                    pong.set(name, Node::text(""));
                }
            }
        }))
    },
);

pub const TRACE_TEXT: Reading = gateway(
    "gw/pong-trace-text",
    "A trace that is a number comes back as a string.",
    &[("GW-HB-3", "other-type")],
    || {
        Arc::new(Pongs(|ping, pong| {
            if let Some(raw) = ping
                .raw(TRACE)
                .filter(|raw| raw.starts_with(|char: char| char.is_ascii_digit()))
            {
                pong.set(TRACE, Node::text(raw));
            }
        }))
    },
);

pub const TIME_ECHOED: Reading = gateway(
    "gw/pong-send-time-echo",
    "The sendTime of a pong is that of its ping.",
    &[("GW-HB-6", "echo")],
    || {
        Arc::new(Pongs(|ping, pong| match ping.raw("sendTime") {
            Some(raw) => pong.set("sendTime", Node::raw(raw)),
            None => pong.remove("sendTime"),
        }))
    },
);

pub const CLOCK_OFF: Reading = gateway(
    "gw/pong-clock-off",
    "The clock of the pongs is seven minutes ahead.",
    &[("GW-HB-6", "clock-off")],
    || {
        Arc::new(Pongs(|_, pong| {
            let time = pong
                .at(&["sendTime"])
                .and_then(|time| time.to_string().parse::<i64>().ok());
            pong.set("sendTime", Node::number(time.unwrap_or_default() + AHEAD_MS));
        }))
    },
);

pub const LANG_DEFAULT: Reading = gateway(
    "gw/pong-lang-default",
    "The lang of a pong is always zh-CN.",
    &[("GW-HB-7", "always-default")],
    || Arc::new(Pongs(|_, pong| pong.set(LANG, Node::text("zh-CN")))),
);

pub const LANG_LEFT_OUT: Reading = gateway(
    "gw/pong-lang-left-out",
    "A pong to a ping without lang has none.",
    &[("GW-HB-7", "left-out")],
    || {
        Arc::new(Pongs(|ping, pong| {
            if ping.raw(LANG).is_none() {
                pong.remove(LANG);
            }
        }))
    },
);

pub const REFUSED: Reading = gateway(
    "gw/ping-incomplete-refused",
    "A ping without one of the other members of the example, or with one of another type, is refused.",
    &[("GW-HB-3", "refused"), ("GW-HB-8", "refused")],
    || Arc::new(Complete),
);

const AHEAD_MS: i64 = 7 * 60 * 1000;

/// Changes a pong.
struct Pongs(fn(&Ping, &mut Node));

impl Conduct for Pongs {
    fn pong(&self, ping: &Ping, mut honest: Node) -> Node {
        self.0(ping, &mut honest);
        honest
    }
}

struct Complete;

impl Conduct for Complete {
    fn takes_ping(&self, ping: &Ping) -> Result<(), Exception> {
        let is_text = |name| ping.raw(name).is_some_and(|raw| raw.starts_with('"'));
        let is_number = |name| {
            ping.raw(name)
                .is_some_and(|raw| !raw.starts_with(['"', 'n', '[', '{', 't', 'f']))
        };
        if is_text(TRACE) && is_text(TOKEN) && is_number("sendTime") && is_number(TIMESTAMP) {
            Ok(())
        } else {
            Err(Exception::ParamsIllegal)
        }
    }
}
