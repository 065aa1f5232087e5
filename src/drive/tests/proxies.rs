//! A proxy, only where it is asked for.

use crate::drive::{Network, Proxy, Settings, reach};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    sync::mpsc,
};
use wire::event::FailureKind;

use super::scene::*;

/// A proxy that plays the target itself: it opens the tunnel with `answer`, then answers what comes with `reply`.
async fn proxy(answer: &'static str, reply: &'static str) -> (Network, mpsc::UnboundedReceiver<String>) {
    let (told, heard) = mpsc::unbounded_channel();
    let port = peer(move |mut stream| {
        let told = told.clone();
        async move {
            let asked = head(&mut stream).await;
            let tunnel = asked.starts_with("CONNECT ");
            told.send(asked).unwrap();
            if tunnel {
                stream.write_all(answer.as_bytes()).await.unwrap();
                told.send(head(&mut stream).await).unwrap();
            }
            // The client may have given up by now.
            let _ = stream.write_all(reply.as_bytes()).await;
            let _ = stream.read(&mut [0; 64]).await;
        }
    })
    .await;
    let settings = Settings {
        proxy: Some(Proxy {
            host: "127.0.0.1".into(),
            port,
        }),
        ..settings()
    };
    (Network::new(settings).unwrap(), heard)
}

#[tokio::test]
async fn every_connection_goes_through_the_proxy_that_is_asked_for() {
    const REFUSED: &str = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n";
    for message_mode in [true, false] {
        let (network, mut heard) = proxy("HTTP/1.1 200 OK\r\n\r\n", REFUSED).await;
        let mut dial = dial(9, message_mode);
        dial.host = "target.invalid".into();
        let events = Script::run_in(&network, [open(dial), opened()]).await;
        assert_eq!(response(&events).status, 403);
        let asked = next(&mut heard).await;
        assert!(
            asked.starts_with("CONNECT target.invalid:9 HTTP/1.1\r\nHost: target.invalid:9\r\n"),
            "{asked}"
        );
        assert!(next(&mut heard).await.starts_with("GET "));
    }
    const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
    // By reqwest, and by hand because a name is spelled with capitals.
    for (headers, first) in [
        (&[][..], "GET http://target.invalid:9/ "),
        (&[("X-A", "1")][..], "CONNECT target.invalid:9 "),
    ] {
        let (network, mut heard) = proxy("HTTP/1.1 200 OK\r\n\r\n", OK).await;
        let mut request = get(9, headers);
        request.url = "http://target.invalid:9/".into();
        let events = Script::run_in(&network, [exchange(0, request, None), answered()]).await;
        assert_eq!(response(&events).body, b"hi");
        let asked = next(&mut heard).await;
        assert!(asked.starts_with(first), "{asked}");
    }
}

#[tokio::test]
async fn a_proxy_that_refuses_is_told_apart_from_the_target() {
    let (network, _heard) = proxy("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "").await;
    let failure = reach(&network, "target.invalid", 9, false).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Unreachable);
    assert_eq!(failure.text, "through the proxy: it refused with status 407");
}
