//! A route that a deployment forgot.

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Response, StatusCode};

use super::{Fault, Subject};
use crate::{
    gateway::{Access, Call, Conduct, Exception, Honest, Outcome, Route, Service},
    response::page,
};

pub const LOGIN: Fault = Fault {
    name: "gw/login-route-missing",
    suite: "gateway",
    text: "The route of logins answers with the framework's page of a 404.",
    breaks: &["GW-HTTP-1"],
    conduct: Subject::Gateway(|| Arc::new(Lacks(Route::Login))),
};

pub const REGISTER: Fault = Fault {
    name: "gw/register-route-missing",
    suite: "gateway",
    text: "The route of registrations answers with the framework's page of a 404.",
    breaks: &["GW-HTTP-2"],
    conduct: Subject::Gateway(|| Arc::new(Lacks(Route::Register))),
};

pub const LOGOUT: Fault = Fault {
    name: "gw/logout-route-missing",
    suite: "gateway",
    text: "The route of logouts answers with the framework's page of a 404.",
    breaks: &["GW-HTTP-3"],
    conduct: Subject::Gateway(|| Arc::new(Lacks(Route::Logout))),
};

pub const MEMBERS: Fault = Fault {
    name: "gw/global-route-of-guests",
    suite: "gateway",
    text: "The route of other requests has only what needs no login; the rest is answered with the page of a 404.",
    breaks: &["GW-HTTP-4", "GW-HDR-8"],
    conduct: Subject::Gateway(|| Arc::new(OfGuests)),
};

struct Lacks(Route);

impl Conduct for Lacks {
    fn find(&self, call: &Call) -> Result<&'static Service, Exception> {
        if call.route == Some(self.0) {
            return Err(Exception::NoSuchInterface);
        }
        Honest.find(call)
    }

    fn respond(
        &self,
        call: &Call,
        _outcome: &Outcome,
        response: Response<Full<Bytes>>,
    ) -> Option<Response<Full<Bytes>>> {
        Some(if call.route == Some(self.0) {
            nowhere()
        } else {
            response
        })
    }
}

struct OfGuests;

impl OfGuests {
    fn lacks(call: &Call) -> bool {
        let of_members = |service: &Service| service.access == Access::Members;
        call.route == Some(Route::Global) && Honest.find(call).is_ok_and(of_members)
    }
}

impl Conduct for OfGuests {
    fn find(&self, call: &Call) -> Result<&'static Service, Exception> {
        if Self::lacks(call) {
            return Err(Exception::NoSuchInterface);
        }
        Honest.find(call)
    }

    fn respond(
        &self,
        call: &Call,
        _outcome: &Outcome,
        response: Response<Full<Bytes>>,
    ) -> Option<Response<Full<Bytes>>> {
        Some(if Self::lacks(call) { nowhere() } else { response })
    }
}

fn nowhere() -> Response<Full<Bytes>> {
    page(StatusCode::NOT_FOUND, "No mapping was found.")
}
