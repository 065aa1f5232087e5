//! A socket closed beneath the WebSocket.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::{
    websocket::Out,
    ws_service::{Call, Conduct, Honest, Parting, Session},
};

pub const FAULT: Fault = Fault {
    name: "ws/offline-cut",
    suite: "ws-service",
    text: "After \"Forced offline\" the TCP connection ends without a close frame.",
    breaks: &["WS-OFF-4"],
    conduct: Subject::WsService(|| Arc::new(OfflineCut)),
};

struct OfflineCut;

impl Conduct for OfflineCut {
    fn part(&self, session: &Session, call: &Call, parting: Parting, text: String) -> Vec<Out> {
        match parting {
            Parting::ForcedOffline => vec![Out::text(text), Out::End],
            other => Honest.part(session, call, other, text),
        }
    }
}
