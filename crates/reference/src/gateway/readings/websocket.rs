//! What is no call over the WebSocket: the document shows none, so that it may be answered, passed over, or end the
//! connection. No suite may find a violation under any of these readings.

use std::sync::Arc;

use crate::{
    Reading,
    gateway::{Connection, Exception, GatewayBehaviour},
    variant::Subject,
    websocket::Out,
};
use wire::frame::Frame;

pub(super) const READINGS: &[Reading] = &[
    Reading {
        name: "gw/ws-binary-word",
        text: "A binary message is answered with a word.",
        shows: &[("GW-WS-10", "other-answer")],
        behaviour: Subject::Gateway(|| Arc::new(Binary(|| vec![Out::text("unsupported")]))),
    },
    Reading {
        name: "gw/ws-binary-closes",
        text: "A binary message ends the connection with code 1003.",
        shows: &[],
        behaviour: Subject::Gateway(|| Arc::new(Binary(|| vec![Out::Frame(Frame::close(1003, "")), Out::End]))),
    },
    Reading {
        name: "gw/ws-no-json-closes",
        text: "A message that is no JSON ends the connection with code 1007.",
        shows: &[],
        behaviour: Subject::Gateway(|| {
            Arc::new(Unreadable(is_no_json, || {
                vec![Out::Frame(Frame::close(1007, "")), Out::End]
            }))
        }),
    },
    Reading {
        name: "gw/ws-no-json-passed-over",
        text: "A message that is no JSON is not answered.",
        shows: &[],
        behaviour: Subject::Gateway(|| Arc::new(Unreadable(is_no_json, Vec::new))),
    },
    Reading {
        name: "gw/ws-no-json-object",
        text: "A message that is no JSON is answered with an object that is no envelope.",
        shows: &[("GW-HB-11", "other-answer")],
        behaviour: Subject::Gateway(|| Arc::new(Unreadable(is_no_json, || vec![Out::text(r#"{"error":"no JSON"}"#)]))),
    },
    Reading {
        name: "gw/ping-verbatim-read",
        text: "The document's own ping is read in spite of its full-width comma.",
        shows: &[("GW-HB-11", "pong")],
        behaviour: Subject::Gateway(|| {
            Arc::new(Unreadable(
                |text| is_no_json(text) && text.contains("\"ping\"") && text.contains('，'),
                || {
                    let pong =
                        r#"{"trace":"trace","token":"token","bizType":"pong","sendTime":1617678792458,"lang":"zh-CN"}"#;
                    vec![Out::text(pong)]
                },
            ))
        }),
    },
];

/// How a binary message is answered.
struct Binary(fn() -> Vec<Out>);

impl GatewayBehaviour for Binary {
    fn binary(&self, _: &Connection, _: Vec<Out>) -> Vec<Out> {
        self.0()
    }
}

/// Which messages that are no call, and how they are answered.
struct Unreadable(fn(&str) -> bool, fn() -> Vec<Out>);

impl GatewayBehaviour for Unreadable {
    fn unreadable(&self, _: &Connection, _: Exception, text: &str, honest: Vec<Out>) -> Vec<Out> {
        if self.0(text) { self.1() } else { honest }
    }
}

fn is_no_json(text: &str) -> bool {
    serde_json::from_str::<serde::de::IgnoredAny>(text).is_err()
}
