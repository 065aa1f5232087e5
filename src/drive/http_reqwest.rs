//! HTTP through reqwest, for requests that it sends as they are written; it may agree on HTTP/2.
//!
//! It adds `accept: */*`, which means the same as nothing (RFC 9110 §12.5.1), and must be kept from adding anything
//! else: no redirect, no proxy, no referer, no second try, no decoding.

use std::{error::Error, io, sync::Arc};

use hyper::http::Extensions;
use reqwest::{
    Client, Method, StatusCode, Url, Version,
    header::{HeaderMap, HeaderName, HeaderValue},
    redirect, retry,
};
use rustls::ClientConfig;

use super::{
    budget::Budget,
    failure,
    resolver::{Pins, Resolver},
    settings::{Proxy, Settings},
};
use wire::{
    event::{Failure, FailureKind},
    http::{Request, Response},
};

/// As many header lines as our own reader takes.
pub(super) const MAX_HEADERS: usize = 256;
/// Names that reqwest writes, or reads, itself.
const ITS_OWN: [&str; 10] = [
    "connection",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

pub(super) fn client(mut tls: ClientConfig, names: &Arc<Resolver>, settings: &Settings) -> Result<Client, String> {
    tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let builder = Client::builder()
        .tls_backend_preconfigured(tls)
        .dns_resolver(Pins(Arc::clone(names)))
        .connect_timeout(settings.connect)
        .redirect(redirect::Policy::none())
        .referer(false)
        .no_proxy()
        .retry(retry::never())
        .http1_max_headers(MAX_HEADERS)
        // A connection for each request: one that a server closes just when it is used again would look like a fault of
        // the server, and one that outlives its row would be a leak. Cases that want to share one name it.
        .pool_max_idle_per_host(0);
    let proxied = match &settings.proxy {
        None => Ok(builder),
        Some(Proxy { host, port }) => {
            reqwest::Proxy::all(format!("http://{host}:{port}")).map(|proxy| builder.proxy(proxy))
        }
    };
    proxied
        .and_then(reqwest::ClientBuilder::build)
        .map_err(|error| format!("the HTTP client can't be set up: {}", error.without_url()))
}

/// The request as reqwest would send it; `None` if that would not be what is written.
pub(super) fn request(request: &Request) -> Option<reqwest::Request> {
    let url = Url::parse(&request.url).ok()?;
    let unchanged = url.as_str() == request.url || url.as_str().strip_suffix('/') == Some(&request.url);
    let plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    if request.chunked || !unchanged || !plain || !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    let method = Method::from_bytes(request.method.as_bytes())
        .ok()
        .filter(|method| *method != Method::CONNECT)?;
    let mut headers = HeaderMap::new();
    for (name, value) in &request.headers {
        if name.bytes().any(|byte| byte.is_ascii_uppercase()) || ITS_OWN.contains(&name.as_str()) {
            return None;
        }
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        let value = HeaderValue::from_bytes(value.as_bytes()).ok()?;
        if headers.insert(name, value).is_some() {
            return None;
        }
    }
    let mut built = reqwest::Request::new(method, url);
    *built.headers_mut() = headers;
    if !request.body.is_empty() {
        *built.body_mut() = Some(request.body.clone().into());
    }
    Some(built)
}

/// Sends it. The caller bounds the time.
pub(super) async fn exchange(
    client: &Client,
    request: reqwest::Request,
    body_limit: usize,
    budget: &Budget,
) -> Result<Response, Failure> {
    let mut incoming = client.execute(request).await.map_err(|error| from_library(&error))?;
    let status = incoming.status();
    let reason = reason(status, incoming.version(), incoming.extensions());
    let headers = headers(incoming.headers());
    let mut body = Vec::new();
    while let Some(chunk) = incoming.chunk().await.map_err(|error| from_library(&error))? {
        // reqwest's socket is out of reach: what it hands over is counted instead.
        budget
            .check()
            .map_err(|spent| failure::from_io(&io::Error::other(spent)))?;
        budget.take(chunk.len());
        if body.len() + chunk.len() > body_limit {
            return Err(failure::too_long("the body", body_limit, body));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Response {
        status: status.as_u16(),
        reason,
        headers,
        body,
    })
}

/// HTTP/2 has no reason phrase; HTTP/1.1's is told only if it is not the usual one.
pub(super) fn reason(status: StatusCode, version: Version, extensions: &Extensions) -> String {
    match extensions.get::<hyper::ext::ReasonPhrase>() {
        Some(reason) => String::from_utf8_lossy(reason.as_bytes()).into_owned(),
        None if version == Version::HTTP_2 => String::new(),
        None => status.canonical_reason().unwrap_or_default().to_owned(),
    }
}

pub(super) fn headers(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.as_str().to_owned(), value)
        })
        .collect()
}

/// What a library's error says of the wire. Its own text may quote an address, so only what lies under it is used.
pub(super) fn from_library(error: &reqwest::Error) -> Failure {
    if error.is_builder() {
        return failure::harness("the request can't be made");
    }
    if error.is_dns() {
        return failure::unreachable("the host's name has no address");
    }
    let (found, certain) = under(error.source());
    // After the sources: a connection that failed for a reason has told it.
    if !certain && (error.is_timeout() || error.is_connect()) {
        return failure::unreachable("no connection was made in time");
    }
    found
}

/// What the errors under a library's error say of the wire, and whether one of them knows for certain.
pub(super) fn under(mut source: Option<&(dyn Error + 'static)>) -> (Failure, bool) {
    let mut unknown = failure::closed("the peer broke the exchange off");
    while let Some(inner) = source {
        if let Some(error) = inner.downcast_ref::<io::Error>() {
            let found = failure::from_io(error);
            // An error that wraps another has no kind of its own; the one below may.
            if found.kind != FailureKind::Harness || error.raw_os_error().is_some() {
                return (found, true);
            }
        }
        if let Some(error) = inner.downcast_ref::<rustls::Error>() {
            return (failure::from_tls(error), true);
        }
        if let Some(error) = inner.downcast_ref::<hyper::Error>() {
            if error.is_parse_too_large() {
                unknown = Failure {
                    kind: FailureKind::TooLong,
                    text: "the head of the response is too long".to_owned(),
                    cut: None,
                };
            } else if error.is_parse() {
                unknown = failure::malformed(format!("what came is no HTTP response: {error}"));
            } else if error.is_incomplete_message() {
                unknown = failure::closed("the peer ended the connection before a whole response");
            }
        }
        source = inner.source();
    }
    (unknown, false)
}
