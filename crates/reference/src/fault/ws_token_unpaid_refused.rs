//! Payment checked together with permission. The document refuses four kinds of client, and this is none of them.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::ws_service::{Conduct, Honest, Refusal, Standing};

pub const FAULT: Fault = Fault {
    name: "ws/token-unpaid-refused",
    suite: "ws-service",
    text: "An account that has yet to pay is refused at the door instead of at each call.",
    breaks: &["WS-TOKEN-10"],
    conduct: Subject::WsService(|| Arc::new(TokenUnpaidRefused)),
};

struct TokenUnpaidRefused;

impl Conduct for TokenUnpaidRefused {
    fn admit(&self, standing: Standing) -> Result<(), Refusal> {
        match standing {
            Standing::Unpaid => Err(Refusal::Unpermitted),
            other => Honest.admit(other),
        }
    }
}
