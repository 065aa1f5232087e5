//! TLS as a client: ring, this machine's authorities and the profile's, and the profile's own certificate. Nothing is ever
//! trusted blindly.

use std::sync::Arc;

use rustls::{
    ClientConfig, Error as TlsError, RootCertStore,
    client::WantsClientCert,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use secrecy::ExposeSecret as _;

use super::{settings::Identity, trust::Trust};

/// A byte order mark, as editors leave it.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";
/// The first byte of a certificate that is not armoured: a SEQUENCE of DER.
const DER: u8 = 0x30;

/// The certificates of a PEM text, or one in DER.
///
/// # Errors
/// When there is none, or one that can't be read.
pub(super) fn authorities(file: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    let all = certificates(file)?;
    let mut store = RootCertStore::empty();
    for certificate in &all {
        store
            .add(certificate.clone())
            .map_err(|error| format!("a certificate that can't be used: {error}"))?;
    }
    Ok(all)
}

fn certificates(file: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    if file.first() == Some(&DER) {
        return Ok(vec![CertificateDer::from(file.to_vec())]);
    }
    let pem = file.strip_prefix(BYTE_ORDER_MARK).unwrap_or(file);
    let all = CertificateDer::pem_slice_iter(pem)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| format!("no PEM: {error}"))?;
    if all.is_empty() {
        return Err("no certificate in it (expected PEM, -----BEGIN CERTIFICATE-----, or DER)".to_owned());
    }
    Ok(all)
}

/// How a client shows who it is: nothing but what can be used.
///
/// # Errors
/// When certificate or key can't be read, or do not belong together.
pub(super) fn check(identity: &Identity) -> Result<(), String> {
    with_identity(builder(RootCertStore::empty(), &[])?, Some(identity)).map(drop)
}

/// A configuration that trusts this machine's authorities and `more`, and shows `identity` to who asks for it. Reads the
/// machine's store, so it takes milliseconds: only for who needs TLS.
pub(super) fn trusting(more: &[CertificateDer<'static>], identity: Option<&Identity>) -> Result<ClientConfig, String> {
    let mut roots = RootCertStore::empty();
    // A store with a bad certificate is still a store; without any, each handshake says that nothing is trusted.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots.add_parsable_certificates(more.iter().cloned());
    with_identity(builder(roots, more)?, identity)
}

/// A configuration that trusts nobody, for a client that speaks only without TLS.
pub(super) fn trusting_nobody() -> Result<ClientConfig, String> {
    Ok(builder(RootCertStore::empty(), &[])?.with_no_client_auth())
}

type Builder = rustls::ConfigBuilder<ClientConfig, WantsClientCert>;

fn builder(roots: RootCertStore, named: &[CertificateDer<'static>]) -> Result<Builder, String> {
    // The provider is named here: the process-wide default would be a panic when nobody has set it.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| format!("TLS can't be set up: {error}"))?;
    if named.is_empty() {
        return Ok(builder.with_root_certificates(roots));
    }
    let trust = Trust::new(roots, named, provider)?;
    // "Dangerous" is any judgement that is not the library's alone; see there what is added to it.
    Ok(builder.dangerous().with_custom_certificate_verifier(Arc::new(trust)))
}

fn with_identity(builder: Builder, identity: Option<&Identity>) -> Result<ClientConfig, String> {
    let Some(identity) = identity else {
        return Ok(builder.with_no_client_auth());
    };
    let chain = certificates(&identity.certificate).map_err(|why| format!("the certificate: {why}"))?;
    let key = key(identity.key.expose_secret()).map_err(|why| format!("the key: {why}"))?;
    builder.with_client_auth_cert(chain, key).map_err(|error| match error {
        TlsError::InconsistentKeys(_) => "the key is not the certificate's".to_owned(),
        error => format!("{error}"),
    })
}

fn key(pem: &str) -> Result<PrivateKeyDer<'static>, String> {
    if pem.contains("ENCRYPTED") {
        return Err("it is locked with a passphrase: give it without (openssl pkey -in KEY -out OPEN)".to_owned());
    }
    PrivateKeyDer::from_pem_slice(pem.as_bytes())
        .map_err(|_| "no private key in it (expected PEM, -----BEGIN PRIVATE KEY-----)".to_owned())
}
