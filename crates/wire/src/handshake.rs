//! The opening handshake (RFC 6455 §4): the bytes of a request, and a strict reading of the response.

use std::fmt::Write as _;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha1::{Digest as _, Sha1};

use super::http::{Field, Response};

/// Appended to the key before it is hashed (RFC 6455 §1.3).
const GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
/// More header lines than any server of good faith sends.
const MAX_HEADERS: usize = 256;

/// The `Sec-WebSocket-Accept` that answers `key` (RFC 6455 §4.2.2).
pub fn accept_key(key: &str) -> String {
    let mut hash = Sha1::new();
    hash.update(key.as_bytes());
    hash.update(GUID);
    STANDARD.encode(hash.finalize())
}

/// The bytes of a request head. Nothing is added and nothing is checked: a case may say anything.
pub fn request_bytes(method: &str, target: &str, version: &str, headers: &[Field]) -> Vec<u8> {
    let mut text = format!("{method} {target} {version}\r\n");
    for (name, value) in headers {
        // Writing to a String can't fail.
        let _ = write!(text, "{name}: {value}\r\n");
    }
    text.push_str("\r\n");
    text.into_bytes()
}

/// What the bytes of a response head amount to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Head {
    /// More bytes are needed.
    Partial,
    /// A whole head: the response without its body, and how many bytes the head took.
    Complete { response: Response, length: usize },
    /// Not a response head.
    Malformed(String),
}

/// Reads a response head (RFC 9112 §4).
pub fn read_head(bytes: &[u8]) -> Head {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut response = httparse::Response::new(&mut headers);
    match response.parse(bytes) {
        Ok(httparse::Status::Partial) => Head::Partial,
        Err(error) => Head::Malformed(error.to_string()),
        Ok(httparse::Status::Complete(length)) => Head::Complete {
            response: Response {
                status: response.code.unwrap_or_default(),
                reason: response.reason.unwrap_or_default().to_owned(),
                headers: response
                    .headers
                    .iter()
                    .map(|field| {
                        let value = String::from_utf8_lossy(field.value).into_owned();
                        (field.name.to_owned(), value)
                    })
                    .collect(),
                body: Vec::new(),
            },
            length,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accept_is_the_one_of_rfc_6455_section_1_3() {
        assert_eq!(accept_key("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }

    #[test]
    fn a_head_is_partial_until_its_blank_line() {
        let bytes = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\nrest";
        assert_eq!(read_head(&bytes[..40]), Head::Partial);
        let Head::Complete { response, length } = read_head(bytes) else {
            panic!("not complete");
        };
        assert_eq!((response.status, length), (101, bytes.len() - 4));
        assert_eq!(response.header("UPGRADE").collect::<Vec<_>>(), ["websocket"]);
    }
}
