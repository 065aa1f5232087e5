//! What can happen on a socket. Nothing on the wire is an `Err`: refused, reset, garbage and silence are events.

use serde::{Deserialize, Serialize};
use sha1::{Digest as _, Sha1};

use super::frame::Opcode;

/// How many bytes are kept of the beginning, and of the end, of what was too long.
const KEPT: usize = 64;

/// A whole message or control frame that arrived on a WebSocket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Received {
    pub opcode: Opcode,
    #[serde(with = "super::data")]
    pub payload: Vec<u8>,
    /// Where the frames broke RFC 6455, as far as what read them can tell.
    pub faults: Vec<FrameFault>,
}

impl Received {
    /// A message without faults.
    pub fn new(opcode: Opcode, payload: impl Into<Vec<u8>>) -> Self {
        Self {
            opcode,
            payload: payload.into(),
            faults: Vec::new(),
        }
    }

    /// The payload as text, if this is a text message in UTF-8.
    pub fn text(&self) -> Option<&str> {
        (self.opcode == Opcode::Text)
            .then(|| std::str::from_utf8(&self.payload).ok())
            .flatten()
    }
}

/// What is wrong with a frame from a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FrameFault {
    /// RFC 6455 §5.1: a server must not mask.
    Masked,
    /// RFC 6455 §5.2: a reserved bit with no extension that gives it a meaning.
    ReservedBit,
    /// RFC 6455 §5.2: a reserved opcode.
    ReservedOpcode,
    /// RFC 6455 §5.2: not the shortest encoding of the length.
    LongLength,
    /// RFC 6455 §5.5: a control frame in fragments or over 125 bytes.
    BadControl,
    /// RFC 6455 §5.4: a continuation of nothing, or a new message inside another.
    BadFragment,
    /// RFC 6455 §8.1: text that is not UTF-8.
    NotUtf8,
    /// RFC 6455 §7.4: a close code that must not be sent, or half of one.
    BadCloseCode,
}

impl FrameFault {
    /// One sentence for a server developer.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Masked => "the server masked a frame (RFC 6455 §5.1 forbids it)",
            Self::ReservedBit => "a reserved bit is set with no extension agreed (RFC 6455 §5.2)",
            Self::ReservedOpcode => "the opcode is reserved (RFC 6455 §5.2)",
            Self::LongLength => "the length is not in its shortest form (RFC 6455 §5.2)",
            Self::BadControl => "a control frame is fragmented or longer than 125 bytes (RFC 6455 §5.5)",
            Self::BadFragment => "the fragments of a message are out of order (RFC 6455 §5.4)",
            Self::NotUtf8 => "a text message is not UTF-8 (RFC 6455 §8.1)",
            Self::BadCloseCode => "the close code may not be sent (RFC 6455 §7.4)",
        }
    }
}

/// How a connection came to its end, as seen from here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ended {
    /// The peer finished its side (FIN).
    Eof,
    /// The peer reset the connection.
    Reset,
    /// Bytes that are no frames, or more than the bound; the connection was given up.
    Unreadable { why: String, cut: Option<Excerpt> },
    /// This side closed it.
    Local,
}

/// Why there is no response.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    pub kind: FailureKind,
    /// One sentence, with no address and no credential in it.
    pub text: String,
    /// What was read before it was too much.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut: Option<Excerpt>,
}

/// Bytes that were read and given up: they were too many, or can't be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Excerpt {
    /// How many were read.
    pub length: usize,
    /// Of all that were read, in hex.
    pub sha1: String,
    #[serde(with = "super::data")]
    pub first: Vec<u8>,
    #[serde(with = "super::data")]
    pub last: Vec<u8>,
}

impl Excerpt {
    /// All of them, until they are [shortened](Self::shorten): secrets are looked for in the whole.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self::of(bytes.len(), &Sha1::digest(&bytes), bytes, Vec::new())
    }

    /// Of more bytes than are at hand: their number, their digest, and a good part of both ends. `last` is empty if `first`
    /// has all.
    pub fn of(length: usize, digest: &[u8], first: Vec<u8>, last: Vec<u8>) -> Self {
        Self {
            length,
            sha1: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
            first,
            last,
        }
    }

    /// Whether it was [shortened](Self::shorten), as far as it needs that.
    pub fn is_short(&self) -> bool {
        self.first.len() <= if self.last.is_empty() { 2 * KEPT } else { KEPT }
    }

    /// Keeps the beginning and the end.
    pub fn shorten(&mut self) {
        if self.is_short() {
            return;
        }
        if self.last.is_empty() {
            self.last = self.first.split_off(self.first.len() - KEPT);
        } else {
            self.last.drain(..self.last.len().saturating_sub(KEPT));
            self.last.shrink_to_fit();
        }
        self.first.truncate(KEPT);
        self.first.shrink_to_fit();
    }
}

/// The stage at which an exchange failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailureKind {
    /// The name has no address, or nothing listens, or no route.
    Unreachable,
    /// TLS could not be agreed, or the certificate is not trusted.
    Tls,
    /// The peer ended the connection before a whole response.
    Closed,
    /// The peer reset the connection before a whole response.
    Reset,
    /// The deadline passed.
    Timeout,
    /// What came is no HTTP response.
    Malformed,
    /// More bytes than the bound.
    TooLong,
    /// The harness or its machine: no descriptor left, a request that can't be made.
    Harness,
}
