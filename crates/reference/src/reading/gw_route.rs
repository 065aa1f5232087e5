//! Paths (B:11-16) and types of bodies (B:25) that are read more leniently or more strictly.

use std::sync::Arc;

use super::{Reading, gateway};
use crate::gateway::{Call, Conduct, Exception, Honest, Route, Service};

pub const ANYWHERE: Reading = gateway(
    "gw/route-any",
    "A service is served under the route of any kind.",
    &[("GW-HTTP-10", "served-anywhere")],
    || Arc::new(Anywhere),
);

pub const ALIKE: Reading = gateway(
    "gw/path-lenient",
    "The letter case of a route and a slash at the end of a path make no difference.",
    &[("GW-HTTP-9", "served-alike")],
    || Arc::new(Alike),
);

pub const TYPE_ANY: Reading = gateway(
    "gw/content-type-any",
    "A body is read whatever its Content-Type says.",
    &[("GW-HTTP-7", "served")],
    || Arc::new(Types(|_| true)),
);

pub const TYPE_DEMANDED: Reading = gateway(
    "gw/content-type-demanded",
    "A body that does not say that it is JSON is refused.",
    &[("GW-HTTP-7", "exception")],
    || {
        Arc::new(Types(|content_type| {
            content_type.is_some() && Honest.takes(content_type)
        }))
    },
);

struct Anywhere;

impl Conduct for Anywhere {
    fn find(&self, call: &Call) -> Result<&'static Service, Exception> {
        match call.route {
            Some(Route::Login | Route::Register | Route::Global) => Honest.find(&Call {
                route: None,
                ..call.clone()
            }),
            _ => Honest.find(call),
        }
    }
}

struct Alike;

impl Conduct for Alike {
    fn route(&self, path: &str) -> Option<(Route, Option<String>)> {
        let path = path.strip_suffix('/').unwrap_or(path);
        let (name, rest) = match path.strip_prefix('/')?.split_once('/') {
            Some((name, rest)) => (name, format!("/{rest}")),
            None => (path.strip_prefix('/')?, String::new()),
        };
        Honest.route(&format!("/{}{rest}", name.to_ascii_lowercase()))
    }
}

struct Types(fn(Option<&str>) -> bool);

impl Conduct for Types {
    fn takes(&self, content_type: Option<&str>) -> bool {
        self.0(content_type)
    }
}
