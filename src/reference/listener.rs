//! Accepts connections and carries each from HTTP into its conversation. It must never know what is said in one.
//!
//! One task a connection, all owned by the accepting future: dropping that ends them.

use std::{
    future::poll_fn,
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, Response, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    task::JoinSet,
};

use super::{websocket, ws_service};

/// Thousands of clients may connect in one burst; the system cuts this down to its own limit.
const BACKLOG: u32 = 4096;

/// What answers a request.
pub enum Opening {
    /// An ordinary response.
    Respond(Response<Full<Bytes>>),
    /// A 101, after which the guest takes the connection over.
    Upgrade(Response<Full<Bytes>>, ws_service::Guest),
    /// No response: the connection is closed.
    #[expect(
        dead_code,
        reason = "the lawful reading of a refusal as a TCP close (AMB-A3) needs it; no fault does"
    )]
    Drop,
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

/// Accepts until it is dropped.
pub async fn serve(listener: TcpListener, service: Arc<ws_service::Service>) -> io::Result<()> {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(attend(stream, Arc::clone(&service)));
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
            Some(_) = connections.join_next() => {}
        }
    }
}

/// One connection, from its first byte to its last.
async fn attend(stream: TcpStream, service: Arc<ws_service::Service>) {
    // Replies are small and awaited: waiting to fill a segment would only delay them. Failing is harmless.
    let _ = stream.set_nodelay(true);
    let guest = Mutex::new(None);
    let (stream, early) = {
        let answer = service_fn(|request: Request<Incoming>| {
            let opening = service.open(&request.into_parts().0);
            let response = match opening {
                Opening::Respond(response) => Ok(response),
                Opening::Upgrade(response, admitted) => {
                    *guest.lock().unwrap_or_else(PoisonError::into_inner) = Some(admitted);
                    Ok(response)
                }
                // hyper closes without a word when the service fails.
                Opening::Drop => Err(io::Error::from(io::ErrorKind::ConnectionRefused)),
            };
            std::future::ready(response)
        });
        let mut connection = http1::Builder::new()
            .auto_date_header(false)
            .half_close(true)
            .serve_connection(TokioIo::new(stream), answer);
        // Not `with_upgrades`: the conversation stays in this task, so that it ends with it.
        let served = poll_fn(|context| connection.poll_without_shutdown(context)).await;
        let parts = connection.into_parts();
        if served.is_err() {
            // hyper has already answered what it could not read; nobody is left to tell.
            *guest.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
        (parts.io.into_inner(), parts.read_buf)
    };
    match guest.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some(guest) => guest.converse(stream, early).await,
        None => websocket::part(stream).await,
    }
}
