//! An error disconnect built like any other failure.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::{
    json::Node,
    ws_service::{Call, Conduct, Outcome, Parting, Session},
};

pub const FAULT: Fault = Fault {
    name: "ws/offline-mark",
    suite: "ws-service",
    text: "\"Forced offline\" carries the mark of a call.",
    breaks: &["WS-MARK-10"],
    conduct: Subject::WsService(|| Arc::new(OfflineMark)),
};

struct OfflineMark;

impl Conduct for OfflineMark {
    fn amend(&self, _session: &Session, call: Option<&Call>, outcome: &Outcome, reply: &mut Node) {
        let mark = call
            .and_then(Call::mark)
            .filter(|_| *outcome == Outcome::Parting(Parting::ForcedOffline));
        if let (Some(raw), Some(result)) = (mark, reply.at(&["result"])) {
            result.set("errorExtra", Node::object([("mark", Node::raw(raw))]));
        }
    }
}
