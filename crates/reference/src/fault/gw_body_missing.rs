//! A body that is required (B:44, B:63) and that nobody asks for.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::gateway::{Body, Call, Conduct, Exception, Honest, Outcome, Params, Transport, null};

pub const HTTP: Fault = Fault {
    name: "gw/body-optional",
    suite: "gateway",
    text: "A call without body, or with a blank one, succeeds in HTTP: nothing was sent, so nothing is checked.",
    breaks: &["GW-BODY-1", "GW-BODY-2"],
    conduct: Subject::Gateway(|| Arc::new(Unchecked)),
};

pub const SOCKET: Fault = Fault {
    name: "gw/ws-body-optional",
    suite: "gateway",
    text: "A message whose body is missing or null is executed as one with an empty body.",
    breaks: &["GW-WS-5", "GW-WS-10"],
    conduct: Subject::Gateway(|| Arc::new(Empty)),
};

struct Unchecked;

impl Conduct for Unchecked {
    fn decide(&self, call: &Call, honest: Outcome) -> Outcome {
        match (&honest, &call.body, call.transport) {
            (Outcome::Exception(Exception::ParamsMissing), Body::Missing, Transport::Http) => Outcome::Success(null()),
            _ => honest,
        }
    }
}

struct Empty;

impl Conduct for Empty {
    fn params(&self, call: &Call) -> Result<Params, Exception> {
        match (&call.body, call.transport) {
            (Body::Missing, Transport::Socket) => Params::read("{}").ok_or(Exception::ParamsIllegal),
            _ => Honest.params(call),
        }
    }
}
