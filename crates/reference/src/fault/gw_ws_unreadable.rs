//! A message that is no call, and does harm (GW-WS-10, GW-HB-11).

use std::{sync::Arc, time::Duration};

use super::{Fault, Subject};
use crate::{
    gateway::{Conduct, Connection, Exception},
    websocket::Out,
};

pub const STALLS: Fault = Fault {
    name: "gw/ws-malformed-stalls",
    suite: "gateway",
    text: "After a message that is no JSON nothing more is answered on its connection.",
    breaks: &["GW-WS-10"],
    conduct: Subject::Gateway(|| Arc::new(Harm(|text, _| is_malformed(text) && !is_verbatim(text), Answer::Stall))),
};

pub const TYPE: Fault = Fault {
    name: "gw/ws-header-type-stalls",
    suite: "gateway",
    text: "After a header that is no object nothing more is answered on the connection.",
    breaks: &["GW-WS-10"],
    conduct: Subject::Gateway(|| {
        Arc::new(Harm(
            |text, exception| !is_malformed(text) && exception == Exception::ParamsIllegal,
            Answer::Stall,
        ))
    }),
};

pub const VERBATIM_STALLS: Fault = Fault {
    name: "gw/ping-verbatim-stalls",
    suite: "gateway",
    text: "After the document's own ping, with its full-width comma, nothing more is answered on the connection.",
    breaks: &["GW-HB-11"],
    conduct: Subject::Gateway(|| Arc::new(Harm(|text, _| is_verbatim(text), Answer::Stall))),
};

pub const VERBATIM_PONG: Fault = Fault {
    name: "gw/ping-verbatim-pong",
    suite: "gateway",
    text: "The document's own ping is answered although its full-width comma is no JSON.",
    breaks: &["GW-HB-11"],
    conduct: Subject::Gateway(|| Arc::new(Harm(|text, _| is_verbatim(text), Answer::Pong))),
};

pub const SUCCEEDS: Fault = Fault {
    name: "gw/ws-unreadable-success",
    suite: "gateway",
    text: "A message that is no call is answered with success.",
    breaks: &["GW-WS-5", "GW-WS-10", "GW-HB-11"],
    conduct: Subject::Gateway(|| Arc::new(Harm(|_, _| true, Answer::Success))),
};

/// Which messages, and what comes of them.
struct Harm(fn(&str, Exception) -> bool, Answer);

#[derive(Clone, Copy)]
enum Answer {
    Stall,
    Pong,
    Success,
}

/// Longer than any patience: a worker that is gone never answers.
const FOREVER: Duration = Duration::from_secs(3600);

impl Conduct for Harm {
    fn unreadable(&self, _: &Connection, exception: Exception, text: &str, honest: Vec<Out>) -> Vec<Out> {
        match self.1 {
            _ if !self.0(text, exception) => honest,
            Answer::Stall => vec![Out::Pause(FOREVER)],
            Answer::Success => vec![Out::text(
                r#"{"code":"0","msg":"","bizCode":"","tm":0,"trace":"","data":null}"#,
            )],
            Answer::Pong => vec![Out::text(
                r#"{"trace":"trace","token":"token","bizType":"pong","sendTime":1617678792458,"lang":"zh-CN"}"#,
            )],
        }
    }
}

fn is_malformed(text: &str) -> bool {
    serde_json::from_str::<serde::de::IgnoredAny>(text).is_err()
}

/// Whether it is the document's ping, character for character (B:88-98).
fn is_verbatim(text: &str) -> bool {
    is_malformed(text) && text.contains("\"ping\"") && text.contains("，")
}
