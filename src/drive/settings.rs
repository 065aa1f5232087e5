//! What a network is made from. Plain data; it must never read a file or the environment.

use std::time::Duration;

use secrecy::SecretString;

/// The bounds and permissions of a run.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Certificates in PEM or DER, trusted beside the machine's own.
    pub ca_file: Option<Vec<u8>>,
    /// Who this client is, for servers that ask.
    pub identity: Option<Identity>,
    /// The most that a TCP connection, or TLS in [`super::reach`], may take.
    pub connect: Duration,
    /// The longest head of a response, in bytes.
    pub handshake_limit: usize,
    /// The longest WebSocket message, in bytes.
    pub message_limit: usize,
    /// The longest body of an HTTP response, in bytes.
    pub body_limit: usize,
    /// What all the connections of one row may bring in together, in bytes, counted at the socket; each message costs some
    /// more, so that a flood of empty ones is a flood too.
    pub row_limit: usize,
    /// The same of all rows that are under way, over the whole network.
    pub run_limit: usize,
    /// The proxy through which every connection is made, if one is asked for; the environment's is never used.
    pub proxy: Option<Proxy>,
    /// How many handshakes, requests and messages leave a second, over the whole network.
    pub requests_per_second: Option<u32>,
    /// How many connections live at once, over the whole network. A row that has one already is never kept from another,
    /// or rows that wait for each other's would wait for ever.
    pub connections: usize,
    /// Whether a hook may run a program.
    pub allow_commands: bool,
}

/// A client certificate (RFC 8446 §4.4.2) and its key.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The chain in PEM, the client's own first; or one certificate in DER.
    pub certificate: Vec<u8>,
    /// In PEM, without a passphrase.
    pub key: SecretString,
}

/// An HTTP proxy that opens tunnels (RFC 9110 §9.3.6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proxy {
    pub host: String,
    pub port: u16,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            ca_file: None,
            identity: None,
            connect: Duration::from_secs(5),
            handshake_limit: 64 << 10,
            message_limit: 8 << 20,
            body_limit: 8 << 20,
            row_limit: 24 << 20,
            run_limit: 128 << 20,
            proxy: None,
            requests_per_second: None,
            connections: 256,
            allow_commands: false,
        }
    }
}
