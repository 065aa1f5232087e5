//! Heartbeats (B:86-111): what a pong holds if its ping lacks something, and whether it comes then. No suite may find a
//! violation under any of these readings.

use std::sync::Arc;

use crate::{
    Reading,
    gateway::{Exception, GatewayBehaviour, LANG, Ping, TIMESTAMP, TOKEN, TRACE},
    json::Node,
    variant::Subject,
};

pub(super) const READINGS: &[Reading] = &[
    Reading {
        name: "gw/pong-made-up",
        text: "A pong to a ping without trace or token has one all the same.",
        shows: &[("GW-HB-3", "made-up"), ("GW-HB-4", "made-up")],
        behaviour: Subject::Gateway(|| {
            Arc::new(Pongs(|ping, pong| {
                for name in [TRACE, TOKEN] {
                    if matches!(ping.raw(name), None | Some("null")) {
                        pong.set(name, Node::text("made-up"));
                    }
                }
            }))
        }),
    },
    Reading {
        name: "gw/pong-empty",
        text: "A pong to a ping without trace or token has an empty one.",
        shows: &[("GW-HB-3", "left-out"), ("GW-HB-4", "echoed")],
        behaviour: Subject::Gateway(|| {
            Arc::new(Pongs(|ping, pong| {
                for name in [TRACE, TOKEN] {
                    if matches!(ping.raw(name), None | Some("null")) {
                        pong.set(name, Node::text(""));
                    }
                }
            }))
        }),
    },
    Reading {
        name: "gw/pong-trace-text",
        text: "A trace that is a number comes back as a string.",
        shows: &[("GW-HB-3", "other-type")],
        behaviour: Subject::Gateway(|| {
            Arc::new(Pongs(|ping, pong| {
                if let Some(raw) = ping
                    .raw(TRACE)
                    .filter(|raw| raw.starts_with(|char: char| char.is_ascii_digit()))
                {
                    pong.set(TRACE, Node::text(raw));
                }
            }))
        }),
    },
    Reading {
        name: "gw/pong-trace-emptied",
        text: "A pong to a ping whose trace is no string has an empty one.",
        shows: &[("GW-HB-3", "emptied")],
        behaviour: Subject::Gateway(|| {
            Arc::new(Pongs(|ping, pong| {
                if ping.raw(TRACE).is_some_and(|raw| !raw.starts_with('"')) {
                    pong.set(TRACE, Node::text(""));
                }
            }))
        }),
    },
    Reading {
        name: "gw/pong-send-time-echo",
        text: "The sendTime of a pong is that of its ping.",
        shows: &[("GW-HB-6", "echo")],
        behaviour: Subject::Gateway(|| {
            Arc::new(Pongs(|ping, pong| match ping.raw("sendTime") {
                Some(raw) => pong.set("sendTime", Node::raw(raw)),
                None => pong.remove("sendTime"),
            }))
        }),
    },
    Reading {
        name: "gw/pong-clock-off",
        text: "The clock of the pongs is seven minutes ahead.",
        shows: &[("GW-HB-6", "clock-off")],
        behaviour: Subject::Gateway(|| {
            Arc::new(Pongs(|_, pong| {
                let time = pong
                    .at(&["sendTime"])
                    .and_then(|time| time.to_string().parse::<i64>().ok());
                pong.set("sendTime", Node::number(time.unwrap_or_default() + AHEAD_MS));
            }))
        }),
    },
    Reading {
        name: "gw/pong-lang-default",
        text: "The lang of a pong is always zh-CN.",
        shows: &[("GW-HB-7", "always-default")],
        behaviour: Subject::Gateway(|| Arc::new(Pongs(|_, pong| pong.set(LANG, Node::text("zh-CN"))))),
    },
    Reading {
        name: "gw/pong-lang-left-out",
        text: "A pong to a ping without lang has none.",
        shows: &[("GW-HB-7", "left-out")],
        behaviour: Subject::Gateway(|| {
            Arc::new(Pongs(|ping, pong| {
                if ping.raw(LANG).is_none() {
                    pong.remove(LANG);
                }
            }))
        }),
    },
    Reading {
        name: "gw/ping-incomplete-refused",
        text: "A ping without one of the other members of the example, or with one of another type, is refused.",
        shows: &[("GW-HB-3", "refused"), ("GW-HB-8", "refused")],
        behaviour: Subject::Gateway(|| Arc::new(Complete)),
    },
];

const AHEAD_MS: i64 = 7 * 60 * 1000;

/// Changes a pong.
struct Pongs(fn(&Ping, &mut Node));

impl GatewayBehaviour for Pongs {
    fn pong(&self, ping: &Ping, mut honest: Node) -> Node {
        self.0(ping, &mut honest);
        honest
    }
}

struct Complete;

impl GatewayBehaviour for Complete {
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
