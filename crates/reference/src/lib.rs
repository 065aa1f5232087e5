//! An honest server of the protocols that the suites examine, a table of named ways to be dishonest, and one of other
//! lawful readings.
//!
//! The examiner is tried against this subject: the honest server must pass every case, and each fault must fail exactly
//! the clauses it names. So this crate depends on `wire` and on nothing else of the harness: with a shared brain, one
//! bug would hide itself on both sides. It must never judge, and never speak to anything but the sockets it accepted and the
//! streams it was handed.

#![expect(clippy::disallowed_methods, reason = "a server has sockets and a clock")]

mod clock;
mod fault;
mod gateway;
mod json;
mod listener;
mod query;
mod reading;
mod response;
mod stream;
mod tap;
mod variant;
mod websocket;
mod ws_service;

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use tokio::{net::TcpListener, sync::mpsc};

pub use fault::{FAULTS, Fault, fault};
pub use reading::{READINGS, Reading, reading};
pub use stream::Stream;
pub use variant::Variant;

use clock::Clock;
use gateway::Gateway;
use listener::{Arrivals, Services};
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

/// A server that waits for its clients where `A` says, and serves them once it is told to.
pub struct Reference<A = TcpListener> {
    arrivals: A,
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
    Ok(Reference {
        arrivals: listener,
        address,
        services: services(options.variant, clock),
    })
}

/// A server that listens nowhere: its clients are the streams that come out of `arrivals`, and `address` is only what its
/// profile says. Its clock shows `now` after 1970 and follows the time of the runtime that it is made in, paused or not.
pub fn host<S: Stream>(
    variant: Variant,
    address: SocketAddr,
    now: Duration,
    arrivals: mpsc::UnboundedReceiver<S>,
) -> Reference<mpsc::UnboundedReceiver<S>> {
    Reference {
        arrivals,
        address,
        services: services(variant, Clock::from_now(now)),
    }
}

fn services(variant: Variant, clock: Clock) -> Services {
    let (ws_service, gateway) = variant.behaviour();
    Services {
        ws_service: Arc::new(Service::new(ws_service, clock)),
        gateway: Arc::new(Gateway::new(gateway, clock)),
    }
}

impl<A> Reference<A> {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The target profile, in TOML, that describes this server to the harness.
    pub fn profile(&self) -> String {
        let ws_service = ws_service::profile(self.address, self.services.ws_service.accounts());
        ws_service + &gateway::profile(self.address)
    }
}

impl<A: Arrivals> Reference<A> {
    /// Serves until the future is dropped, which ends every connection.
    ///
    /// # Errors
    /// When nobody can arrive any more.
    pub async fn serve(&mut self) -> io::Result<()> {
        listener::serve(&mut self.arrivals, &self.services).await
    }
}

impl Reference {
    /// Becomes another server at the same address. Clients that have not been served yet are sent away: they came for the
    /// one before.
    pub fn turn_into(&mut self, variant: Variant, clock_offset: i64) {
        self.services = services(variant, Clock::ahead(clock_offset));
        self.arrivals.dismiss();
    }
}
