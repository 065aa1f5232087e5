//! What the responses of both protocols share.

use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    Response,
    header::{HeaderName, HeaderValue},
};

/// Sets a header. A value that can't be one is left out: a fault may have chosen it.
pub fn put(response: &mut Response<Full<Bytes>>, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}
