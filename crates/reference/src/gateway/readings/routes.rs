//! Paths (B:11-16) and types of bodies (B:25) that are read more leniently or more strictly. No suite may find a
//! violation under any of these readings.

use std::sync::Arc;

use crate::{
    Reading,
    gateway::{BizService, Exception, GatewayBehaviour, GatewayCall, HonestGateway, Route},
    variant::Subject,
};

pub(super) const READINGS: &[Reading] = &[
    Reading {
        name: "gw/route-any",
        text: "A service is served under the route of any kind.",
        shows: &[("GW-HTTP-10", "served-anywhere")],
        behaviour: Subject::Gateway(|| Arc::new(Anywhere)),
    },
    Reading {
        name: "gw/path-lenient",
        text: "The letter case of a route and a slash at the end of a path make no difference.",
        shows: &[("GW-HTTP-9", "served-alike")],
        behaviour: Subject::Gateway(|| Arc::new(Alike)),
    },
    Reading {
        name: "gw/content-type-any",
        text: "A body is read whatever its Content-Type says.",
        shows: &[("GW-HTTP-7", "served")],
        behaviour: Subject::Gateway(|| Arc::new(Types(|_| true))),
    },
    Reading {
        name: "gw/content-type-demanded",
        text: "A body that does not say that it is JSON is refused.",
        shows: &[("GW-HTTP-7", "exception")],
        behaviour: Subject::Gateway(|| {
            Arc::new(Types(|content_type| {
                content_type.is_some() && HonestGateway.takes(content_type)
            }))
        }),
    },
];

struct Anywhere;

impl GatewayBehaviour for Anywhere {
    fn find(&self, call: &GatewayCall) -> Result<&'static BizService, Exception> {
        match call.route {
            Some(Route::Login | Route::Register | Route::Global) => HonestGateway.find(&GatewayCall {
                route: None,
                ..call.clone()
            }),
            _ => HonestGateway.find(call),
        }
    }
}

struct Alike;

impl GatewayBehaviour for Alike {
    fn route(&self, path: &str) -> Option<(Route, Option<String>)> {
        let path = path.strip_suffix('/').unwrap_or(path);
        let (name, rest) = match path.strip_prefix('/')?.split_once('/') {
            Some((name, rest)) => (name, format!("/{rest}")),
            None => (path.strip_prefix('/')?, String::new()),
        };
        HonestGateway.route(&format!("/{}{rest}", name.to_ascii_lowercase()))
    }
}

struct Types(fn(Option<&str>) -> bool);

impl GatewayBehaviour for Types {
    fn takes(&self, content_type: Option<&str>) -> bool {
        self.0(content_type)
    }
}
