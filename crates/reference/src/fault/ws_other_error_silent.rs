//! An exception that ends the connection before the error is sent.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::{
    websocket::Out,
    ws_service::{Call, Conduct, Honest, Parting, Session},
};
use wire::frame::Frame;

pub const FAULT: Fault = Fault {
    name: "ws/other-error-silent",
    suite: "ws-service",
    text: "\"Other error\" closes the connection without a message.",
    breaks: &["WS-OFF-2"],
    conduct: Subject::WsService(|| Arc::new(OtherErrorSilent)),
};

struct OtherErrorSilent;

impl Conduct for OtherErrorSilent {
    fn part(&self, session: &Session, call: &Call, parting: Parting, text: String) -> Vec<Out> {
        match parting {
            Parting::OtherError => vec![Out::Frame(Frame::close(1000, "")), Out::End],
            other => Honest.part(session, call, other, text),
        }
    }
}
