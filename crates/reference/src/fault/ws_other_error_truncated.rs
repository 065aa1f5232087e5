//! A process that exits before its last write is done.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::{
    websocket::Out,
    ws_service::{Call, Conduct, Honest, Parting, Session},
};
use wire::frame::{Frame, Opcode};

pub const FAULT: Fault = Fault {
    name: "ws/other-error-truncated",
    suite: "ws-service",
    text: "The message of \"Other error\" breaks off.",
    breaks: &["WS-OFF-2", "WS-OFF-4"],
    conduct: Subject::WsService(|| Arc::new(OtherErrorTruncated)),
};

struct OtherErrorTruncated;

impl Conduct for OtherErrorTruncated {
    fn part(&self, session: &Session, call: &Call, parting: Parting, text: String) -> Vec<Out> {
        match parting {
            Parting::OtherError => {
                let frame = Frame::new(Opcode::Text, text);
                let mut bytes = frame.encode(None);
                bytes.truncate(frame.payload.len() / 2);
                vec![Out::Bytes(bytes), Out::End]
            }
            other => Honest.part(session, call, other, text),
        }
    }
}
