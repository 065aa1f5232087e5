//! A handler that was registered for more methods than POST (B:19). What has no body is taken to have an empty one.

use std::sync::Arc;

use hyper::{Method, http::request::Parts};

use super::{Fault, Subject};
use crate::gateway::Conduct;

pub const GET: Fault = Fault {
    name: "gw/get-executes",
    suite: "gateway",
    text: "A GET executes the call.",
    breaks: &["GW-HTTP-5"],
    conduct: Subject::Gateway(|| Arc::new(Executes(&[Method::GET]))),
};

pub const HEAD: Fault = Fault {
    name: "gw/head-executes",
    suite: "gateway",
    text: "A HEAD executes the call, whose reply nobody sees.",
    breaks: &["GW-HTTP-5"],
    conduct: Subject::Gateway(|| Arc::new(Executes(&[Method::HEAD]))),
};

pub const OTHERS: Fault = Fault {
    name: "gw/put-executes",
    suite: "gateway",
    text: "PUT, PATCH and DELETE execute the call.",
    breaks: &["GW-HTTP-5"],
    conduct: Subject::Gateway(|| Arc::new(Executes(&[Method::PUT, Method::PATCH, Method::DELETE]))),
};

struct Executes(&'static [Method]);

impl Conduct for Executes {
    fn allows(&self, method: &Method) -> bool {
        method == Method::POST || self.0.contains(method)
    }

    fn body(&self, asked: &Parts, bytes: Vec<u8>) -> Vec<u8> {
        if bytes.is_empty() && asked.method != Method::POST {
            b"{}".to_vec()
        } else {
            bytes
        }
    }
}
