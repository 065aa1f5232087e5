//! Data of an exception that is not the bizType (B:123, AMB-B8).

use std::sync::Arc;

use super::{Fault, Subject, gw_amends::Amends};
use crate::{
    gateway::{Call, Outcome},
    json::Node,
};

pub const OBJECT: Fault = Fault {
    name: "gw/exception-data-object",
    suite: "gateway",
    text: "The data of an exception is an empty object.",
    breaks: &["GW-RSP-9"],
    conduct: Subject::Gateway(|| Arc::new(Amends(object))),
};

pub const ROUTE: Fault = Fault {
    name: "gw/exception-data-route",
    suite: "gateway",
    text: "In HTTP the data of an exception is the bizType behind its route.",
    breaks: &["GW-RSP-9", "GW-WS-8"],
    conduct: Subject::Gateway(|| Arc::new(Amends(route))),
};

pub const SERVICE: Fault = Fault {
    name: "gw/exception-data-service",
    suite: "gateway",
    text: "The data of an exception is the bizType without its method.",
    breaks: &["GW-RSP-9"],
    conduct: Subject::Gateway(|| Arc::new(Amends(service))),
};

fn object(_: &Call, outcome: &Outcome, reply: &mut Node) {
    if !outcome.is_success() {
        reply.set("data", Node::object([]));
    }
}

fn route(call: &Call, outcome: &Outcome, reply: &mut Node) {
    if let (false, Some(route), Some(biz_type)) = (outcome.is_success(), call.route, &call.biz_type) {
        let route = format!("{route:?}").to_lowercase();
        reply.set("data", Node::text(&format!("{route}/{biz_type}")));
    }
}

fn service(call: &Call, outcome: &Outcome, reply: &mut Node) {
    if let (false, Some(biz_type)) = (outcome.is_success(), &call.biz_type) {
        let service = biz_type.rsplit_once('.').map_or(&**biz_type, |(service, _)| service);
        reply.set("data", Node::text(service));
    }
}
