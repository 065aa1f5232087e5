//! A version that the server does not speak must be refused (RFC 6455 §4.4); here none is.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::{websocket::upgrade, ws_service::Conduct};

pub const FAULT: Fault = Fault {
    name: "ws/upgrade-any-version",
    suite: "ws-service",
    text: "A client that announces a version that nobody speaks is upgraded as if it spoke version 13.",
    breaks: &["WS-UPGRADE-5", "WS-UPGRADE-9"],
    conduct: Subject::WsService(|| Arc::new(UpgradeAnyVersion)),
};

struct UpgradeAnyVersion;

impl Conduct for UpgradeAnyVersion {
    fn forgives(&self, breach: upgrade::Breach) -> bool {
        breach == upgrade::Breach::Version
    }
}
