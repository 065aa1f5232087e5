//! A sweep every half minute that closes what is marked for closing. The delay is the fault.

use std::{sync::Arc, time::Duration};

use super::{Fault, Subject};
use crate::{
    websocket::Out,
    ws_service::{Call, Conduct, Honest, Parting, Session},
};
use wire::frame::Frame;

pub const FAULT: Fault = Fault {
    name: "ws/offline-late",
    suite: "ws-service",
    text: "After \"Forced offline\" the connection is closed half a minute later.",
    breaks: &["WS-OFF-1", "WS-OFF-4"],
    conduct: Subject::WsService(|| Arc::new(OfflineLate)),
};

const LATE: Duration = Duration::from_secs(30);

struct OfflineLate;

impl Conduct for OfflineLate {
    fn part(&self, session: &Session, call: &Call, parting: Parting, text: String) -> Vec<Out> {
        match parting {
            Parting::ForcedOffline => vec![
                Out::text(text),
                Out::Pause(LATE),
                Out::Frame(Frame::close(1000, "")),
                Out::End,
            ],
            other => Honest.part(session, call, other, text),
        }
    }
}
