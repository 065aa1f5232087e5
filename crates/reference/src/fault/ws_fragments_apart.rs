//! A reader of frames that knows nothing of messages.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::{websocket::Breach, ws_service::Conduct};

pub const FAULT: Fault = Fault {
    name: "ws/fragments-apart",
    suite: "ws-service",
    text: "Each fragment of a message is taken for a message.",
    breaks: &["WS-CALL-9", "WS-FRAME-4"],
    conduct: Subject::WsService(|| Arc::new(Apart)),
};

struct Apart;

impl Conduct for Apart {
    fn joins(&self) -> bool {
        false
    }

    fn tolerates(&self, breach: Breach) -> bool {
        breach == Breach::Utf8
    }
}
