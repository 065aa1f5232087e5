//! A column that silently cuts off what does not fit.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::{
    json::Node,
    ws_service::{Call, Conduct, Outcome, Session},
};

pub const FAULT: Fault = Fault {
    name: "ws/mark-cut-off",
    suite: "ws-service",
    text: "A mark of more than 255 characters is cut off.",
    breaks: &["WS-MARK-9"],
    conduct: Subject::WsService(|| Arc::new(MarkCutOff)),
};

const LONGEST: usize = 255;

struct MarkCutOff;

impl Conduct for MarkCutOff {
    fn mark(&self, _session: &Session, call: &Call, _outcome: &Outcome) -> Option<Node> {
        let raw = call.mark()?;
        let text: Option<String> = serde_json::from_str(raw).ok();
        match text.filter(|text| text.chars().count() > LONGEST) {
            Some(text) => Some(Node::text(&text.chars().take(LONGEST).collect::<String>())),
            None => Some(Node::raw(raw)),
        }
    }
}
