//! Which server the reference is: the honest one, one with a fault, or one with another lawful reading of the document.

use std::sync::Arc;

use super::{
    Fault, Reading,
    gateway::{GatewayBehaviour, HonestGateway},
    ws_service::{HonestWs, WsBehaviour},
};

/// The server to be.
#[derive(Clone, Copy, Debug, Default)]
pub enum Variant {
    #[default]
    Honest,
    Fault(&'static Fault),
    Reading(&'static Reading),
}

/// The protocol whose behaviour a fault or reading changes. Each server gets its own, so that one may keep state.
pub(super) enum Subject {
    WsService(fn() -> Arc<dyn WsBehaviour>),
    Gateway(fn() -> Arc<dyn GatewayBehaviour>),
}

impl Subject {
    /// The suite of the protocol.
    pub(super) const fn suite(&self) -> &'static str {
        match self {
            Self::WsService(_) => "ws-service",
            Self::Gateway(_) => "gateway",
        }
    }
}

impl Variant {
    /// The suite that it is for; none if it is for all.
    pub fn suite(self) -> Option<&'static str> {
        match self {
            Self::Honest => None,
            Self::Fault(fault) => Some(fault.suite()),
            Self::Reading(reading) => Some(reading.suite()),
        }
    }

    /// The behaviour of both protocols.
    pub(super) fn behaviour(self) -> (Arc<dyn WsBehaviour>, Arc<dyn GatewayBehaviour>) {
        let subject = match self {
            Self::Honest => None,
            Self::Fault(fault) => Some(&fault.behaviour),
            Self::Reading(reading) => Some(&reading.behaviour),
        };
        let (mut ws_service, mut gateway): (Arc<dyn WsBehaviour>, Arc<dyn GatewayBehaviour>) =
            (Arc::new(HonestWs), Arc::new(HonestGateway));
        match subject {
            Some(Subject::WsService(make)) => ws_service = make(),
            Some(Subject::Gateway(make)) => gateway = make(),
            None => {}
        }
        (ws_service, gateway)
    }
}
