//! TLS, with an authority that is trusted and one that is not.

use std::sync::Arc;

use crate::{
    drive::{Network, Settings, network::SettingsError, reach},
    replay::io::Dial,
};
use rustls::{
    ServerConfig,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};
use tokio::io::AsyncWriteExt;
use tokio_rustls::TlsAcceptor;
use wire::{
    event::FailureKind,
    frame::{Frame, Opcode},
    http::Request,
};

use super::scene::*;

/// A TLS server for "localhost" that answers with `bytes`: its port and its certificate in PEM.
async fn secure(bytes: Vec<u8>) -> (u16, Vec<u8>) {
    let key = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let pem = key.cert.pem().into_bytes();
    let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.signing_key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![key.cert.der().clone()], private)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let port = peer(move |stream| {
        let (acceptor, bytes) = (acceptor.clone(), bytes.clone());
        async move {
            if let Ok(mut stream) = acceptor.accept(stream).await {
                head(&mut stream).await;
                stream.write_all(&bytes).await.unwrap();
                stream.shutdown().await.unwrap();
            }
        }
    })
    .await;
    (port, pem)
}

fn trusting(pem: Vec<u8>) -> Network {
    Network::new(Settings {
        ca_file: Some(pem),
        ..settings()
    })
    .unwrap()
}

fn secure_dial(port: u16, host: &str, message_mode: bool) -> Dial {
    Dial {
        secure: true,
        host: host.into(),
        ..dial(port, message_mode)
    }
}

#[tokio::test]
async fn a_trusted_authority_is_enough_and_an_unknown_one_is_not() {
    let frame = Frame::new(Opcode::Text, "safe").encode(None);
    let (port, pem) = secure([SWITCHING, &frame].concat()).await;
    let network = trusting(pem);
    for message_mode in [true, false] {
        let events = Script::run_in(&network, [open(secure_dial(port, "localhost", message_mode)), over()]).await;
        assert_eq!(received(&events)[0].text(), Some("safe"));
        let events = Script::run([open(secure_dial(port, "localhost", message_mode)), over()]).await;
        let failure = failure(&events);
        assert_eq!(failure.kind, FailureKind::Tls);
        assert!(failure.text.contains("authority"), "{}", failure.text);
    }
    assert_eq!(reach(&network, "localhost", port, true).await, Ok(()));
    let wrong_name = Script::run_in(&network, [open(secure_dial(port, "127.0.0.1", true)), over()]).await;
    assert!(failure(&wrong_name).text.contains("another name"));
}

#[tokio::test]
async fn https_has_the_same_trust_in_both_ways() {
    let (port, pem) = secure(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nsafe".to_vec()).await;
    let network = trusting(pem);
    for name in ["x-a", "X-A"] {
        let request = Request {
            url: format!("https://localhost:{port}/"),
            ..get(port, &[(name, "1")])
        };
        let events = Script::run_in(&network, [exchange(1, request.clone(), None), answered()]).await;
        assert_eq!(response(&events).body, b"safe", "{name}");
        let events = Script::run([exchange(1, request, None), answered()]).await;
        assert_eq!(failed(&events), FailureKind::Tls, "{name}");
    }
}

#[tokio::test]
async fn a_server_without_tls_gets_a_hint() {
    let port = peer(|mut stream| async move {
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        gone(&mut stream).await;
    })
    .await;
    let events = Script::run([open(secure_dial(port, "localhost", true)), over()]).await;
    let failure = failure(&events);
    assert_eq!(failure.kind, FailureKind::Tls);
    assert!(failure.text.contains("without TLS"), "{}", failure.text);
    let preflight = reach(&network(), "localhost", port, true).await;
    assert_eq!(preflight.map_err(|failure| failure.kind), Err(FailureKind::Tls));
}

#[test]
fn certificates_that_cannot_be_read_are_the_authors_mistake() {
    for pem in [
        &b"nothing"[..],
        b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    ] {
        let made = Network::new(Settings {
            ca_file: Some(pem.to_vec()),
            ..settings()
        });
        assert!(matches!(made, Err(SettingsError::Authority(_))), "{made:?}");
    }
}
