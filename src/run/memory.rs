//! The reference in memory, in a time of its own.
//!
//! Both sides live in one thread and in the time of its runtime, which stands still while anybody has something to do and
//! else jumps to whatever is due next. So a run waits for nothing, and nothing but its seed says how it ends.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    time::Duration,
};

use tokio::{runtime, sync::mpsc, task::LocalSet};

use crate::drive::{MemoryStream, Network, Settings, pair};
use reference::Variant;

/// Where the reference is: what is dialled there never leaves the process.
const NOWHERE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 1);
/// When every run begins, since 1970: 2026-01-01 00:00:00 UTC and half a second, so that a few milliseconds more or less are
/// the same second.
const BEGINNING: Duration = Duration::from_millis(1_767_225_600_500);

/// The profile that the reference gives of itself there.
pub fn profile() -> String {
    let (_, nobody) = mpsc::unbounded_channel::<MemoryStream>();
    reference::host(Variant::Honest, NOWHERE, BEGINNING, nobody).profile()
}

/// Does `work` over a network in memory where this variant of the reference answers. It brings its own runtime.
///
/// # Errors
/// When there can be none.
pub fn with<T>(variant: Variant, settings: Settings, work: impl AsyncFnOnce(Network) -> T) -> io::Result<T> {
    let runtime = runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()?;
    LocalSet::new().block_on(&runtime, async {
        let (arriving, arrivals) = mpsc::unbounded_channel();
        let mut server = reference::host(variant, NOWHERE, BEGINNING, arrivals);
        // It ends with the runtime.
        tokio::spawn(async move { server.serve().await });
        let dial = move |host: &str, port| {
            if host.parse() != Ok(NOWHERE.ip()) || port != NOWHERE.port() {
                return Err(io::ErrorKind::ConnectionRefused.into());
            }
            let (near, far) = pair();
            let refused = |_| io::Error::from(io::ErrorKind::ConnectionRefused);
            arriving.send(far).map_err(refused).map(|()| near)
        };
        let network = Network::in_memory(settings, BEGINNING, dial).map_err(io::Error::other)?;
        Ok(work(network).await)
    })
}

impl reference::Stream for MemoryStream {
    fn reset(self) {
        Self::reset(self);
    }
}
