//! The two wires: for one request, the same bytes over TCP (where reqwest writes most of them) and in memory (where hyper
//! under our own connection does). Nothing is normalised: order, case and every blank count.

use std::time::Duration;

use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::TcpListener,
    sync::mpsc,
};
use wire::{event::FailureKind, http::Request};

use super::scene::*;
use crate::{
    drive::{Network, http_reqwest, pair},
    replay::io::Event,
};

/// Names and values.
type Headers<'a> = &'a [(&'a str, &'a str)];

/// What a peer read, and how the exchange ended: with the status of the response, or how it failed.
type Seen = (Vec<u8>, Result<u16, FailureKind>);

/// Reads one request to its end, answers it, and tells all that came before the client was gone.
async fn record(mut stream: impl AsyncRead + AsyncWrite + Unpin, told: mpsc::UnboundedSender<Vec<u8>>) {
    let mut bytes = Vec::new();
    while !is_whole(&bytes) {
        if !matches!(stream.read_buf(&mut bytes).await, Ok(1..)) {
            break;
        }
    }
    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
    // There must be no more, and if there is, it is part of what is compared.
    while let Ok(1..) = stream.read_buf(&mut bytes).await {}
    let _ = told.send(bytes);
}

fn is_whole(bytes: &[u8]) -> bool {
    let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
        return false;
    };
    let (head, body) = bytes.split_at(end + 4);
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    let field = |name| head.lines().find_map(|line| line.strip_prefix(name));
    if field("transfer-encoding: chunked").is_some() {
        return body.ends_with(b"0\r\n\r\n");
    }
    let length = field("content-length: ").map_or(0, |length| length.parse().unwrap());
    body.len() >= length
}

async fn ask(network: &Network, request: Request, told: &mut mpsc::UnboundedReceiver<Vec<u8>>) -> Seen {
    let mut events = Script::run_in(network, [exchange(1, request, None), answered()]).await;
    match events.pop() {
        Some(Event::Responded { response, .. }) => (next(told).await, Ok(response.status)),
        // It failed before a byte was sent, or the peer would have answered.
        Some(Event::ExchangeFailed { failure, .. }) => (Vec::new(), Err(failure.kind)),
        other => panic!("{other:?}"),
    }
}

/// What goes over each of the wires.
async fn over_both(make: impl Fn(u16) -> Request) -> [Seen; 2] {
    let (told, mut heard) = mpsc::unbounded_channel();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let serving = tokio::spawn({
        let told = told.clone();
        async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(record(stream, told.clone()));
            }
        }
    });
    let tcp = ask(&network(), make(port), &mut heard).await;
    serving.abort();
    let answer = move |_: &str, _| {
        let (near, far) = pair();
        tokio::spawn(record(far, told.clone()));
        Ok(near)
    };
    let memory = Network::in_memory(settings(), Duration::ZERO, answer).unwrap();
    [tcp, ask(&memory, make(port), &mut heard).await]
}

fn with(method: &str, path: &str, headers: Headers<'_>, body: &[u8]) -> impl Fn(u16) -> Request {
    let (method, path, body) = (method.to_owned(), path.to_owned(), body.to_vec());
    let headers: Vec<(String, String)> = headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    move |port| Request {
        method: method.clone(),
        url: format!("http://127.0.0.1:{port}{path}"),
        headers: headers.clone(),
        body: body.clone(),
        chunked: false,
    }
}

/// Whether reqwest writes it, and not our own hands, which are the same over both wires.
fn is_the_librarys(request: &Request) -> bool {
    http_reqwest::request(request).is_some()
}

async fn assert_same(make: impl Fn(u16) -> Request, told: &str) {
    let [tcp, memory] = over_both(make).await;
    let text = |seen: &Seen| format!("{:?} {}", seen.1, seen.0.escape_ascii());
    assert!(
        tcp == memory,
        "{told}\nTCP:    {}\nmemory: {}",
        text(&tcp),
        text(&memory)
    );
    assert!(tcp.1.is_err() || !tcp.0.is_empty(), "{told}");
}

#[tokio::test]
async fn what_the_library_writes_is_the_same_over_both_wires() {
    let json: &[u8] = br#"{"name":"value","list":[1,2,3]}"#;
    let long = vec![b'x'; 300_000];
    let methods = [
        "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PURGE", "get",
    ];
    for method in methods {
        for body in [&b""[..], json] {
            assert_same(with(method, "/", &[], body), method).await;
        }
    }
    assert_same(with("POST", "/long", &[], &long), "a long body").await;
    let headers: &[Headers<'_>] = &[
        &[("content-type", "application/json")],
        &[("accept", "text/plain")],
        &[
            ("user-agent", "own/1.0"),
            ("accept-encoding", "gzip"),
            ("accept-language", "zh"),
        ],
        &[
            ("x-b", "2"),
            ("x-a", "1"),
            ("cookie", "a=b; c=d"),
            ("authorization", "Basic dTpw"),
        ],
        &[("date", "Thu, 01 Jan 1970 00:00:00 GMT"), ("content-encoding", "none")],
        &[("x-empty", ""), ("x-blank", "a  b"), ("x-tab", "a\tb")],
        &[("x-latin", "caf\u{e9}"), ("x-han", "\u{4f60}\u{597d}")],
    ];
    for headers in headers {
        for (method, body) in [("GET", &b""[..]), ("POST", json)] {
            assert_same(with(method, "/path", headers, body), &format!("{headers:?}")).await;
        }
    }
    let paths = [
        "",
        "/",
        "/?",
        "/?q",
        "/a%20b/%e4%BD",
        "/a;b=c,d/e:f@g",
        "/x?a=1&a=2&b=%2F%3f+%",
        "/x?u=http://y/?z",
        "/~'()*!$",
    ];
    for path in paths {
        let make = with("GET", path, &[], b"");
        assert!(is_the_librarys(&make(1)), "{path}");
        assert_same(make, path).await;
    }
    // Characters that a URL may hold and a request line may not: whoever refuses them, both do.
    for path in ["/|", "/x?a=|", "/x?{a}", "/^", "/x?`"] {
        assert_same(with("GET", path, &[], b""), path).await;
    }
}

#[tokio::test]
async fn what_the_library_would_change_is_written_by_hand_over_both_wires() {
    let cases: &[(&str, Headers<'_>, &[u8])] = &[
        ("GET", &[("X-Upper", "a")], b""),
        ("GET", &[("x-a", "1"), ("x-a", "2")], b""),
        ("GET", &[("host", "elsewhere.example")], b""),
        ("GET", &[("Host", "elsewhere.example")], b""),
        ("POST", &[("content-length", "4")], b"body"),
        ("POST", &[("Content-Length", "0")], b""),
        ("POST", &[("connection", "close")], b"body"),
        ("GET", &[("Connection", "keep-alive"), ("User-Agent", "own")], b""),
        ("GET", &[("te", "trailers"), ("expect", "nothing")], b""),
        ("CONNECT", &[], b""),
    ];
    for (method, headers, body) in cases {
        let make = with(method, "/x?y", headers, body);
        assert!(!is_the_librarys(&make(1)), "{method} {headers:?}");
        assert_same(make, &format!("{method} {headers:?}")).await;
    }
    let plain = with("PUT", "/x", &[("x-a", "1")], b"a body in chunks");
    let chunked = |port| Request {
        chunked: true,
        ..plain(port)
    };
    assert_same(chunked, "in chunks").await;
}
