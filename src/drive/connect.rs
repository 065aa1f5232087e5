//! A name and a port into a connection, with TLS if asked for.

use std::{cell::Cell, io, net::SocketAddr, rc::Rc, time::Duration};

use rustls::pki_types::ServerName;
use tokio::{
    io::AsyncWriteExt as _,
    net::TcpStream,
    time::{Instant, timeout},
};

use super::{
    budget::Budget,
    failure,
    head::head,
    network::{Medium, Network, Permit},
    socket::{Bare, Metered, Socket},
};
use wire::event::{Failure, FailureKind};

/// Finds out whether somebody listens there, and speaks TLS if `secure`.
///
/// # Errors
/// Why not, at the latest after twice the time that a connection may take.
pub async fn reach(network: &Network, host: &str, port: u16, secure: bool) -> Result<(), Failure> {
    let budget = Rc::new(network.budget());
    // No row waits behind this: it may go first.
    let permit = network.permit(&Rc::new(Cell::new(0))).await;
    let stream = match way(network, host, port).await {
        Ok(stream) => stream,
        // Somebody is there, and hangs up.
        Err(failure) if failure.kind == FailureKind::Reset => return Ok(()),
        Err(failure) => return Err(failure),
    };
    if secure {
        let stream = Metered::new(stream, budget, permit);
        timeout(network.settings().connect, handshake(network, host, stream))
            .await
            .unwrap_or_else(|_| Err(failure::timeout("the server does not finish the TLS handshake")))?;
    }
    Ok(())
}

/// Connects. The caller bounds the time.
pub(super) async fn connect(
    network: &Network,
    host: &str,
    port: u16,
    secure: bool,
    budget: Rc<Budget>,
    permit: Permit,
) -> Result<Socket, Failure> {
    let stream = Metered::new(way(network, host, port).await?, budget, permit);
    if secure {
        handshake(network, host, stream).await
    } else {
        Ok(Socket::Plain(stream))
    }
}

/// A way for bytes to the target: straight, or through a tunnel (RFC 9110 §9.3.6).
async fn way(network: &Network, host: &str, port: u16) -> Result<Bare, Failure> {
    let Some(proxy) = &network.settings().proxy else {
        return dial(network, host, port).await;
    };
    let through = |failure: Failure| failure::unreachable(format!("through the proxy: {}", failure.text));
    let mut stream = dial(network, &proxy.host, proxy.port).await.map_err(through)?;
    let tunnel = async {
        let request = format!("CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n");
        stream
            .write_all(request.as_bytes())
            .await
            .map_err(|error| failure::from_io(&error))?;
        let mut rest = Vec::new();
        let response = head(&mut stream, &mut rest, network.settings().handshake_limit).await?;
        match response.status {
            200..300 if rest.is_empty() => Ok(()),
            200..300 => Err(failure::malformed("the proxy sent something before the target could")),
            status => Err(failure::unreachable(format!("it refused with status {status}"))),
        }
    };
    timeout(network.settings().connect, tunnel)
        .await
        .unwrap_or_else(|_| Err(failure::timeout("it does not answer")))
        .map_err(through)?;
    Ok(stream)
}

async fn dial(network: &Network, host: &str, port: u16) -> Result<Bare, Failure> {
    match network.medium() {
        Medium::Tcp => tcp(network, host, port).await.map(Bare::Tcp),
        Medium::Memory(answer) => answer(host, port)
            .map(Bare::Memory)
            .map_err(|error| failure::from_io(&error)),
    }
}

async fn tcp(network: &Network, host: &str, port: u16) -> Result<TcpStream, Failure> {
    let limit = network.settings().connect;
    let deadline = Instant::now() + limit;
    let silent = || failure::unreachable(format!("no connection within {}", in_words(limit)));
    let addresses = match timeout(limit, network.resolver().resolve(bare(host))).await {
        Ok(Ok(addresses)) => addresses,
        Ok(Err(_)) => return Err(failure::unreachable("the host's name has no address")),
        Err(_) => return Err(failure::unreachable("the host's name was not resolved in time")),
    };
    let mut last = silent();
    let mut left = addresses.in_order();
    while let Some((place, address)) = left.next() {
        // Each address gets its share of the time, so that a silent one does not hide one that answers.
        let share = deadline.saturating_duration_since(Instant::now()) / (left.len() as u32 + 1);
        match timeout(share, TcpStream::connect(SocketAddr::new(address, port))).await {
            Ok(Ok(stream)) => {
                addresses.took(place);
                // Without it the pieces of a write would be gathered into one segment. It fails only on a connection that is
                // over already: the next read tells how.
                let _ = stream.set_nodelay(true);
                return Ok(stream);
            }
            Ok(Err(error)) => last = failure::from_io(&error),
            Err(_) => last = silent(),
        }
    }
    Err(last)
}

async fn handshake(network: &Network, host: &str, stream: Metered) -> Result<Socket, Failure> {
    let name = ServerName::try_from(bare(host).to_owned())
        .map_err(|_| failure::tls("the host's name can't be in a certificate"))?;
    let stream = network
        .tls()?
        .connect(name, stream)
        .await
        .map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => {
                failure::tls("the server ended the connection instead of finishing the TLS handshake")
            }
            _ => match failure::from_io(&error) {
                // Nothing that happens at this stage is the harness's doing.
                Failure {
                    kind: FailureKind::Harness,
                    text,
                    ..
                } => failure::tls(text),
                other => other,
            },
        })?;
    Ok(Socket::Secure(Box::new(stream)))
}

/// An IPv6 address without the brackets that it has in a URL.
fn bare(host: &str) -> &str {
    host.strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .unwrap_or(host)
}

fn in_words(time: Duration) -> String {
    format!("{time:?}")
}
