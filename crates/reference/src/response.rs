//! What the responses of both protocols share.

use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    Response, StatusCode,
    header::{CONTENT_TYPE, HeaderName, HeaderValue},
};

/// Sets a header. A value that can't be one is left out: a fault may have chosen it.
pub fn put(response: &mut Response<Full<Bytes>>, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

/// The page of a framework that was not told what to do about an error. No honest server sends one.
pub fn page(status: StatusCode, error: &str) -> Response<Full<Bytes>> {
    let page = format!("<html><head><title>{status}</title></head><body><h1>{status}</h1><p>{error}</p></body></html>");
    let mut response = Response::new(Full::from(page));
    *response.status_mut() = status;
    put(&mut response, CONTENT_TYPE, "text/html;charset=utf-8");
    response
}
