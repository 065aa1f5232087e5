//! What a session has to do with the company that a call names (B:32, B:38): the document does not say.

use std::sync::Arc;

use super::{Reading, gateway};
use crate::gateway::{Call, Conduct, Session, Standing};

pub const DECIDES: Reading = gateway(
    "gw/session-decides",
    "The session decides which company is meant; another one beside it is not looked at.",
    &[
        ("GW-HDR-11", "company-ignored"),
        ("GW-HDR-11", "foreign-session-accepted"),
    ],
    || Arc::new(Decides),
);

struct Decides;

impl Conduct for Decides {
    fn knows(&self, _company: i64) -> bool {
        true
    }

    fn honours(&self, _call: &Call, session: &Session, _company: i64) -> bool {
        session.standing == Standing::Live
    }
}
