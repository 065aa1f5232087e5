//! Members that running gateways leave out of an exception (B:119-123), and a success's that says nothing. No suite may
//! find a violation under any of these readings.

use std::sync::Arc;

use crate::{
    Reading,
    gateway::{GatewayBehaviour, GatewayCall, GatewayOutcome, null},
    json::Node,
    variant::Subject,
};

pub(super) const READINGS: &[Reading] = &[
    Reading {
        name: "gw/exception-members-absent",
        text: "An exception has a code and a msg alone.",
        shows: SHOWN,
        behaviour: Subject::Gateway(|| {
            Arc::new(ChangesReply(|outcome, reply| {
                for name in MEMBERS.iter().filter(|_| !outcome.is_success()) {
                    reply.remove(name);
                }
            }))
        }),
    },
    Reading {
        name: "gw/exception-members-null",
        text: "All members of an exception but its code and msg are null.",
        shows: SHOWN,
        behaviour: Subject::Gateway(|| {
            Arc::new(ChangesReply(|outcome, reply| {
                for name in MEMBERS.iter().filter(|_| !outcome.is_success()) {
                    reply.set(name, null());
                }
            }))
        }),
    },
    Reading {
        name: "gw/exception-data-object",
        text: "The data of an exception is an object that holds the bizType.",
        shows: &[("GW-RSP-9", "object-with-biz-type")],
        behaviour: Subject::Gateway(|| {
            Arc::new(ChangesReply(|outcome, reply| {
                if let (false, Some(data)) = (outcome.is_success(), reply.at(&["data"])) {
                    *data = Node::object([("bizType", data.clone())]);
                }
            }))
        }),
    },
    Reading {
        name: "gw/msg-params-absent",
        text: "There is no msgParams.",
        shows: &[],
        behaviour: Subject::Gateway(|| Arc::new(ChangesReply(|_, reply| reply.remove("msgParams")))),
    },
    Reading {
        name: "gw/msg-params-empty",
        text: "Where there is nothing to replace, msgParams is an empty string.",
        shows: &[],
        behaviour: Subject::Gateway(|| {
            Arc::new(ChangesReply(|outcome, reply| {
                if !matches!(outcome, GatewayOutcome::Failure(_)) {
                    reply.set("msgParams", Node::text(""));
                }
            }))
        }),
    },
];

const SHOWN: &[(&str, &str)] = &[
    ("GW-RSP-4", "left-out"),
    ("GW-RSP-5", "left-out"),
    ("GW-RSP-7", "left-out"),
    ("GW-RSP-9", "left-out"),
    ("GW-WS-6", "left-out"),
];

const MEMBERS: [&str; 5] = ["bizCode", "tm", "trace", "msgParams", "data"];

struct ChangesReply(fn(&GatewayOutcome, &mut Node));

impl GatewayBehaviour for ChangesReply {
    fn change_reply(&self, _call: &GatewayCall, outcome: &GatewayOutcome, reply: &mut Node) {
        self.0(outcome, reply);
    }
}
