//! Texts: the document has a column of them, and does not say that no other language is spoken (AMB-A10, AMB-A17). No
//! suite may find a violation under any of these readings.

use std::sync::Arc;

use crate::{
    Reading,
    json::Node,
    variant::Subject,
    ws_service::{Session, WsBehaviour, WsCall, WsOutcome},
};

pub(super) const READINGS: &[Reading] = &[
    Reading {
        name: "ws/msg-translated",
        text: "Every msg is in Chinese.",
        shows: &[
            ("WS-RES-2", "other-text"),
            ("WS-RES-7", "other-text"),
            ("WS-OFF-3", "other-text"),
        ],
        behaviour: Subject::WsService(|| Arc::new(Translated)),
    },
    Reading {
        name: "ws/msg-absent-in-rejections",
        text: "A 14xx reply has no msg.",
        shows: &[("WS-RES-7", "no-text"), ("WS-RES-12", "without-text")],
        behaviour: Subject::WsService(|| Arc::new(Silent)),
    },
];

struct Translated;

impl WsBehaviour for Translated {
    fn change_reply(&self, _session: &Session, _call: Option<&WsCall>, outcome: &WsOutcome, reply: &mut Node) {
        let text = match outcome {
            WsOutcome::Success(_) => "成功",
            WsOutcome::Failure(_) => "失败",
            WsOutcome::Rejection(_) => "拒绝",
            WsOutcome::Disconnect(_) => "断开连接",
        };
        reply.set("msg", Node::text(text));
    }
}

struct Silent;

impl WsBehaviour for Silent {
    fn change_reply(&self, _session: &Session, _call: Option<&WsCall>, outcome: &WsOutcome, reply: &mut Node) {
        if matches!(outcome, WsOutcome::Rejection(_)) {
            reply.remove("msg");
        }
    }
}
