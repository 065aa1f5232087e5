//! Which server the reference is: the honest one, one with a fault, or one with another lawful reading of the document.

use std::sync::Arc;

use super::{Fault, Reading, gateway, ws_service};

/// The server to be.
#[derive(Clone, Copy, Debug, Default)]
pub enum Variant {
    #[default]
    Honest,
    Fault(&'static Fault),
    Reading(&'static Reading),
}

/// The protocol whose conduct a fault or reading changes. Each server gets its own, so that one may keep state.
pub(super) enum Subject {
    WsService(fn() -> Arc<dyn ws_service::Conduct>),
    Gateway(fn() -> Arc<dyn gateway::Conduct>),
}

impl Variant {
    /// The suite that it is for; none if it is for all.
    pub fn suite(self) -> Option<&'static str> {
        match self {
            Self::Honest => None,
            Self::Fault(fault) => Some(fault.suite),
            Self::Reading(reading) => Some(reading.suite),
        }
    }

    /// The conduct of both protocols.
    pub(super) fn conduct(self) -> (Arc<dyn ws_service::Conduct>, Arc<dyn gateway::Conduct>) {
        let subject = match self {
            Self::Honest => None,
            Self::Fault(fault) => Some(&fault.conduct),
            Self::Reading(reading) => Some(&reading.conduct),
        };
        let (mut ws_service, mut gateway): (Arc<dyn ws_service::Conduct>, Arc<dyn gateway::Conduct>) =
            (Arc::new(ws_service::Honest), Arc::new(gateway::Honest));
        match subject {
            Some(Subject::WsService(make)) => ws_service = make(),
            Some(Subject::Gateway(make)) => gateway = make(),
            None => {}
        }
        (ws_service, gateway)
    }
}
