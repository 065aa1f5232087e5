//! A header set once for all clients. Frames are never compressed, so nothing else goes wrong.

use std::sync::Arc;

use hyper::{
    HeaderMap,
    header::{HeaderValue, SEC_WEBSOCKET_EXTENSIONS},
};

use super::{Fault, Subject};
use crate::ws_service::Conduct;

pub const FAULT: Fault = Fault {
    name: "ws/extension-unasked",
    suite: "ws-service",
    text: "The 101 agrees to compression that the client did not offer.",
    breaks: &["WS-UPGRADE-6"],
    conduct: Subject::WsService(|| Arc::new(ExtensionUnasked)),
};

struct ExtensionUnasked;

impl Conduct for ExtensionUnasked {
    fn agree(&self, asked: &HeaderMap, answer: &mut HeaderMap) {
        if !asked.contains_key(SEC_WEBSOCKET_EXTENSIONS) {
            answer.insert(SEC_WEBSOCKET_EXTENSIONS, HeaderValue::from_static("permessage-deflate"));
        }
    }
}
