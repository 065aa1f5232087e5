//! A WebSocket handler mounted at the root. Methods are still told apart.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::ws_service::Conduct;

pub const FAULT: Fault = Fault {
    name: "ws/path-any",
    suite: "ws-service",
    text: "Every path is the service, not only the documented one.",
    breaks: &["WS-UPGRADE-7"],
    conduct: Subject::WsService(|| Arc::new(PathAny)),
};

struct PathAny;

impl Conduct for PathAny {
    fn serves(&self, _path: &str) -> bool {
        true
    }
}
