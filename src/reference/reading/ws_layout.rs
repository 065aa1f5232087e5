//! The same JSON text in another layout: white space between tokens means nothing (RFC 8259 §2).

use std::sync::Arc;

use super::{Reading, Subject};
use crate::reference::{json::Node, ws_service::Conduct};

pub const SPACED: Reading = Reading {
    name: "ws/json-spaced",
    suite: "ws-service",
    text: "JSON is sent with line breaks around it.",
    shows: &[],
    conduct: Subject::WsService(|| Arc::new(Spaced)),
};

struct Spaced;

impl Conduct for Spaced {
    fn render(&self, reply: &Node) -> String {
        format!("\r\n\t {reply} \n")
    }
}
