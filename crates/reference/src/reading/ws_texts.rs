//! Texts: the document has a column of them, and does not say that no other language is spoken (AMB-A10, AMB-A17).

use std::sync::Arc;

use super::{Reading, Subject};
use crate::{
    json::Node,
    ws_service::{Call, Conduct, Outcome, Session},
};

pub const TRANSLATED: Reading = Reading {
    name: "ws/msg-translated",
    suite: "ws-service",
    text: "Every msg is in Chinese.",
    shows: &[
        ("WS-RES-2", "other-text"),
        ("WS-RES-7", "other-text"),
        ("WS-OFF-3", "other-text"),
    ],
    conduct: Subject::WsService(|| Arc::new(Translated)),
};

pub const ABSENT: Reading = Reading {
    name: "ws/msg-absent-in-rejections",
    suite: "ws-service",
    text: "A 14xx reply has no msg.",
    shows: &[("WS-RES-7", "no-text"), ("WS-RES-12", "without-text")],
    conduct: Subject::WsService(|| Arc::new(Silent)),
};

struct Translated;

impl Conduct for Translated {
    fn amend(&self, _session: &Session, _call: Option<&Call>, outcome: &Outcome, reply: &mut Node) {
        let text = match outcome {
            Outcome::Success(_) => "成功",
            Outcome::Failure(_) => "失败",
            Outcome::Rejection(_) => "拒绝",
            Outcome::Parting(_) => "断开连接",
        };
        reply.set("msg", Node::text(text));
    }
}

struct Silent;

impl Conduct for Silent {
    fn amend(&self, _session: &Session, _call: Option<&Call>, outcome: &Outcome, reply: &mut Node) {
        if matches!(outcome, Outcome::Rejection(_)) {
            reply.remove("msg");
        }
    }
}
