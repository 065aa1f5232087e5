//! What all the rows of a run share: names, trust, rate limit, the number of connections. Cheap to clone, and fit for several
//! threads that each pump their own rows.

use std::{
    cell::Cell,
    error, fmt, io,
    rc::Rc,
    sync::{Arc, OnceLock},
    time::Duration,
};

use rustls::{ClientConfig, pki_types::CertificateDer};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::Instant,
};
use tokio_rustls::TlsConnector;

use super::{
    budget::{Budget, Pool},
    clock::Clock,
    descriptors, failure, http_reqwest,
    memory::MemoryStream,
    rate_limit::RateLimit,
    resolver::Resolver,
    settings::Settings,
    tls,
};
use wire::event::Failure;

/// The network outside, within its bounds.
#[derive(Clone)]
pub struct Network(Arc<Shared>);

/// What connections go over: the one seam between the two.
pub(super) enum Medium {
    Tcp,
    Memory(Box<Dialled>),
}

/// Who answers at a host and a port in memory.
type Dialled = dyn Fn(&str, u16) -> io::Result<MemoryStream> + Send + Sync;

struct Shared {
    settings: Settings,
    medium: Medium,
    clock: Clock,
    authorities: Vec<CertificateDer<'static>>,
    resolver: Arc<Resolver>,
    rate_limit: Option<RateLimit>,
    connections: Arc<Semaphore>,
    pool: Arc<Pool>,
    // Read and built when first used: a run without TLS starts without reading the machine's store.
    tls: OnceLock<Result<Arc<ClientConfig>, String>>,
    plain_client: OnceLock<Result<reqwest::Client, String>>,
    secure_client: OnceLock<Result<reqwest::Client, String>>,
}

/// Settings that no network can be made from. The author of the profile mends them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettingsError {
    /// The file of certificates holds none, or one that can't be used.
    Authority(String),
    /// The client certificate or its key can't be used.
    Identity(String),
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Authority(why) => write!(f, "the file of trusted certificates can't be used: {why}"),
            Self::Identity(why) => write!(f, "the client certificate can't be used: {why}"),
        }
    }
}

impl error::Error for SettingsError {}

/// A connection's place among those that may live at once.
#[derive(Debug)]
pub(super) struct Permit {
    _place: Option<OwnedSemaphorePermit>,
    row: Rc<Cell<usize>>,
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.row.set(self.row.get().saturating_sub(1));
    }
}

impl Network {
    /// A network within these settings. Opens nothing and reads nothing.
    ///
    /// # Errors
    /// When the trusted certificates can't be used.
    pub fn new(settings: Settings) -> Result<Self, SettingsError> {
        let connections = settings.connections.min(descriptors::room());
        Self::over(Medium::Tcp, Clock::Machine, connections, settings)
    }

    /// A network within these settings that is nowhere but in memory: `answer` gives the streams that it dials. It is `now`
    /// after 1970, and time goes on as that of the runtime that this is called in, which may be paused.
    ///
    /// # Errors
    /// When the trusted certificates can't be used.
    pub fn in_memory(
        settings: Settings,
        now: Duration,
        answer: impl Fn(&str, u16) -> io::Result<MemoryStream> + Send + Sync + 'static,
    ) -> Result<Self, SettingsError> {
        let medium = Medium::Memory(Box::new(answer));
        Self::over(
            medium,
            Clock::Runtime(now, Instant::now()),
            settings.connections,
            settings,
        )
    }

    fn over(medium: Medium, clock: Clock, connections: usize, settings: Settings) -> Result<Self, SettingsError> {
        let authorities = match &settings.ca_file {
            Some(pem) => tls::authorities(pem).map_err(SettingsError::Authority)?,
            None => Vec::new(),
        };
        if let Some(identity) = &settings.identity {
            tls::check(identity).map_err(SettingsError::Identity)?;
        }
        Ok(Self(Arc::new(Shared {
            medium,
            clock,
            authorities,
            resolver: Arc::default(),
            rate_limit: settings.requests_per_second.map(RateLimit::new),
            connections: Arc::new(Semaphore::new(connections.clamp(1, Semaphore::MAX_PERMITS))),
            pool: Arc::new(Pool::new(settings.run_limit)),
            tls: OnceLock::new(),
            plain_client: OnceLock::new(),
            secure_client: OnceLock::new(),
            settings,
        })))
    }

    /// What it was made from.
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    pub(super) fn medium(&self) -> &Medium {
        &self.0.medium
    }

    /// The time since 1970.
    pub(super) fn unix(&self) -> Duration {
        self.0.clock.unix()
    }

    pub(super) fn resolver(&self) -> &Arc<Resolver> {
        &self.0.resolver
    }

    /// The allowance of a row.
    pub(super) fn budget(&self) -> Budget {
        Budget::new(self.0.settings.row_limit, &self.0.pool)
    }

    pub(super) fn rate_limit(&self) -> Option<&RateLimit> {
        self.0.rate_limit.as_ref()
    }

    /// A place for a connection of the row that has `row` of them; `None` if the row must wait for it.
    pub(super) fn permit_now(&self, row: &Rc<Cell<usize>>) -> Option<Permit> {
        let place = Arc::clone(&self.0.connections).try_acquire_owned().ok();
        // Two rows with one connection each, waiting for each other's, would wait for ever.
        if place.is_none() && row.get() == 0 {
            return None;
        }
        Some(Self::seat(place, row))
    }

    /// A place for the first connection of a row, as soon as there is one.
    pub(super) async fn permit(&self, row: &Rc<Cell<usize>>) -> Permit {
        // The semaphore is never closed; if it were, running without a place beats not running.
        let place = Arc::clone(&self.0.connections).acquire_owned().await.ok();
        Self::seat(place, row)
    }

    fn seat(place: Option<OwnedSemaphorePermit>, row: &Rc<Cell<usize>>) -> Permit {
        row.set(row.get() + 1);
        Permit {
            _place: place,
            row: Rc::clone(row),
        }
    }

    fn tls_config(&self) -> Result<Arc<ClientConfig>, Failure> {
        self.0
            .tls
            .get_or_init(|| tls::trusting(&self.0.authorities, self.0.settings.identity.as_ref()).map(Arc::new))
            .clone()
            .map_err(failure::harness)
    }

    /// TLS for WebSocket and for our own HTTP/1.1: no ALPN.
    pub(super) fn tls(&self) -> Result<TlsConnector, Failure> {
        self.tls_config().map(TlsConnector::from)
    }

    /// The HTTP library's client, with the same trust and the same names.
    pub(super) fn client(&self, secure: bool) -> Result<reqwest::Client, Failure> {
        let shared = &self.0;
        let built = if secure {
            let config = self.tls_config()?;
            shared
                .secure_client
                .get_or_init(|| http_reqwest::client((*config).clone(), &shared.resolver, &shared.settings))
        } else {
            shared.plain_client.get_or_init(|| {
                tls::trusting_nobody()
                    .and_then(|config| http_reqwest::client(config, &shared.resolver, &shared.settings))
            })
        };
        built.clone().map_err(failure::harness)
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The settings may hold a private authority: not for a log.
        f.debug_struct("Network").finish_non_exhaustive()
    }
}
