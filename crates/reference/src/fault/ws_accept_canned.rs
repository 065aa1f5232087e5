//! An Accept copied out of RFC 6455 §1.3. Clients with another key must not connect, those with its key notice
//! nothing.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::ws_service::Conduct;

pub const FAULT: Fault = Fault {
    name: "ws/accept-canned",
    suite: "ws-service",
    text: "The Accept key is the one of the document, whatever the client sent.",
    breaks: &["WS-UPGRADE-3"],
    conduct: Subject::WsService(|| Arc::new(AcceptCanned)),
};

struct AcceptCanned;

impl Conduct for AcceptCanned {
    fn accept(&self, _key: &str) -> String {
        "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=".to_owned()
    }
}
