//! Version 8 is a draft (RFC 6455 §11.6). Any other version is still told which one to try.

use std::sync::Arc;

use hyper::{HeaderMap, header::SEC_WEBSOCKET_VERSION};

use super::{Fault, Subject};
use crate::reference::{websocket::upgrade, ws_service::Conduct};

pub const FAULT: Fault = Fault {
    name: "ws/upgrade-version-8",
    suite: "ws-service",
    text: "A client that speaks a draft of the protocol is upgraded as if it spoke version 13.",
    breaks: &["WS-UPGRADE-5", "WS-UPGRADE-9"],
    conduct: Subject::WsService(|| Arc::new(UpgradeVersion8)),
};

struct UpgradeVersion8;

impl Conduct for UpgradeVersion8 {
    fn forgives(&self, breach: upgrade::Breach, headers: &HeaderMap) -> bool {
        breach == upgrade::Breach::Version && headers.get(SEC_WEBSOCKET_VERSION).is_some_and(|version| version == "8")
    }
}
