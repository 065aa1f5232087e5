//! Content types compared or chosen without care.

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Response, header::CONTENT_TYPE};

use super::{Fault, Subject};
use crate::{
    gateway::{Call, Conduct, Outcome},
    response::put,
};

pub const CHARSET: Fault = Fault {
    name: "gw/charset-refused",
    suite: "gateway",
    text: "A content type with the parameter charset is refused.",
    breaks: &["GW-HTTP-6"],
    conduct: Subject::Gateway(|| Arc::new(CharsetRefused)),
};

pub const HTML: Fault = Fault {
    name: "gw/content-type-html",
    suite: "gateway",
    text: "JSON is sent as text/html, which is the default of the language.",
    breaks: &["GW-HTTP-12"],
    conduct: Subject::Gateway(|| Arc::new(SaysHtml)),
};

struct CharsetRefused;

impl Conduct for CharsetRefused {
    fn takes(&self, content_type: Option<&str>) -> bool {
        content_type.is_none_or(|value| value.eq_ignore_ascii_case("application/json"))
    }
}

struct SaysHtml;

impl Conduct for SaysHtml {
    fn respond(&self, _: &Call, _: &Outcome, mut response: Response<Full<Bytes>>) -> Option<Response<Full<Bytes>>> {
        put(&mut response, CONTENT_TYPE, "text/html;charset=utf-8");
        Some(response)
    }
}
