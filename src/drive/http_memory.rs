//! What [`super::http_reqwest`] sends, over a stream that reqwest can't be given: hyper's client under our own connection.
//!
//! The bytes are those that reqwest would put on the wire; a test compares them.

use std::{future::poll_fn, pin::pin, rc::Rc};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::{
    Uri,
    client::conn::http1,
    header::{ACCEPT, HOST, HeaderValue},
};
use hyper_util::rt::TokioIo;

use super::{
    budget::Budget,
    connect::connect,
    failure,
    http_reqwest::{MAX_HEADERS, headers, reason, under},
    network::{Network, Permit},
};
use wire::{event::Failure, http::Response};

/// Sends it. The caller bounds the time.
pub(super) async fn exchange(
    network: &Network,
    request: reqwest::Request,
    budget: Rc<Budget>,
    permit: Permit,
) -> Result<Response, Failure> {
    let url = request.url();
    let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else {
        return Err(failure::harness("the URL of a request has no host"));
    };
    let socket = connect(network, host, port, url.scheme() == "https", budget, permit).await?;
    let outgoing =
        outgoing(&request).map_err(|error| failure::harness(format!("the request can't be made: {error}")))?;
    let (mut sender, connection) = http1::Builder::new()
        .max_headers(MAX_HEADERS)
        .handshake(TokioIo::new(socket))
        .await
        .map_err(|error| of_hyper(&error))?;
    let limit = network.settings().body_limit;
    let asking = async {
        let mut incoming = sender.send_request(outgoing).await.map_err(|error| of_hyper(&error))?;
        let mut body = Vec::new();
        while let Some(frame) = incoming.frame().await {
            let frame = frame.map_err(|error| of_hyper(&error))?;
            let chunk = frame.data_ref().map_or(&[][..], |bytes| bytes);
            if body.len() + chunk.len() > limit {
                return Err(failure::too_long("the body", limit, body));
            }
            body.extend_from_slice(chunk);
        }
        Ok(Response {
            status: incoming.status().as_u16(),
            reason: reason(incoming.status(), incoming.version(), incoming.extensions()),
            headers: headers(incoming.headers()),
            body,
        })
    };
    let (mut asking, mut connection) = (pin!(asking), pin!(connection));
    let mut over = false;
    poll_fn(|cx| {
        // What ends it is told to whoever asks.
        over = over || connection.as_mut().poll(cx).is_ready();
        asking.as_mut().poll(cx)
    })
    .await
}

/// The request, with what reqwest and the client under it add.
fn outgoing(request: &reqwest::Request) -> Result<hyper::Request<Full<Bytes>>, hyper::http::Error> {
    let url = request.url();
    let path = &url[url::Position::BeforePath..];
    let mut outgoing = hyper::Request::new(Full::from(
        request
            .body()
            .and_then(reqwest::Body::as_bytes)
            .map(Bytes::copy_from_slice)
            .unwrap_or_default(),
    ));
    *outgoing.method_mut() = request.method().clone();
    *outgoing.uri_mut() = path.parse::<Uri>()?;
    let headers = outgoing.headers_mut();
    headers.extend(request.headers().clone());
    headers.entry(ACCEPT).or_insert(HeaderValue::from_static("*/*"));
    let host = match (url.host_str().unwrap_or_default(), url.port()) {
        (host, Some(port)) => format!("{host}:{port}"),
        (host, None) => host.to_owned(),
    };
    headers.insert(HOST, HeaderValue::from_str(&host)?);
    Ok(outgoing)
}

/// What hyper's error says of the wire.
fn of_hyper(error: &hyper::Error) -> Failure {
    under(Some(error)).0
}
