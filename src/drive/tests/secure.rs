//! TLS, with an authority that is trusted and one that is not.

use std::sync::Arc;

use crate::{
    drive::{Identity, Network, Settings, network::SettingsError, reach},
    replay::io::Dial,
};
use rcgen::{BasicConstraints, Certificate, CertificateParams, DnType, IsCa, KeyPair, date_time_ymd};
use rustls::{
    RootCertStore, ServerConfig,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    server::WebPkiClientVerifier,
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
    let own = Own::new(params());
    let pem = own.certificate.pem().into_bytes();
    (serve(own, None, bytes).await, pem)
}

/// What a certificate for "localhost" says.
fn params() -> CertificateParams {
    CertificateParams::new(vec!["localhost".to_owned()]).unwrap()
}

/// The same as most guides make it: an authority's, though no authority is meant.
fn as_in_guides() -> CertificateParams {
    let mut params = params();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
}

/// A certificate that signed itself.
struct Own {
    certificate: Certificate,
    key: KeyPair,
}

impl Own {
    fn new(params: CertificateParams) -> Self {
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        Self { certificate, key }
    }

    fn identity(&self) -> Identity {
        Identity {
            certificate: self.certificate.pem().into_bytes(),
            key: self.key.serialize_pem().into(),
        }
    }
}

/// A TLS server with this certificate that answers with `bytes` to clients with one from `clients`, if that is said: its port.
async fn serve(own: Own, clients: Option<&Own>, bytes: Vec<u8>) -> u16 {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(own.key.serialize_der()));
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .unwrap();
    let builder = match clients {
        None => builder.with_no_client_auth(),
        Some(authority) => {
            let mut roots = RootCertStore::empty();
            roots.add(authority.certificate.der().clone()).unwrap();
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            builder.with_client_cert_verifier(verifier.build().unwrap())
        }
    };
    let config = builder
        .with_single_cert(vec![own.certificate.der().clone()], private)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    peer(move |stream| {
        let (acceptor, bytes) = (acceptor.clone(), bytes.clone());
        async move {
            if let Ok(mut stream) = acceptor.accept(stream).await {
                head(&mut stream).await;
                stream.write_all(&bytes).await.unwrap();
                stream.shutdown().await.unwrap();
            }
        }
    })
    .await
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

/// What a handshake at `host` comes to in a network: the message that came, or why none did.
async fn said(network: &Network, port: u16, host: &str) -> String {
    let events = Script::run_in(network, [open(secure_dial(port, host, true)), over()]).await;
    match received(&events).first() {
        Some(message) => message.text().unwrap_or_default().to_owned(),
        None => failure(&events).text,
    }
}

fn answer() -> Vec<u8> {
    [SWITCHING, &Frame::new(Opcode::Text, "safe").encode(None)].concat()
}

#[tokio::test]
async fn a_servers_own_certificate_is_enough_though_it_is_an_authoritys() {
    let own = Own::new(as_in_guides());
    let der = own.certificate.der().to_vec();
    let marked = [b"\xEF\xBB\xBF", own.certificate.pem().as_bytes()].concat();
    // Another authority of the same name, that signed itself too.
    let other = Own::new(as_in_guides()).certificate.pem().into_bytes();
    let port = serve(own, None, answer()).await;
    for named in [der, marked] {
        let network = trusting(named);
        assert_eq!(said(&network, port, "localhost").await, "safe");
        assert!(said(&network, port, "127.0.0.1").await.contains("another name"));
    }
    let why = said(&trusting(other), port, "localhost").await;
    assert!(why.contains("CA:TRUE") && why.contains("`ca`"), "{why}");
}

#[tokio::test]
async fn a_certificate_that_is_named_is_refused_all_the_same_when_its_time_is_over() {
    for mut params in [as_in_guides(), params()] {
        params.not_before = date_time_ymd(2019, 1, 1);
        params.not_after = date_time_ymd(2020, 1, 1);
        let own = Own::new(params);
        let network = trusting(own.certificate.pem().into_bytes());
        let port = serve(own, None, answer()).await;
        assert!(said(&network, port, "localhost").await.contains("has expired"));
    }
}

#[tokio::test]
async fn a_client_certificate_is_shown_to_who_asks_and_its_lack_is_told() {
    let (own, client) = (Own::new(params()), Own::new(params()));
    let pem = own.certificate.pem().into_bytes();
    let network = |identity| {
        Network::new(Settings {
            ca_file: Some(pem.clone()),
            identity,
            ..settings()
        })
        .unwrap()
    };
    let mut elsewhere = params();
    elsewhere.distinguished_name.push(DnType::CommonName, "a stranger");
    let strangers = [Own::new(params()).identity(), Own::new(elsewhere).identity()];
    let shown = network(Some(client.identity()));
    let port = serve(own, Some(&client), answer()).await;
    assert_eq!(said(&shown, port, "localhost").await, "safe");
    let request = Request {
        url: format!("https://localhost:{port}/"),
        ..get(port, &[("x-a", "1")])
    };
    let events = Script::run_in(&network(None), [exchange(1, request, None), answered()]).await;
    assert_eq!(failed(&events), FailureKind::Tls);
    let why = said(&network(None), port, "localhost").await;
    assert!(why.contains("demands a client certificate"), "{why}");
    for stranger in strangers {
        let why = said(&network(Some(stranger)), port, "localhost").await;
        assert!(why.contains("refused the client certificate"), "{why}");
    }
}

#[test]
fn a_client_certificate_that_can_not_be_used_is_the_authors_mistake() {
    let (own, other) = (Own::new(params()), Own::new(params()));
    let locked = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
    for (certificate, key, why) in [
        (
            own.certificate.pem(),
            other.key.serialize_pem(),
            "is not the certificate's",
        ),
        (own.certificate.pem(), own.certificate.pem(), "no private key"),
        (own.certificate.pem(), locked.to_owned(), "passphrase"),
        (own.key.serialize_pem(), own.key.serialize_pem(), "no certificate"),
    ] {
        let made = Network::new(Settings {
            identity: Some(Identity {
                certificate: certificate.into_bytes(),
                key: key.into(),
            }),
            ..settings()
        });
        let told = made.map(drop).unwrap_err().to_string();
        assert!(told.contains(why), "{told}");
    }
}
