//! Where the body of a response ends (RFC 9112 §6), as a machine without a socket.
//!
//! Strict: a length that is no number, two that differ, or a chunk without its line end is a failure, never a guess.

use super::failure::{malformed, too_long};
use wire::{
    event::{Failure, FailureKind},
    http::{Response, has_token},
};

/// The longest line that announces a chunk, and the longest trailer section.
const LINE_LIMIT: usize = 4 << 10;
/// More trailer fields than any server of good faith sends.
const MAX_TRAILERS: usize = 64;

/// How a body is delimited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    Nothing,
    Length(u64),
    Chunked,
    ToEnd,
}

/// How the body that follows this head is delimited (RFC 9112 §6.3).
pub(super) fn framing(response: &Response, method: &str) -> Result<Framing, Failure> {
    let coded = response.header("transfer-encoding").next().is_some();
    let mut length = None;
    for item in response.header("content-length").flat_map(|value| value.split(',')) {
        let item = item.trim_matches([' ', '\t']);
        let number = Some(item)
            .filter(|item| item.bytes().all(|byte| byte.is_ascii_digit()))
            .and_then(|item| item.parse::<u64>().ok())
            .ok_or_else(|| malformed("Content-Length is not a number (RFC 9112 §6.3)"))?;
        if length.replace(number).is_some_and(|other| other != number) {
            return Err(malformed(
                "Content-Length is there twice, with two values (RFC 9112 §6.3)",
            ));
        }
    }
    if coded && length.is_some() {
        return Err(malformed(
            "Transfer-Encoding and Content-Length are both there (RFC 9112 §6.2)",
        ));
    }
    let connected = method == "CONNECT" && (200..300).contains(&response.status);
    if method == "HEAD" || matches!(response.status, 100..200 | 204 | 304) || connected {
        return Ok(Framing::Nothing);
    }
    if coded {
        // Chunked is the last coding or the body runs to the end of the connection.
        let last = response
            .header("transfer-encoding")
            .last()
            .and_then(|value| value.rsplit(',').next())
            .unwrap_or_default();
        let chunked = has_token(std::iter::once(last), "chunked");
        return Ok(if chunked { Framing::Chunked } else { Framing::ToEnd });
    }
    Ok(length.map_or(Framing::ToEnd, Framing::Length))
}

#[derive(Debug)]
enum BodyPart {
    Size,
    Data(u64),
    DataEnd,
    Trailers,
    Done,
}

/// A body as it comes in.
#[derive(Debug)]
pub(super) struct Body {
    framing: Framing,
    stage: BodyPart,
    bound: usize,
    taken: Vec<u8>,
}

impl Body {
    /// A body of which at most `bound` bytes are held.
    pub(super) fn new(framing: Framing, bound: usize) -> Self {
        let stage = match framing {
            Framing::Nothing | Framing::Length(0) => BodyPart::Done,
            Framing::Length(length) => BodyPart::Data(length),
            Framing::Chunked => BodyPart::Size,
            Framing::ToEnd => BodyPart::Data(u64::MAX),
        };
        Self {
            framing,
            stage,
            bound,
            taken: Vec::new(),
        }
    }

    /// Whether the last byte of the body has been taken.
    pub(super) fn is_done(&self) -> bool {
        matches!(self.stage, BodyPart::Done)
    }

    /// What has come so far.
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.taken
    }

    /// Takes what belongs to the body from the front of `buffer`; the rest stays.
    pub(super) fn feed(&mut self, buffer: &mut Vec<u8>) -> Result<(), Failure> {
        let mut at = 0;
        let fed = self.walk(buffer, &mut at);
        buffer.drain(..at);
        fed
    }

    fn walk(&mut self, buffer: &[u8], at: &mut usize) -> Result<(), Failure> {
        loop {
            let rest = buffer.get(*at..).unwrap_or_default();
            if rest.is_empty() {
                return Ok(());
            }
            match &mut self.stage {
                BodyPart::Done => return Ok(()),
                BodyPart::Size => match httparse::parse_chunk_size(rest) {
                    Ok(httparse::Status::Complete((used, size))) => {
                        *at += used;
                        self.stage = if size == 0 {
                            BodyPart::Trailers
                        } else {
                            BodyPart::Data(size)
                        };
                    }
                    Ok(httparse::Status::Partial) if rest.len() <= LINE_LIMIT => return Ok(()),
                    _ => return Err(malformed("a chunk does not begin with its size (RFC 9112 §7.1)")),
                },
                BodyPart::Data(left) => {
                    let room = self.bound - self.taken.len();
                    let wanted = usize::try_from(*left).unwrap_or(usize::MAX).min(rest.len());
                    let now = wanted.min(room);
                    self.taken.extend_from_slice(&rest[..now]);
                    *at += now;
                    if now < wanted {
                        return Err(too_long("the body", self.bound, self.taken.clone()));
                    }
                    // `ToEnd` has no length to count down.
                    if self.framing != Framing::ToEnd {
                        *left -= now as u64;
                        if *left == 0 {
                            self.stage = match self.framing {
                                Framing::Chunked => BodyPart::DataEnd,
                                _ => BodyPart::Done,
                            };
                        }
                    }
                }
                BodyPart::DataEnd => match rest {
                    [b'\r', b'\n', ..] => {
                        *at += 2;
                        self.stage = BodyPart::Size;
                    }
                    [b'\r'] => return Ok(()),
                    _ => return Err(malformed("a chunk is not as long as it says (RFC 9112 §7.1)")),
                },
                BodyPart::Trailers => {
                    let mut fields = [httparse::EMPTY_HEADER; MAX_TRAILERS];
                    match httparse::parse_headers(rest, &mut fields) {
                        Ok(httparse::Status::Complete((used, _))) => {
                            *at += used;
                            self.stage = BodyPart::Done;
                        }
                        Ok(httparse::Status::Partial) if rest.len() <= LINE_LIMIT => return Ok(()),
                        _ => return Err(malformed("the trailers are no header fields (RFC 9112 §7.1.2)")),
                    }
                }
            }
        }
    }

    /// The peer has ended the connection.
    pub(super) fn end(&mut self) -> Result<(), Failure> {
        match (&self.stage, self.framing) {
            (BodyPart::Done, _) => Ok(()),
            (_, Framing::ToEnd) => {
                self.stage = BodyPart::Done;
                Ok(())
            }
            (_, Framing::Length(length)) => Err(Failure {
                kind: FailureKind::Closed,
                text: format!(
                    "the peer ended the connection after {} of the {length} bytes that Content-Length announces",
                    self.taken.len()
                ),
                cut: None,
            }),
            _ => Err(Failure {
                kind: FailureKind::Closed,
                text: "the peer ended the connection before the last chunk of the body".to_owned(),
                cut: None,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(status: u16, fields: &[(&str, &str)]) -> Response {
        Response {
            status,
            headers: fields
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            ..Response::default()
        }
    }

    #[test]
    fn the_framing_is_the_one_of_rfc_9112_section_6_3() {
        let of =
            |status, method, fields: &[_]| framing(&response(status, fields), method).map_err(|failure| failure.kind);
        assert_eq!(of(200, "GET", &[("content-length", "5, 5")]), Ok(Framing::Length(5)));
        assert_eq!(
            of(200, "GET", &[("Transfer-Encoding", "gzip, chunked")]),
            Ok(Framing::Chunked)
        );
        assert_eq!(
            of(200, "GET", &[("transfer-encoding", "chunked, gzip")]),
            Ok(Framing::ToEnd)
        );
        assert_eq!(of(200, "GET", &[]), Ok(Framing::ToEnd));
        assert_eq!(of(200, "HEAD", &[("content-length", "5")]), Ok(Framing::Nothing));
        assert_eq!(of(204, "GET", &[]), Ok(Framing::Nothing));
        for bad in ["+5", "", "5, 6", "0x5", "99999999999999999999"] {
            assert_eq!(
                of(200, "GET", &[("content-length", bad)]),
                Err(FailureKind::Malformed),
                "{bad}"
            );
        }
        let both = [("content-length", "5"), ("transfer-encoding", "chunked")];
        assert_eq!(of(200, "GET", &both), Err(FailureKind::Malformed));
    }

    #[test]
    fn chunks_are_read_byte_by_byte_and_what_follows_stays() {
        let mut body = Body::new(Framing::Chunked, 100);
        let mut buffer = Vec::new();
        for byte in b"3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nTrailer: t\r\n\r\nrest" {
            buffer.push(*byte);
            assert_eq!(body.feed(&mut buffer), Ok(()));
        }
        assert!(body.is_done());
        assert_eq!((body.into_bytes(), buffer), (b"abcde".to_vec(), b"rest".to_vec()));
    }

    #[test]
    fn a_wrong_chunk_is_malformed_and_a_missing_one_is_closed() {
        let kind = |bytes: &[u8]| {
            let mut body = Body::new(Framing::Chunked, 100);
            body.feed(&mut bytes.to_vec())
                .and_then(|()| body.end())
                .map_err(|failure| failure.kind)
        };
        assert_eq!(kind(b"zz\r\n"), Err(FailureKind::Malformed));
        assert_eq!(kind(b"1\r\nab\r\n"), Err(FailureKind::Malformed));
        assert_eq!(kind(b"3\r\nab"), Err(FailureKind::Closed));
        assert_eq!(kind(b"1\r\na\r\n0\r\n\r\n"), Ok(()));
    }

    #[test]
    fn no_more_than_the_bound_is_held() {
        let mut body = Body::new(Framing::ToEnd, 4);
        let fed = body.feed(&mut b"abcdef".to_vec());
        assert_eq!(fed.map_err(|failure| failure.kind), Err(FailureKind::TooLong));
        assert_eq!(body.into_bytes(), b"abcd");
    }
}
