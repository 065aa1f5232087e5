//! HTTP/1.1 by hand: a request as the case spells it, and a strict reading of the response.
//!
//! reqwest lower-cases names, joins what is repeated and mends URLs; here everything goes out as it stands. Only
//! what no request can do without is added if it is missing: Host, and the length of the body.

use std::{future::poll_fn, mem, pin::Pin, rc::Rc, task::Poll};

use tokio::{
    io::{AsyncRead as _, ReadBuf},
    task::yield_now,
};

use super::{
    body::{Body, Framing, framing},
    budget::Budget,
    connect::connect,
    failure,
    head::{body, head, while_writing},
    network::{Network, Permit},
    socket::Socket,
};
use wire::{
    event::Failure,
    handshake::request_bytes,
    http::{Request, Response, has_token, values},
};

/// The longest chunk of a body that is sent in chunks. Short, and never the whole body: a server is to see more than one.
const CHUNK: usize = 1 << 10;

/// A connection that may carry another request.
pub(super) struct KeptAlive {
    origin: String,
    socket: Socket,
}

/// Where a URL leads, in the words of the URL.
#[derive(Debug, PartialEq, Eq)]
struct RequestTarget<'a> {
    secure: bool,
    host: &'a str,
    port: u16,
    authority: &'a str,
    /// Path and query.
    path: String,
}

/// Sends a request, on `kept` if it leads to the same place and is still good; hands the connection back if it may carry
/// another. The caller bounds the time.
pub(super) async fn exchange(
    network: &Network,
    request: &Request,
    kept: Option<KeptAlive>,
    budget: Rc<Budget>,
    permit: Permit,
) -> Result<(Response, Option<KeptAlive>), Failure> {
    let target = target(&request.url)?;
    let origin = format!("{} {}", target.secure, target.authority);
    let kept = match kept.filter(|kept| kept.origin == origin) {
        Some(kept) => still_good(kept).await?,
        None => None,
    };
    let mut socket = match kept {
        Some(kept) => kept.socket,
        None => connect(network, target.host, target.port, target.secure, budget, permit).await?,
    };
    let bytes = written(request, &target);
    let settings = network.settings();
    let mut rest = Vec::new();
    let (read, sent) = while_writing(&mut socket, &bytes, async |reader| {
        let mut response = head(reader, &mut rest, settings.handshake_limit).await?;
        let framing = framing(&response, &request.method)?;
        if matches!(framing, Framing::Length(length) if length > settings.body_limit as u64) {
            return Err(failure::too_long("the body", settings.body_limit, mem::take(&mut rest)));
        }
        let mut incoming = Body::new(framing, settings.body_limit);
        body(reader, &mut rest, &mut incoming).await?;
        response.body = incoming.into_bytes();
        Ok((response, framing))
    })
    .await;
    let (response, framing) = read?;
    let tunnel = response.status == 101 || request.method == "CONNECT";
    if !rest.is_empty() && !tunnel {
        return Err(failure::malformed(
            "there are bytes behind the end of the response's body",
        ));
    }
    let closes = has_token(response.header("connection"), "close")
        || has_token(values(&request.headers, "connection"), "close")
        || framing == Framing::ToEnd
        || sent < bytes.len()
        || tunnel;
    Ok((response, (!closes).then_some(KeptAlive { origin, socket })))
}

/// A kept connection unless its peer has ended it in the meantime.
async fn still_good(mut kept: KeptAlive) -> Result<Option<KeptAlive>, Failure> {
    // A turn for the runtime: what it has not been told of by the kernel yet would look like silence.
    yield_now().await;
    let mut space = [0; 16];
    let mut bytes = ReadBuf::new(&mut space);
    let idle = poll_fn(|cx| {
        let read = Pin::new(&mut kept.socket).poll_read(cx, &mut bytes);
        Poll::Ready(read.is_pending())
    })
    .await;
    if idle {
        Ok(Some(kept))
    } else if bytes.filled().is_empty() {
        Ok(None)
    } else {
        Err(failure::malformed(
            "there are bytes behind the end of the last response on this connection",
        ))
    }
}

fn target(url: &str) -> Result<RequestTarget<'_>, Failure> {
    let (scheme, rest) = url
        .split_once("://")
        .ok_or_else(|| failure::harness("the URL of a request is not absolute"))?;
    let secure = match scheme.to_ascii_lowercase().as_str() {
        "http" => false,
        "https" => true,
        _ => return Err(failure::harness("the URL of a request is neither http:// nor https://")),
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    if authority.contains('@') {
        return Err(failure::harness("the URL of a request holds a user name: use a header"));
    }
    // RFC 9110 §7.1: the fragment is not sent.
    let path = path.split('#').next().unwrap_or_default();
    let path = if path.starts_with('/') {
        path.to_owned()
    } else {
        format!("/{path}")
    };
    // Only a colon behind the brackets of an IPv6 address begins a port.
    let colon = authority
        .rfind(':')
        .filter(|colon| authority.rfind(']').is_none_or(|bracket| bracket < *colon));
    let (host, port) = match colon {
        Some(colon) => (&authority[..colon], &authority[colon + 1..]),
        None => (authority, ""),
    };
    let port = match port {
        "" if secure => 443,
        "" => 80,
        port => port
            .parse()
            .map_err(|_| failure::harness("the port in the URL of a request is no port"))?,
    };
    Ok(RequestTarget {
        secure,
        host,
        port,
        authority,
        path,
    })
}

/// The bytes of a request.
fn written(request: &Request, target: &RequestTarget<'_>) -> Vec<u8> {
    let named = |name| values(&request.headers, name).next().is_some();
    let mut headers = Vec::with_capacity(request.headers.len() + 2);
    if !named("host") {
        headers.push(("Host".to_owned(), target.authority.to_owned()));
    }
    headers.extend(request.headers.iter().cloned());
    if !named("content-length") && !named("transfer-encoding") {
        // RFC 9110 §8.6: a method that has a body by its meaning says so even if it is empty.
        let wants_body = matches!(request.method.as_str(), "POST" | "PUT" | "PATCH");
        if request.chunked {
            headers.push(("Transfer-Encoding".to_owned(), "chunked".to_owned()));
        } else if wants_body || !request.body.is_empty() {
            headers.push(("Content-Length".to_owned(), request.body.len().to_string()));
        }
    }
    let mut bytes = request_bytes(&request.method, &target.path, "HTTP/1.1", &headers);
    if request.chunked {
        let size = request.body.len().div_ceil(2).clamp(1, CHUNK);
        for chunk in request.body.chunks(size) {
            bytes.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
            bytes.extend_from_slice(chunk);
            bytes.extend_from_slice(b"\r\n");
        }
        bytes.extend_from_slice(b"0\r\n\r\n");
    } else {
        bytes.extend_from_slice(&request.body);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(url: &str) -> Option<(bool, &str, u16, String)> {
        target(url)
            .ok()
            .map(|target| (target.secure, target.host, target.port, target.path))
    }

    #[test]
    fn a_url_is_taken_apart_and_not_mended() {
        assert_eq!(parts("http://h"), Some((false, "h", 80, "/".into())));
        assert_eq!(parts("HTTPS://h?q=%zz"), Some((true, "h", 443, "/?q=%zz".into())));
        assert_eq!(
            parts("http://h:8/a/../b?x y#f"),
            Some((false, "h", 8, "/a/../b?x y".into()))
        );
        assert_eq!(parts("http://[::1]:8/"), Some((false, "[::1]", 8, "/".into())));
        assert_eq!(parts("http://[::1]/"), Some((false, "[::1]", 80, "/".into())));
        for bad in ["h/x", "ftp://h/", "http://u:p@h/", "http://h:99999/"] {
            assert_eq!(parts(bad), None, "{bad}");
        }
    }

    #[test]
    fn nothing_is_added_but_host_and_length() {
        let text = |request: &Request| {
            let target = target(&request.url).map_err(|failure| failure.text);
            String::from_utf8(written(request, &target.expect("a good URL"))).expect("text")
        };
        let mut request = Request {
            method: "POST".into(),
            url: "http://h:8/p".into(),
            headers: vec![("X-A".into(), "1".into()), ("x-a".into(), "2".into())],
            body: b"abc".to_vec(),
            chunked: false,
        };
        let head = "POST /p HTTP/1.1\r\nHost: h:8\r\nX-A: 1\r\nx-a: 2\r\n";
        assert_eq!(text(&request), format!("{head}Content-Length: 3\r\n\r\nabc"));
        request.chunked = true;
        assert_eq!(
            text(&request),
            format!("{head}Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n")
        );
        request.chunked = false;
        request.headers = vec![("host".into(), "other".into()), ("content-LENGTH".into(), "9".into())];
        assert_eq!(
            text(&request),
            "POST /p HTTP/1.1\r\nhost: other\r\ncontent-LENGTH: 9\r\n\r\nabc"
        );
    }
}
