//! An honest server of the protocols that the suites examine, a table of named ways to be dishonest, and one of other
//! lawful readings.
//!
//! The examiner is tried against this subject: the honest server must pass every case, and each fault must fail exactly
//! the clauses it names. So this crate depends on `wire` and on nothing else of the harness: with a shared brain, one
//! bug would hide itself on both sides. It must never judge, and never speak to anything but the sockets it accepted.

#![expect(clippy::disallowed_methods, reason = "a server has sockets and a clock")]

mod clock;
mod fault;
mod gateway;
mod json;
mod listener;
mod query;
mod reading;
mod response;
mod tap;
mod variant;
mod websocket;
mod ws_service;

use std::{io, net::SocketAddr, sync::Arc};

use tokio::net::TcpListener;

pub use fault::{FAULTS, Fault, fault};
pub use reading::{READINGS, Reading, reading};
pub use variant::Variant;

use clock::Clock;
use gateway::Gateway;
use listener::Services;
use ws_service::Service;

/// How to run the server.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Where to listen; port 0 lets the system choose.
    pub address: SocketAddr,
    /// Which server to be.
    pub variant: Variant,
    /// How many seconds the server's clock, and its `Date` header, are ahead of the machine's.
    pub clock_offset: i64,
}

/// A server that listens, and serves once it is told to.
pub struct Reference {
    listener: TcpListener,
    address: SocketAddr,
    services: Services,
}

/// Starts to listen.
///
/// # Errors
/// When the address can't be listened on.
pub async fn bind(options: Options) -> io::Result<Reference> {
    let listener = listener::listen(options.address)?;
    let address = listener.local_addr()?;
    let clock = Clock::ahead(options.clock_offset);
    let (ws_service, gateway) = options.variant.behaviour();
    Ok(Reference {
        listener,
        address,
        services: Services {
            ws_service: Arc::new(Service::new(ws_service, clock)),
            gateway: Arc::new(Gateway::new(gateway, clock)),
        },
    })
}

impl Reference {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The target profile, in TOML, that describes this server to the harness.
    pub fn profile(&self) -> String {
        let ws_service = ws_service::profile(self.address, self.services.ws_service.accounts());
        ws_service + &gateway::profile(self.address)
    }

    /// Serves until the future is dropped, which ends every connection.
    ///
    /// # Errors
    /// When the listening socket fails for good.
    pub async fn serve(self) -> io::Result<()> {
        listener::serve(self.listener, self.services).await
    }
}
