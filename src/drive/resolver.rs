//! Host names, looked up once and pinned: a name that changes its address half way can't move a run to another host.

use std::{
    collections::HashMap,
    io,
    net::{IpAddr, SocketAddr},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::sync::OnceCell;

/// The addresses of every name asked for so far.
#[derive(Debug, Default)]
pub(super) struct Resolver(Mutex<HashMap<String, Arc<OnceCell<Arc<Addresses>>>>>);

/// The addresses of one name.
#[derive(Debug)]
pub(super) struct Addresses {
    all: Vec<IpAddr>,
    /// The one that took a connection last: it is tried first, so that a dead one costs its time only once.
    good: AtomicUsize,
}

impl Addresses {
    fn new(all: Vec<IpAddr>) -> Arc<Self> {
        Arc::new(Self {
            all,
            good: AtomicUsize::new(0),
        })
    }

    /// The addresses with their places, in the order to try them.
    pub(super) fn in_order(&self) -> impl ExactSizeIterator<Item = (usize, IpAddr)> {
        let good = self.good.load(Ordering::Relaxed);
        let count = self.all.len();
        (0..count).map(move |step| {
            let place = (good + step) % count;
            (place, self.all[place])
        })
    }

    /// Remembers the address that took a connection.
    pub(super) fn took(&self, place: usize) {
        self.good.store(place, Ordering::Relaxed);
    }
}

impl Resolver {
    /// The addresses of `host`, never none.
    pub(super) async fn resolve(&self, host: &str) -> io::Result<Arc<Addresses>> {
        if let Ok(address) = host.parse() {
            return Ok(Addresses::new(vec![address]));
        }
        let cell = {
            let mut names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(names.entry(host.to_ascii_lowercase()).or_default())
        };
        cell.get_or_try_init(|| async {
            let mut all = Vec::new();
            for address in tokio::net::lookup_host((host, 0)).await? {
                if !all.contains(&address.ip()) {
                    all.push(address.ip());
                }
            }
            if all.is_empty() {
                return Err(io::Error::from(io::ErrorKind::NotFound));
            }
            Ok(Addresses::new(all))
        })
        .await
        .cloned()
    }
}

/// The same pins for reqwest.
#[derive(Clone, Debug)]
pub(super) struct Pins(pub(super) Arc<Resolver>);

impl Resolve for Pins {
    fn resolve(&self, name: Name) -> Resolving {
        let names = Arc::clone(&self.0);
        Box::pin(async move {
            let addresses = names.resolve(name.as_str()).await?;
            let all: Vec<SocketAddr> = addresses
                .in_order()
                .map(|(_, address)| SocketAddr::new(address, 0))
                .collect();
            Ok(Box::new(all.into_iter()) as Addrs)
        })
    }
}
