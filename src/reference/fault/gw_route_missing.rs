//! A route that a deployment forgot.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::reference::gateway::{Access, Call, Conduct, Exception, Honest, Route, Service};

pub const LOGIN: Fault = Fault {
    name: "gw/login-route-missing",
    suite: "gateway",
    text: "The route of logins answers 404.",
    breaks: &["GW-HTTP-1"],
    conduct: Subject::Gateway(|| Arc::new(Lacks(Route::Login))),
};

pub const REGISTER: Fault = Fault {
    name: "gw/register-route-missing",
    suite: "gateway",
    text: "The route of registrations answers 404.",
    breaks: &["GW-HTTP-2"],
    conduct: Subject::Gateway(|| Arc::new(Lacks(Route::Register))),
};

pub const LOGOUT: Fault = Fault {
    name: "gw/logout-route-missing",
    suite: "gateway",
    text: "The route of logouts answers 404.",
    breaks: &["GW-HTTP-3"],
    conduct: Subject::Gateway(|| Arc::new(Lacks(Route::Logout))),
};

pub const MEMBERS: Fault = Fault {
    name: "gw/global-route-of-guests",
    suite: "gateway",
    text: "The route of other requests serves only what needs no login.",
    breaks: &["GW-HTTP-4", "GW-HDR-8"],
    conduct: Subject::Gateway(|| Arc::new(OfGuests)),
};

struct Lacks(Route);

impl Conduct for Lacks {
    fn route(&self, path: &str) -> Option<(Route, Option<String>)> {
        Honest.route(path).filter(|(route, _)| *route != self.0)
    }
}

struct OfGuests;

impl Conduct for OfGuests {
    fn find(&self, call: &Call) -> Result<&'static Service, Exception> {
        let service = Honest.find(call)?;
        if call.route == Some(Route::Global) && service.access == Access::Members {
            return Err(Exception::NoSuchInterface);
        }
        Ok(service)
    }
}
