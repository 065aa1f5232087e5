//! HTTP around the calls (GW-HTTP): routes, methods, types of bodies, connections that are kept. No fault here may
//! touch what a body says.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Method, Response, StatusCode, header::CONTENT_TYPE, http::request::Parts};

use crate::{
    Fault,
    gateway::{
        Access, BizService, Body, Exception, GatewayBehaviour, GatewayCall, GatewayOutcome, HonestGateway, Route,
        TRACE, Transport,
    },
    json::Node,
    response::{page, put},
    variant::Subject,
};

pub(super) const FAULTS: &[Fault] = &[
    // A route that a deployment forgot.
    Fault {
        name: "gw/login-route-missing",
        text: "The route of logins answers with the framework's page of a 404.",
        breaks: &["GW-HTTP-1"],
        behaviour: Subject::Gateway(|| Arc::new(Lacks(Route::Login))),
    },
    Fault {
        name: "gw/register-route-missing",
        text: "The route of registrations answers with the framework's page of a 404.",
        breaks: &["GW-HTTP-2"],
        behaviour: Subject::Gateway(|| Arc::new(Lacks(Route::Register))),
    },
    Fault {
        name: "gw/logout-route-missing",
        text: "The route of logouts answers with the framework's page of a 404.",
        breaks: &["GW-HTTP-3"],
        behaviour: Subject::Gateway(|| Arc::new(Lacks(Route::Logout))),
    },
    Fault {
        name: "gw/global-route-of-guests",
        text: "The route of other requests has only what needs no login; the rest is answered with the page of a 404.",
        breaks: &["GW-HTTP-4", "GW-HDR-8"],
        behaviour: Subject::Gateway(|| Arc::new(OfGuests)),
    },
    // A handler that was registered for more methods than POST (B:19). What has no body is taken to have an empty one.
    Fault {
        name: "gw/get-executes",
        text: "A GET executes the call.",
        breaks: &["GW-HTTP-5"],
        behaviour: Subject::Gateway(|| Arc::new(Executes(&[Method::GET]))),
    },
    Fault {
        name: "gw/head-executes",
        text: "A HEAD executes the call, whose reply nobody sees.",
        breaks: &["GW-HTTP-5"],
        behaviour: Subject::Gateway(|| Arc::new(Executes(&[Method::HEAD]))),
    },
    Fault {
        name: "gw/put-executes",
        text: "PUT, PATCH and DELETE execute the call.",
        breaks: &["GW-HTTP-5"],
        behaviour: Subject::Gateway(|| Arc::new(Executes(&[Method::PUT, Method::PATCH, Method::DELETE]))),
    },
    // Content types compared or chosen without care.
    Fault {
        name: "gw/charset-refused",
        text: "A content type with the parameter charset is refused.",
        breaks: &["GW-HTTP-6"],
        behaviour: Subject::Gateway(|| Arc::new(CharsetRefused)),
    },
    Fault {
        name: "gw/content-type-html",
        text: "JSON is sent as text/html, which is the default of the language.",
        breaks: &["GW-HTTP-12"],
        behaviour: Subject::Gateway(|| Arc::new(SaysHtml)),
    },
    // State of a connection that outlives its request: a buffer that is not cleared, a variable of the thread.
    Fault {
        name: "gw/keep-alive-body",
        text: "A later request on a connection is executed with the body of the one before.",
        breaks: &["GW-HTTP-11"],
        behaviour: Subject::Gateway(|| Arc::new(KeepsBody::default())),
    },
    Fault {
        name: "gw/keep-alive-trace",
        text: "A later reply on a connection carries the trace of the first request.",
        breaks: &["GW-HTTP-11"],
        behaviour: Subject::Gateway(|| Arc::new(KeepsTrace::default())),
    },
];

struct Lacks(Route);

impl GatewayBehaviour for Lacks {
    fn find(&self, call: &GatewayCall) -> Result<&'static BizService, Exception> {
        if call.route == Some(self.0) {
            return Err(Exception::NoSuchInterface);
        }
        HonestGateway.find(call)
    }

    fn respond(
        &self,
        call: &GatewayCall,
        _outcome: &GatewayOutcome,
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
    fn lacks(call: &GatewayCall) -> bool {
        let of_members = |service: &BizService| service.access == Access::Members;
        call.route == Some(Route::Global) && HonestGateway.find(call).is_ok_and(of_members)
    }
}

impl GatewayBehaviour for OfGuests {
    fn find(&self, call: &GatewayCall) -> Result<&'static BizService, Exception> {
        if Self::lacks(call) {
            return Err(Exception::NoSuchInterface);
        }
        HonestGateway.find(call)
    }

    fn respond(
        &self,
        call: &GatewayCall,
        _outcome: &GatewayOutcome,
        response: Response<Full<Bytes>>,
    ) -> Option<Response<Full<Bytes>>> {
        Some(if Self::lacks(call) { nowhere() } else { response })
    }
}

fn nowhere() -> Response<Full<Bytes>> {
    page(StatusCode::NOT_FOUND, "No mapping was found.")
}

struct Executes(&'static [Method]);

impl GatewayBehaviour for Executes {
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

struct CharsetRefused;

impl GatewayBehaviour for CharsetRefused {
    fn takes(&self, content_type: Option<&str>) -> bool {
        content_type.is_none_or(|value| value.eq_ignore_ascii_case("application/json"))
    }
}

struct SaysHtml;

impl GatewayBehaviour for SaysHtml {
    fn respond(
        &self,
        _: &GatewayCall,
        _: &GatewayOutcome,
        mut response: Response<Full<Bytes>>,
    ) -> Option<Response<Full<Bytes>>> {
        put(&mut response, CONTENT_TYPE, "text/html;charset=utf-8");
        Some(response)
    }
}

#[derive(Default)]
struct KeepsBody {
    /// The last body of each connection.
    bodies: Mutex<HashMap<u64, Body>>,
}

impl GatewayBehaviour for KeepsBody {
    fn receive(&self, call: &mut GatewayCall) {
        if call.transport == Transport::Http {
            let mut bodies = self.bodies.lock().unwrap_or_else(PoisonError::into_inner);
            let own = call.body.clone();
            call.body = bodies.insert(call.connection, own.clone()).unwrap_or(own);
        }
    }
}

#[derive(Default)]
struct KeepsTrace {
    /// The first trace of each connection.
    traces: Mutex<HashMap<u64, String>>,
}

impl GatewayBehaviour for KeepsTrace {
    fn trace(&self, call: &GatewayCall, outcome: &GatewayOutcome) -> Node {
        let Some(own) = call.header.field(TRACE).filter(|_| call.transport == Transport::Http) else {
            return HonestGateway.trace(call, outcome);
        };
        let mut traces = self.traces.lock().unwrap_or_else(PoisonError::into_inner);
        Node::raw(&**traces.entry(call.connection).or_insert_with(|| own.raw.clone()))
    }
}
