//! Certificates that must not be trusted.

use std::sync::Arc;

use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use tokio_rustls::rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};

use super::behaviours::Certificate;

/// A server's TLS, and the authority that the profile trusts, in PEM: without it a certificate that is expired or of another
/// name would be refused for being unknown.
pub fn server(kind: Certificate) -> (Arc<ServerConfig>, Option<String>) {
    let name = match kind {
        Certificate::OtherName => "elsewhere.example",
        Certificate::Expired | Certificate::SelfSigned => "localhost",
    };
    let mut params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
    if kind == Certificate::Expired {
        params.not_before = date_time_ymd(2019, 1, 1);
        params.not_after = date_time_ymd(2020, 1, 1);
    }
    let key = KeyPair::generate().expect("a key");
    let certificate = params.self_signed(&key).expect("a certificate");
    let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], private)
        .expect("a configuration");
    let trusted = (kind != Certificate::SelfSigned).then(|| certificate.pem());
    (Arc::new(config), trusted)
}
