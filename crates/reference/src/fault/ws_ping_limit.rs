//! A search for idle connections to which a heartbeat is no sign of life: clients that keep their
//! connection alive lose it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use super::{Fault, Subject};
use crate::{
    websocket::Out,
    ws_service::{Call, Conduct, Honest, Session},
};
use wire::frame::Frame;

pub const FAULT: Fault = Fault {
    name: "ws/ping-limit",
    suite: "ws-service",
    text: "A connection that only pings is closed at the second text ping that follows a pause.",
    breaks: &["WS-HB-7"],
    conduct: Subject::WsService(|| Arc::new(PingLimit::default())),
};

const PAUSE: Duration = Duration::from_millis(250);
const LIMIT: usize = 2;

#[derive(Default)]
struct PingLimit {
    /// The last ping of each connection, and how many followed a pause.
    pings: Mutex<HashMap<u64, (Instant, usize)>>,
}

impl Conduct for PingLimit {
    fn note(&self, session: &Session, _call: &Call) {
        let mut pings = self.pings.lock().unwrap_or_else(PoisonError::into_inner);
        pings.remove(&session.number);
    }

    fn text_ping(&self, session: &Session, nth: u64) -> Vec<Out> {
        let now = Instant::now();
        let mut pings = self.pings.lock().unwrap_or_else(PoisonError::into_inner);
        let (last, paused) = pings.entry(session.number).or_insert((now, 0));
        if now.duration_since(*last) >= PAUSE {
            *paused += 1;
        }
        *last = now;
        let mut outs = Honest.text_ping(session, nth);
        if *paused == LIMIT {
            outs.extend([Out::Frame(Frame::close(1008, "")), Out::End]);
        }
        outs
    }
}
