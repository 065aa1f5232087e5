//! A reader of bodies that wants more than JSON does.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::gateway::{Act, Body, Call, Conduct, Exception, Honest, Params, Route};

pub const WRAPPED: Fault = Fault {
    name: "gw/body-wrapped",
    suite: "gateway",
    text: "In HTTP the parameters of other requests are read from a member bizBody; without it there are none.",
    breaks: &["GW-BODY-3", "GW-WS-8"],
    conduct: Subject::Gateway(|| Arc::new(Wrapped)),
};

pub const UNKNOWN: Fault = Fault {
    name: "gw/body-unknown-members-refused",
    suite: "gateway",
    text: "A body with a member that the service does not know is refused.",
    breaks: &["GW-BODY-4"],
    conduct: Subject::Gateway(|| Arc::new(UnknownRefused)),
};

pub const SPACE: Fault = Fault {
    name: "gw/body-space-refused",
    suite: "gateway",
    text: "A body that does not begin with its brace is refused.",
    breaks: &["GW-BODY-4"],
    conduct: Subject::Gateway(|| Arc::new(SpaceRefused)),
};

struct Wrapped;

impl Conduct for Wrapped {
    fn params(&self, call: &Call) -> Result<Params, Exception> {
        let params = Honest.params(call)?;
        if call.route != Some(Route::Global) {
            return Ok(params);
        }
        Params::read(params.param("bizBody").unwrap_or("{}")).ok_or(Exception::ParamsIllegal)
    }
}

struct UnknownRefused;

impl Conduct for UnknownRefused {
    fn params(&self, call: &Call) -> Result<Params, Exception> {
        let params = Honest.params(call)?;
        let known: &[&str] = match Honest.find(call).map(|service| service.act) {
            Ok(Act::Echo) | Err(_) => return Ok(params),
            Ok(Act::Login | Act::Register) => &["type", "loginName", "password"],
            Ok(Act::List | Act::Counter) => &["key"],
            Ok(Act::Wait) => &["delay_ms"],
            Ok(Act::Cancel) => &["orderId"],
            Ok(Act::Profile | Act::Logout) => &[],
        };
        if params.members.keys().all(|name| known.contains(&&**name)) {
            Ok(params)
        } else {
            Err(Exception::ParamsIllegal)
        }
    }
}

struct SpaceRefused;

impl Conduct for SpaceRefused {
    fn params(&self, call: &Call) -> Result<Params, Exception> {
        match &call.body {
            Body::Text(text) if text.starts_with([' ', '\t', '\n', '\r']) => Err(Exception::ParamsIllegal),
            _ => Honest.params(call),
        }
    }
}
