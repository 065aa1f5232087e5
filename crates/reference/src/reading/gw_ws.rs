//! What is no call over the WebSocket: the document shows none, so that it may be answered, passed over, or end the
//! connection.

use std::sync::Arc;

use super::{Reading, gateway};
use crate::{
    gateway::{Conduct, Connection, Exception},
    websocket::Out,
};
use wire::frame::Frame;

pub const BINARY_WORD: Reading = gateway(
    "gw/ws-binary-word",
    "A binary message is answered with a word.",
    &[("GW-WS-10", "other-answer")],
    || Arc::new(Binary(|| vec![Out::text("unsupported")])),
);

pub const BINARY_CLOSES: Reading = gateway(
    "gw/ws-binary-closes",
    "A binary message ends the connection with code 1003.",
    &[],
    || Arc::new(Binary(|| vec![Out::Frame(Frame::close(1003, "")), Out::End])),
);

pub const CLOSES: Reading = gateway(
    "gw/ws-no-json-closes",
    "A message that is no JSON ends the connection with code 1007.",
    &[],
    || {
        Arc::new(Unreadable(is_no_json, || {
            vec![Out::Frame(Frame::close(1007, "")), Out::End]
        }))
    },
);

pub const PASSED_OVER: Reading = gateway(
    "gw/ws-no-json-passed-over",
    "A message that is no JSON is not answered.",
    &[],
    || Arc::new(Unreadable(is_no_json, Vec::new)),
);

pub const OBJECT: Reading = gateway(
    "gw/ws-no-json-object",
    "A message that is no JSON is answered with an object that is no envelope.",
    &[("GW-HB-11", "other-answer")],
    || Arc::new(Unreadable(is_no_json, || vec![Out::text(r#"{"error":"no JSON"}"#)])),
);

pub const VERBATIM: Reading = gateway(
    "gw/ping-verbatim-read",
    "The document's own ping is read in spite of its full-width comma.",
    &[("GW-HB-11", "pong")],
    || {
        Arc::new(Unreadable(
            |text| is_no_json(text) && text.contains("\"ping\"") && text.contains('，'),
            || {
                let pong =
                    r#"{"trace":"trace","token":"token","bizType":"pong","sendTime":1617678792458,"lang":"zh-CN"}"#;
                vec![Out::text(pong)]
            },
        ))
    },
);

/// How a binary message is answered.
struct Binary(fn() -> Vec<Out>);

impl Conduct for Binary {
    fn binary(&self, _: &Connection, _: Vec<Out>) -> Vec<Out> {
        self.0()
    }
}

/// Which messages that are no call, and how they are answered.
struct Unreadable(fn(&str) -> bool, fn() -> Vec<Out>);

impl Conduct for Unreadable {
    fn unreadable(&self, _: &Connection, _: Exception, text: &str, honest: Vec<Out>) -> Vec<Out> {
        if self.0(text) { self.1() } else { honest }
    }
}

fn is_no_json(text: &str) -> bool {
    serde_json::from_str::<serde::de::IgnoredAny>(text).is_err()
}
