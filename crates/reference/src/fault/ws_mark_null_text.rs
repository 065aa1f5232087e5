//! A null printed into a template.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::{
    json::Node,
    ws_service::{Call, Conduct, Outcome, Session},
};

pub const FAULT: Fault = Fault {
    name: "ws/mark-null-text",
    suite: "ws-service",
    text: "A mark of null comes back as the text \"null\".",
    breaks: &["WS-MARK-7"],
    conduct: Subject::WsService(|| Arc::new(MarkNullText)),
};

struct MarkNullText;

impl Conduct for MarkNullText {
    fn mark(&self, _session: &Session, call: &Call, _outcome: &Outcome) -> Option<Node> {
        call.mark()
            .map(|raw| if raw == "null" { Node::text(raw) } else { Node::raw(raw) })
    }
}
