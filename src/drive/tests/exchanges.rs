//! HTTP, through reqwest and by hand.

use crate::{
    drive::{Network, Settings},
    replay::io::Event,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    sync::mpsc,
};
use wire::{event::FailureKind, http::Request};

use super::scene::*;

/// A header that reqwest sends as it is written, and one that it does not.
const WAYS: [(&str, &str); 2] = [("x-way", "library"), ("X-Way", "by hand")];

/// A peer that answers every request with `answer`, keeps the connection, and shows what it read: the number of the
/// connection, then the head.
async fn recording(answer: &'static str) -> (u16, mpsc::UnboundedReceiver<String>) {
    let (seen, peer_saw) = mpsc::unbounded_channel();
    let count = std::sync::atomic::AtomicUsize::new(0);
    let port = peer(move |mut stream| {
        let seen = seen.clone();
        let number = count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        async move {
            loop {
                let head = head(&mut stream).await;
                if head.is_empty() || stream.write_all(answer.as_bytes()).await.is_err() {
                    return;
                }
                let _ = seen.send(format!("{number} {head}"));
            }
        }
    })
    .await;
    (port, peer_saw)
}

#[tokio::test]
async fn both_ways_bring_the_response_and_follow_no_redirect() {
    for way in WAYS {
        let (port, mut peer_saw) = recording(
            "HTTP/1.1 302 Over There\r\nlocation: /elsewhere\r\nx-a: 1\r\nx-a: 2\r\ncontent-length: 4\r\n\r\nbody",
        )
        .await;
        let events = Script::run([exchange(1, get(port, &[way]), None), answered()]).await;
        let response = response(&events);
        assert_eq!((response.status, response.reason.as_str()), (302, "Over There"));
        assert_eq!(response.header("x-a").collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!(response.body, b"body");
        let head = next(&mut peer_saw).await;
        assert!(head.starts_with("0 GET /path?q=1 HTTP/1.1\r\n"), "{head}");
        assert!(head.contains(&format!("\r\n{}: {}\r\n", way.0, way.1)), "{head}");
        assert!(peer_saw.try_recv().is_err(), "it asked again");
    }
}

#[tokio::test]
async fn by_hand_nothing_is_mended_and_only_host_is_added() {
    let (port, mut peer_saw) = recording("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
    let mut request = get(port, &[("X-UPPER", "a"), ("dup", "1"), ("dup", "2")]);
    request.url = format!("http://127.0.0.1:{port}/a/../b?x=\"'");
    let events = Script::run([exchange(1, request, None), answered()]).await;
    assert_eq!(response(&events).headers, [("Content-Length".into(), "0".into())]);
    assert_eq!(
        next(&mut peer_saw).await,
        format!("0 GET /a/../b?x=\"' HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nX-UPPER: a\r\ndup: 1\r\ndup: 2\r\n\r\n")
    );
}

#[tokio::test]
async fn the_library_adds_accept_and_nothing_else() {
    let (port, mut peer_saw) = recording("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
    Script::run([exchange(1, get(port, &[("x-a", "1")]), None), answered()]).await;
    assert_eq!(
        next(&mut peer_saw).await,
        format!("0 GET /path?q=1 HTTP/1.1\r\nx-a: 1\r\naccept: */*\r\nhost: 127.0.0.1:{port}\r\n\r\n")
    );
}

#[tokio::test]
async fn a_named_connection_carries_its_requests_in_order() {
    let (port, mut peer_saw) = recording("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await;
    let ask = |number, name| exchange(number, get(port, &[("n", &number.to_string())]), name);
    let events = Script::run([
        ask(1, Some("a")),
        ask(2, Some("a")),
        ask(3, Some("a")),
        ask(4, Some("b")),
        Step::Until(|event| matches!(event, Event::Responded { exchange: 3, .. })),
        Step::Until(|event| matches!(event, Event::Responded { exchange: 4, .. })),
    ])
    .await;
    assert_eq!(events.len(), 4, "{events:?}");
    let mut asked = Vec::new();
    for _ in 0..4 {
        let head = next(&mut peer_saw).await;
        let number = head.split("\r\nn: ").nth(1).unwrap()[..1].to_owned();
        asked.push((number, head[..1].to_owned()));
    }
    let connection = |number: &str| &asked.iter().find(|(asked, _)| asked == number).unwrap().1;
    assert_eq!(connection("1"), connection("2"));
    assert_eq!(connection("1"), connection("3"));
    assert_ne!(connection("1"), connection("4"));
    let order: Vec<_> = asked
        .iter()
        .map(|(number, _)| number.as_str())
        .filter(|number| *number != "4")
        .collect();
    assert_eq!(order, ["1", "2", "3"]);
}

#[tokio::test]
async fn a_connection_that_the_server_closed_is_not_used_again() {
    // With a word of warning, and without.
    for warning in ["Connection: close\r\n", ""] {
        let port = answering(format!("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n{warning}\r\nok")).await;
        let events = Script::run([
            exchange(1, get(port, &[]), Some("a")),
            answered(),
            exchange(2, get(port, &[]), Some("a")),
            Step::Until(|event| matches!(event, Event::Responded { exchange: 2, .. })),
        ])
        .await;
        assert_eq!(events.len(), 2, "{events:?}");
    }
}

#[tokio::test]
async fn bodies_are_read_by_length_by_chunks_and_to_the_end() {
    for way in WAYS {
        for answer in [
            "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nb\r\n3\r\nody\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\n\r\nbody",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody",
        ] {
            let port = answering(answer).await;
            let events = Script::run([exchange(1, get(port, &[way]), None), answered()]).await;
            assert_eq!(response(&events).body, b"body", "{way:?} {answer}");
        }
        let port = answering("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n").await;
        let request = Request {
            method: "HEAD".into(),
            ..get(port, &[way])
        };
        let events = Script::run([exchange(1, request, None), answered()]).await;
        assert_eq!((response(&events).status, response(&events).body), (200, vec![]));
    }
}

#[tokio::test]
async fn wrong_responses_fail_by_their_kind() {
    for (answer, kind) in [
        ("", FailureKind::Closed),
        ("HTTP/1.1 200 OK\r\nContent-Le", FailureKind::Closed),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
            FailureKind::Closed,
        ),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nbo",
            FailureKind::Closed,
        ),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            FailureKind::Malformed,
        ),
        ("HTTP/1.1 200 OK\r\nContent-Length: ten\r\n\r\n", FailureKind::Malformed),
        ("no response at all\r\n\r\n", FailureKind::Malformed),
    ] {
        for way in WAYS {
            let port = answering(answer).await;
            let events = Script::run([exchange(1, get(port, &[way]), None), answered()]).await;
            let failure = failure(&events);
            // reqwest says "closed" of a chunk it can't read, and has no name for it.
            if !(way == WAYS[0] && answer.contains("zz")) {
                assert_eq!(failure.kind, kind, "{way:?} {answer} {}", failure.text);
            }
        }
    }
    // Only our own reader sees what is too much.
    let port = answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nlonger").await;
    let events = Script::run([exchange(1, get(port, &[WAYS[1]]), None), answered()]).await;
    assert_eq!(failed(&events), FailureKind::Malformed);
}

#[tokio::test]
async fn an_endless_body_is_too_long() {
    let network = Network::new(Settings {
        body_limit: 100_000,
        ..settings()
    })
    .unwrap();
    for way in WAYS {
        for head in ["", "Transfer-Encoding: chunked\r\n", "Content-Length: 99999999\r\n"] {
            let port = peer(move |mut stream| async move {
                super::scene::head(&mut stream).await;
                let head = format!("HTTP/1.1 200 OK\r\n{head}\r\n");
                stream.write_all(head.as_bytes()).await.unwrap();
                let chunk = [b"1000\r\n".to_vec(), vec![b'x'; 0x1000], b"\r\n".to_vec()].concat();
                while stream.write_all(&chunk).await.is_ok() {}
            })
            .await;
            let events = Script::run_in(&network, [exchange(1, get(port, &[way]), None), answered()]).await;
            let failure = failure(&events);
            assert_eq!(failure.kind, FailureKind::TooLong, "{way:?} {head}");
            // By the limit of a body: that of the row is beyond it.
            assert!(failure.text.contains("100000"), "{way:?} {head} {}", failure.text);
        }
    }
}

#[tokio::test]
async fn bodies_are_sent_whole_or_in_chunks() {
    for (name, chunked) in [("x-a", false), ("X-A", false), ("x-a", true)] {
        let (seen, mut peer_saw) = mpsc::unbounded_channel();
        let port = peer(move |mut stream| {
            let seen = seen.clone();
            async move {
                let head = head(&mut stream).await;
                let mut body = vec![0; if chunked { 19 } else { 4 }];
                stream.read_exact(&mut body).await.unwrap();
                seen.send((head.to_lowercase(), String::from_utf8(body).unwrap()))
                    .unwrap();
                stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.unwrap();
            }
        })
        .await;
        let request = Request {
            method: "PUT".into(),
            body: b"body".to_vec(),
            chunked,
            ..get(port, &[(name, "1")])
        };
        let events = Script::run([exchange(1, request, None), answered()]).await;
        assert_eq!(response(&events).status, 204);
        let (head, body) = next(&mut peer_saw).await;
        if chunked {
            assert!(
                head.contains("transfer-encoding: chunked") && !head.contains("content-length"),
                "{head}"
            );
            assert_eq!(body, "2\r\nbo\r\n2\r\ndy\r\n0\r\n\r\n");
        } else {
            assert!(head.contains("content-length: 4\r\n"), "{head}");
            assert_eq!(body, "body");
        }
    }
}

#[tokio::test]
async fn an_early_answer_is_read_though_the_request_is_not() {
    let port = peer(|mut stream| async move {
        head(&mut stream).await;
        stream
            .write_all(b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n")
            .await
            .unwrap();
        // Keeps the connection and reads nothing.
        std::future::pending::<()>().await;
    })
    .await;
    let request = Request {
        method: "POST".into(),
        body: vec![0; 12 << 20],
        ..get(port, &[WAYS[1]])
    };
    let events = Script::run([exchange(1, request, None), answered()]).await;
    assert_eq!(response(&events).status, 413);
}

#[tokio::test]
async fn a_url_that_leads_nowhere_is_the_harness_or_unreachable() {
    for (url, kind) in [
        ("nothing", FailureKind::Harness),
        ("http://user:pass@127.0.0.1/", FailureKind::Harness),
        ("http://name.invalid/", FailureKind::Unreachable),
        ("http://NAME.invalid/", FailureKind::Unreachable),
    ] {
        let request = Request {
            url: url.into(),
            ..get(1, &[])
        };
        let events = Script::run([exchange(1, request, None), answered()]).await;
        let failure = failure(&events);
        assert_eq!(failure.kind, kind, "{url}: {}", failure.text);
        assert!(
            !failure.text.contains("pass") && !failure.text.contains("invalid"),
            "{}",
            failure.text
        );
    }
}

#[tokio::test]
async fn silence_is_a_timeout_and_a_closed_port_unreachable_in_both_ways() {
    for way in WAYS {
        let silent = peer(|mut stream| async move { gone(&mut stream).await }).await;
        let ask = crate::replay::io::Action::Exchange {
            exchange: 1,
            request: get(silent, &[way]),
            connection: None,
            deadline: std::time::Duration::from_millis(80),
        };
        let events = Script::run([act(ask), answered()]).await;
        assert_eq!(failed(&events), FailureKind::Timeout, "{way:?}");

        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let closed = socket.local_addr().unwrap().port();
        let events = Script::run([exchange(1, get(closed, &[way]), None), answered()]).await;
        assert_eq!(failed(&events), FailureKind::Unreachable, "{way:?}");
    }
}
