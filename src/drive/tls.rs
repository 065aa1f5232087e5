//! TLS as a client: ring, this machine's authorities and the profile's. Nothing is ever trusted blindly.

use std::sync::Arc;

use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
};

/// The certificates of a PEM text.
///
/// # Errors
/// When there is none, or one that can't be read.
pub(super) fn authorities(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    let all = CertificateDer::pem_slice_iter(pem)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| format!("no PEM: {error}"))?;
    if all.is_empty() {
        return Err("no certificate in it".to_owned());
    }
    let mut store = RootCertStore::empty();
    for certificate in &all {
        store
            .add(certificate.clone())
            .map_err(|error| format!("a certificate that can't be used: {error}"))?;
    }
    Ok(all)
}

/// A configuration that trusts this machine's authorities and `more`. Reads the machine's store, so it takes
/// milliseconds: only for who needs TLS.
pub(super) fn trusting(more: &[CertificateDer<'static>]) -> Result<ClientConfig, String> {
    let mut roots = RootCertStore::empty();
    // A store with a bad certificate is still a store; without any, each handshake says that nothing is trusted.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots.add_parsable_certificates(more.iter().cloned());
    with_roots(roots)
}

/// A configuration that trusts nobody, for a client that speaks only without TLS.
pub(super) fn trusting_nobody() -> Result<ClientConfig, String> {
    with_roots(RootCertStore::empty())
}

fn with_roots(roots: RootCertStore) -> Result<ClientConfig, String> {
    // The provider is named here: the process-wide default would be a panic when nobody has set it.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| format!("TLS can't be set up: {error}"))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(config)
}
