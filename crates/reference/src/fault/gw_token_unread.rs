//! A token that is looked for where it is not.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::gateway::{Call, Conduct, Honest, Route, Transport};

pub const HTTP: Fault = Fault {
    name: "gw/token-header-ignored",
    suite: "gateway",
    text: "In HTTP the token is looked for in another header, so that nobody is logged in.",
    breaks: &["GW-HDR-8", "GW-WS-8"],
    conduct: Subject::Gateway(|| Arc::new(Unread(Transport::Http))),
};

pub const SOCKET: Fault = Fault {
    name: "gw/ws-token-ignored",
    suite: "gateway",
    text: "Over the WebSocket nobody is logged in: the two transports keep their sessions apart.",
    breaks: &["GW-WS-8", "GW-WS-11"],
    conduct: Subject::Gateway(|| Arc::new(Unread(Transport::Socket))),
};

struct Unread(Transport);

impl Conduct for Unread {
    fn token(&self, call: &Call) -> Option<String> {
        // Logging out still works: that is another handler.
        Honest
            .token(call)
            .filter(|_| call.transport != self.0 || call.route == Some(Route::Logout))
    }
}
