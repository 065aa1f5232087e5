//! A message that says what nobody does.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::{
    websocket::Out,
    ws_service::{Call, Conduct, Honest, Parting, Session},
};

pub const FAULT: Fault = Fault {
    name: "ws/offline-stays",
    suite: "ws-service",
    text: "After \"Forced offline\" the connection stays open.",
    breaks: &["WS-OFF-1", "WS-OFF-4"],
    conduct: Subject::WsService(|| Arc::new(OfflineStays)),
};

struct OfflineStays;

impl Conduct for OfflineStays {
    fn part(&self, session: &Session, call: &Call, parting: Parting, text: String) -> Vec<Out> {
        match parting {
            Parting::ForcedOffline => vec![Out::text(text)],
            other => Honest.part(session, call, other, text),
        }
    }
}
