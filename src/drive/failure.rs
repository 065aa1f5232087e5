//! Errors of the operating system and of libraries, as what happened on the wire.
//!
//! Its sentences hold no address, no path and no credential: they go into reports.

use std::io;

use rustls::{AlertDescription, CertificateError, Error as TlsError, InvalidMessage};

use super::{budget::Spent, trust};
use wire::event::{Ended, Excerpt, Failure, FailureKind};

fn failure(kind: FailureKind, text: impl Into<String>) -> Failure {
    Failure {
        kind,
        text: text.into(),
        cut: None,
    }
}

pub(super) fn malformed(text: impl Into<String>) -> Failure {
    failure(FailureKind::Malformed, text)
}

pub(super) fn timeout(text: impl Into<String>) -> Failure {
    failure(FailureKind::Timeout, text)
}

pub(super) fn closed(text: impl Into<String>) -> Failure {
    failure(FailureKind::Closed, text)
}

pub(super) fn unreachable(text: impl Into<String>) -> Failure {
    failure(FailureKind::Unreachable, text)
}

pub(super) fn harness(text: impl Into<String>) -> Failure {
    failure(FailureKind::Harness, text)
}

pub(super) fn tls(text: impl Into<String>) -> Failure {
    failure(FailureKind::Tls, text)
}

/// More than the bound; `read` is what was read of it.
pub(super) fn too_long(what: &str, bound: usize, read: Vec<u8>) -> Failure {
    Failure {
        cut: (!read.is_empty()).then(|| Excerpt::new(read)),
        ..failure(FailureKind::TooLong, format!("{what} is longer than {bound} bytes"))
    }
}

/// A connection that can't be read any further.
pub(super) fn unreadable(why: impl Into<String>) -> Ended {
    Ended::Unreadable {
        why: why.into(),
        cut: None,
    }
}

/// Why a socket failed, once it was connected or on the way there.
pub(super) fn from_io(error: &io::Error) -> Failure {
    // Connectors wrap errors in errors; the innermost knows why, and `source` would skip it.
    if let Some(inner) = error.get_ref().and_then(|inner| inner.downcast_ref::<io::Error>()) {
        return from_io(inner);
    }
    if let Some(spent) = spent(error) {
        return failure(FailureKind::TooLong, spent.to_string());
    }
    if let Some(error) = tls_error(error) {
        return from_tls(error);
    }
    // EMFILE and ENFILE have no kind of their own yet.
    if matches!(error.raw_os_error(), Some(23 | 24)) {
        return harness(
            "no file descriptor is left for a connection: raise the limit or lower the number of connections",
        );
    }
    match error.kind() {
        io::ErrorKind::ConnectionRefused => unreachable("nothing listens there: the connection was refused"),
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable | io::ErrorKind::NetworkDown => {
            unreachable("there is no route to the host")
        }
        io::ErrorKind::TimedOut => unreachable("the host does not answer"),
        io::ErrorKind::AddrNotAvailable | io::ErrorKind::AddrInUse => {
            harness("this machine has no address or port left to connect from")
        }
        io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted | io::ErrorKind::BrokenPipe => {
            failure(FailureKind::Reset, "the peer reset the connection")
        }
        io::ErrorKind::UnexpectedEof => closed("the peer ended the connection"),
        io::ErrorKind::PermissionDenied => harness("this machine does not permit the connection"),
        kind => harness(format!("the connection failed: {kind}")),
    }
}

/// How a connection that was up came to its end.
pub(super) fn ended_by(error: &io::Error) -> Ended {
    if let Some(spent) = spent(error) {
        return unreadable(spent.to_string());
    }
    if let Some(error) = tls_error(error) {
        return unreadable(from_tls(error).text);
    }
    match error.kind() {
        // TLS without close_notify: for WebSocket the close frame is what counts (RFC 6455 §7.1.1).
        io::ErrorKind::UnexpectedEof => Ended::Eof,
        // Whatever else a socket says of a connection that was up, the peer or the network took it away.
        _ => Ended::Reset,
    }
}

fn spent(error: &io::Error) -> Option<&Spent> {
    error.get_ref().and_then(|inner| inner.downcast_ref())
}

fn tls_error(error: &io::Error) -> Option<&TlsError> {
    error.get_ref().and_then(|inner| inner.downcast_ref())
}

/// Why TLS was not agreed, and what to do about it.
pub(super) fn from_tls(error: &TlsError) -> Failure {
    let text = match error {
        TlsError::InvalidMessage(InvalidMessage::InvalidContentType | InvalidMessage::UnknownProtocolVersion) => {
            "the server answered TLS with something else: perhaps it speaks without TLS (ws:// or http://)".to_owned()
        }
        TlsError::InvalidCertificate(problem) => certificate(problem),
        TlsError::AlertReceived(alert) => refused(*alert),
        TlsError::PeerIncompatible(_) | TlsError::NoApplicationProtocol => {
            "the server offers no version or cipher of TLS that is safe".to_owned()
        }
        TlsError::PeerMisbehaved(_) | TlsError::InvalidMessage(_) | TlsError::DecryptError => {
            "the server's TLS is broken".to_owned()
        }
        _ => "TLS could not be agreed".to_owned(),
    };
    tls(text)
}

fn refused(alert: AlertDescription) -> String {
    use AlertDescription as Alert;
    let name = "the profile's [tls] names one with `certificate` and `key`";
    match alert {
        Alert::CertificateRequired => format!("the server demands a client certificate: {name}"),
        Alert::BadCertificate
        | Alert::UnsupportedCertificate
        | Alert::CertificateRevoked
        | Alert::CertificateExpired
        | Alert::CertificateUnknown
        | Alert::UnknownCA
        // Its signature is not that of the authority whose name it bears.
        | Alert::DecryptError
        | Alert::AccessDenied => {
            format!("the server refused the client certificate, or that there is none ({alert:?}): {name}")
        }
        // TLS 1.2 has no other word for a certificate that is missing.
        Alert::HandshakeFailure => {
            format!("the server refused TLS ({alert:?}); if it demands a client certificate, {name}")
        }
        alert => format!("the server refused TLS ({alert:?})"),
    }
}

fn certificate(problem: &CertificateError) -> String {
    if trust::is_authority(problem) {
        return "the server's certificate is an authority's (CA:TRUE), not a server's: issue one for the server, or name this \
                very certificate as `ca` in the profile's [tls]"
            .to_owned();
    }
    let what = match problem {
        CertificateError::UnknownIssuer => {
            "comes from an authority that is not trusted here: name the authority's certificate in the profile"
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "is for another name: those in its subjectAltName count, a CN does not (RFC 9525)"
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "has expired",
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => "is not valid yet",
        CertificateError::Revoked => "has been revoked",
        CertificateError::BadEncoding => "can't be read",
        CertificateError::BadSignature => "has a wrong signature",
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            "is not for a server: its extendedKeyUsage lacks serverAuth"
        }
        CertificateError::UnsupportedSignatureAlgorithmContext { .. }
        | CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
            "is signed in a way that is not supported (SHA-1 is no longer safe)"
        }
        // The library's words for the rest hold nothing of the certificate but its kind.
        CertificateError::Other(other) => return format!("the server's certificate is not accepted: {other}"),
        other => return format!("the server's certificate is not accepted: {other:?}"),
    };
    format!("the server's certificate {what}")
}
