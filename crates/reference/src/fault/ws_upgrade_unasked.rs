//! A server that takes every request to its path for a handshake. The rest of the handshake is still looked at.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::{websocket::upgrade, ws_service::Conduct};

pub const FAULT: Fault = Fault {
    name: "ws/upgrade-unasked",
    suite: "ws-service",
    text: "A request without an Upgrade header is upgraded all the same.",
    breaks: &["WS-UPGRADE-5"],
    conduct: Subject::WsService(|| Arc::new(UpgradeUnasked)),
};

struct UpgradeUnasked;

impl Conduct for UpgradeUnasked {
    fn forgives(&self, breach: upgrade::Breach) -> bool {
        breach == upgrade::Breach::Upgrade
    }
}
