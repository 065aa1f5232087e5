//! Content codings (RFC 9110 §8.4.1): what a server or something before it compressed is judged as what it is.

use std::io::Read;

use flate2::read::{MultiGzDecoder, ZlibDecoder};

use super::failure;
use wire::{event::Failure, http::Response};

/// The response with its body as it was before it was coded. One whose coding is not known, or that does not have the coding
/// that it says, stays as it came.
///
/// # Errors
/// When the body is longer than it may be.
pub(super) fn decoded(response: Response, body_limit: usize) -> Result<Response, Failure> {
    let codings: Vec<&str> = response.header("Content-Encoding").collect();
    let body = match codings[..] {
        [coding] if is(coding, &["gzip", "x-gzip"]) => read(MultiGzDecoder::new(&response.body[..]), body_limit),
        [coding] if is(coding, &["deflate"]) => read(ZlibDecoder::new(&response.body[..]), body_limit),
        _ => None,
    };
    match body {
        Some(body) if body.len() > body_limit => Err(failure::too_long("the body, decoded,", body_limit, body)),
        Some(body) => Ok(Response { body, ..response }),
        None => Ok(response),
    }
}

fn is(coding: &str, names: &[&str]) -> bool {
    names.iter().any(|name| coding.trim().eq_ignore_ascii_case(name))
}

/// As much as may be, and one byte more; `None` if it is not what it says.
fn read(coded: impl Read, body_limit: usize) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    coded.take(body_limit as u64 + 1).read_to_end(&mut body).ok()?;
    Some(body)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::{
        Compression,
        write::{GzEncoder, ZlibEncoder},
    };

    use super::*;

    fn coded(coding: &str, body: Vec<u8>) -> Response {
        Response {
            headers: vec![("Content-Encoding".into(), coding.into())],
            body,
            ..Response::default()
        }
    }

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).expect("written");
        encoder.finish().expect("whole")
    }

    fn deflate(text: &[u8]) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).expect("written");
        encoder.finish().expect("whole")
    }

    #[test]
    fn a_coded_body_is_read_and_another_stays_as_it_came() {
        let body = |coding, body| decoded(coded(coding, body), 1000).map(|response| response.body);
        let text = || b"{\"code\":\"0\"}".to_vec();
        for coding in ["gzip", "GZIP", " x-gzip "] {
            assert_eq!(body(coding, gzip(&text())), Ok(text()), "{coding}");
        }
        assert_eq!(body("deflate", deflate(&text())), Ok(text()));
        // Two members one after the other are one body (RFC 1952 §2.2).
        assert_eq!(body("gzip", [gzip(b"a"), gzip(b"b")].concat()), Ok(b"ab".to_vec()));
        for (coding, coded) in [
            ("gzip", text()),
            ("br", text()),
            ("identity", text()),
            ("gzip", gzip(&text())[..9].to_vec()),
        ] {
            assert_eq!(body(coding, coded.clone()), Ok(coded), "{coding}");
        }
        let twice = Response {
            headers: vec![
                ("Content-Encoding".into(), "gzip".into()),
                ("content-encoding".into(), "gzip".into()),
            ],
            body: gzip(&gzip(b"x")),
            ..Response::default()
        };
        assert_eq!(decoded(twice.clone(), 1000), Ok(twice));
    }

    #[test]
    fn a_body_that_unfolds_without_end_is_cut() {
        let bomb = gzip(&vec![0; 1 << 24]);
        assert!(bomb.len() < 20_000);
        let failure = decoded(coded("gzip", bomb), 1 << 20).expect_err("too long");
        assert_eq!(failure.kind, wire::event::FailureKind::TooLong);
        assert!(decoded(coded("gzip", gzip(&vec![0; 1 << 20])), 1 << 20).is_ok());
    }
}
