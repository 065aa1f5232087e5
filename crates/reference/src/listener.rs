//! Accepts connections and carries each from HTTP into its conversation. It must never know what is said in one.
//!
//! One task a connection, all owned by the accepting future: dropping that ends them.

use std::{
    future::poll_fn,
    io,
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll, Waker},
};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, Response, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    sync::mpsc,
    task::JoinSet,
};

use super::{
    gateway,
    stream::Stream,
    tap::{Tap, Tapped},
    websocket::{self, Guest},
    ws_service,
};

/// Thousands of clients may connect in one burst; the system cuts this down to its own limit.
const BACKLOG: u32 = 4096;

/// The path below which the gateway is; all other paths are the ws-service's.
const GATEWAY: &str = "/gateway";

/// What is served on the one port.
#[derive(Clone)]
pub struct Services {
    pub ws_service: Arc<ws_service::Service>,
    pub gateway: Arc<gateway::Gateway>,
}

/// A request's place among the others.
pub struct Visit {
    /// Which connection of the listener it came on, from 1.
    pub connection: u64,
    /// Which request of its connection it is, from 1.
    pub nth: u64,
    /// The names of its headers as they were spelled, if anybody minds.
    pub spelled: Vec<String>,
}

/// What answers a request.
pub enum Opening {
    /// An ordinary response.
    Respond(Response<Full<Bytes>>),
    /// A 101, after which the guest takes the connection over.
    Upgrade(Response<Full<Bytes>>, Guest),
    /// No response: the connection is closed.
    Drop,
}

impl Services {
    async fn open(&self, request: Request<Incoming>, visit: Visit) -> Opening {
        let path = request.uri().path().to_owned();
        match path.strip_prefix(GATEWAY) {
            Some(below) if below.is_empty() || below.starts_with('/') => self.gateway.open(below, request, visit).await,
            _ => self.ws_service.open(&request.into_parts().0, &visit.spelled),
        }
    }
}

/// A listening socket.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Where clients come from.
pub trait Arrivals {
    /// What carries their bytes.
    type Stream: Stream;

    /// The next client. May be dropped before it is done, and no client is lost by that.
    fn next(&mut self) -> impl Future<Output = io::Result<Self::Stream>> + Send;

    /// Sends away whoever waits.
    fn dismiss(&mut self);
}

impl Arrivals for TcpListener {
    type Stream = TcpStream;

    async fn next(&mut self) -> io::Result<TcpStream> {
        let (stream, _) = self.accept().await?;
        // Replies are small and awaited: waiting to fill a segment would only delay them. Failing is harmless.
        let _ = stream.set_nodelay(true);
        Ok(stream)
    }

    fn dismiss(&mut self) {
        let mut context = Context::from_waker(Waker::noop());
        while let Poll::Ready(Ok(_)) = self.poll_accept(&mut context) {}
    }
}

impl<S: Stream> Arrivals for mpsc::UnboundedReceiver<S> {
    type Stream = S;

    async fn next(&mut self) -> io::Result<S> {
        self.recv().await.ok_or_else(|| io::ErrorKind::NotConnected.into())
    }

    fn dismiss(&mut self) {
        while self.try_recv().is_ok() {}
    }
}

/// Attends whoever arrives, until it is dropped.
pub async fn serve(arrivals: &mut impl Arrivals, services: &Services) -> io::Result<()> {
    let mut connections = JoinSet::new();
    let mut number = 0;
    loop {
        tokio::select! {
            biased;
            Some(_) = connections.join_next() => {}
            arrived = arrivals.next() => match arrived {
                Ok(stream) => {
                    number += 1;
                    connections.spawn(attend(stream, services.clone(), number));
                }
                // The client left before it was accepted, or no descriptor is free. The latter mends itself when a
                // connection ends; with none left to end, it never would.
                Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
                Err(error) => {
                    if connections.join_next().await.is_none() {
                        return Err(error);
                    }
                }
            },
        }
    }
}

/// One connection, from its first byte to its last.
async fn attend(stream: impl Stream, services: Services, connection: u64) {
    let guest = Mutex::new(None);
    let (stream, early) = {
        let minds = services.gateway.behaviour().minds_spelling() || services.ws_service.behaviour().minds_spelling();
        let tapped = minds.then(Tapped::default);
        let tap = Tap {
            stream,
            tapped: tapped.clone(),
        };
        let visits = AtomicU64::new(0);
        let answer = service_fn(|request: Request<Incoming>| {
            let visit = Visit {
                connection,
                nth: visits.fetch_add(1, Ordering::Relaxed) + 1,
                spelled: tapped.as_ref().map(Tapped::names).unwrap_or_default(),
            };
            let (services, guest) = (&services, &guest);
            // Boxed, because the connection wants to move it.
            Box::pin(async move {
                match services.open(request, visit).await {
                    Opening::Respond(response) => Ok(response),
                    Opening::Upgrade(response, admitted) => {
                        *guest.lock().unwrap_or_else(PoisonError::into_inner) = Some(admitted);
                        Ok(response)
                    }
                    // hyper closes without a word when the service fails.
                    Opening::Drop => Err(io::Error::from(io::ErrorKind::ConnectionRefused)),
                }
            })
        });
        let mut connection = http1::Builder::new()
            .auto_date_header(false)
            .half_close(true)
            .serve_connection(TokioIo::new(tap), answer);
        // Not `with_upgrades`: the conversation stays in this task, so that it ends with it.
        let served = poll_fn(|context| connection.poll_without_shutdown(context)).await;
        let parts = connection.into_parts();
        if served.is_err() {
            // hyper has already answered what it could not read; nobody is left to tell.
            *guest.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
        (parts.io.into_inner().stream, parts.read_buf)
    };
    match guest.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some(guest) => guest.converse(stream, early).await,
        None => websocket::part(stream).await,
    }
}
