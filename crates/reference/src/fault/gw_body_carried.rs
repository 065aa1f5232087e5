//! A body in HTTP that is not read for the way it is carried.

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Response, StatusCode, header::TRANSFER_ENCODING, http::request::Parts};

use super::{Fault, Subject};
use crate::{
    gateway::{Body, Call, Conduct, Outcome},
    response::page,
};

pub const CHUNKED: Fault = Fault {
    name: "gw/body-chunked-lost",
    suite: "gateway",
    text: "A body that is sent in chunks is taken for none: it has no Content-Length.",
    breaks: &["GW-HTTP-15"],
    conduct: Subject::Gateway(|| Arc::new(ChunkedLost)),
};

pub const LONG: Fault = Fault {
    name: "gw/body-long-page",
    suite: "gateway",
    text: "A body of a mebibyte is answered with the framework's page of an internal error.",
    breaks: &["GW-BODY-6"],
    conduct: Subject::Gateway(|| Arc::new(LongPage)),
};

struct ChunkedLost;

impl Conduct for ChunkedLost {
    fn body(&self, asked: &Parts, bytes: Vec<u8>) -> Vec<u8> {
        if asked.headers.contains_key(TRANSFER_ENCODING) {
            Vec::new()
        } else {
            bytes
        }
    }
}

struct LongPage;

impl Conduct for LongPage {
    fn respond(
        &self,
        call: &Call,
        _outcome: &Outcome,
        response: Response<Full<Bytes>>,
    ) -> Option<Response<Full<Bytes>>> {
        let is_long = matches!(&call.body, Body::Text(text) if text.len() >= 1 << 20);
        Some(if is_long {
            page(StatusCode::INTERNAL_SERVER_ERROR, "java.lang.OutOfMemoryError")
        } else {
            response
        })
    }
}
