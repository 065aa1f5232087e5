//! What a session has to do with the company that a call names (B:32, B:38): the document does not say. No suite may
//! find a violation under any of these readings.

use std::sync::Arc;

use crate::{
    Reading,
    gateway::{GatewayBehaviour, GatewayCall, Login, LoginState},
    variant::Subject,
};

pub(super) const READINGS: &[Reading] = &[Reading {
    name: "gw/session-decides",
    text: "The session decides which company is meant; another one beside it is not looked at.",
    shows: &[
        ("GW-HDR-11", "company-ignored"),
        ("GW-HDR-11", "foreign-session-accepted"),
    ],
    behaviour: Subject::Gateway(|| Arc::new(Decides)),
}];

struct Decides;

impl GatewayBehaviour for Decides {
    fn knows(&self, _company: i64) -> bool {
        true
    }

    fn honours(&self, _call: &GatewayCall, session: &Login, _company: i64) -> bool {
        session.state == LoginState::Live
    }
}
