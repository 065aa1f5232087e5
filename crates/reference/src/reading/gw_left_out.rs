//! Members that running gateways leave out of an exception (B:119-123), and a success's that says nothing.

use std::sync::Arc;

use super::{Reading, gateway};
use crate::{
    gateway::{Call, Conduct, Outcome, null},
    json::Node,
};

const SHOWN: &[(&str, &str)] = &[
    ("GW-RSP-4", "left-out"),
    ("GW-RSP-5", "left-out"),
    ("GW-RSP-7", "left-out"),
    ("GW-RSP-9", "left-out"),
    ("GW-WS-6", "left-out"),
];

pub const ABSENT: Reading = gateway(
    "gw/exception-members-absent",
    "An exception has a code and a msg alone.",
    SHOWN,
    || {
        Arc::new(Amends(|outcome, reply| {
            for name in MEMBERS.iter().filter(|_| !outcome.is_success()) {
                reply.remove(name);
            }
        }))
    },
);

pub const NULL: Reading = gateway(
    "gw/exception-members-null",
    "All members of an exception but its code and msg are null.",
    SHOWN,
    || {
        Arc::new(Amends(|outcome, reply| {
            for name in MEMBERS.iter().filter(|_| !outcome.is_success()) {
                reply.set(name, null());
            }
        }))
    },
);

pub const MSG_PARAMS: Reading = gateway("gw/msg-params-absent", "There is no msgParams.", &[], || {
    Arc::new(Amends(|_, reply| reply.remove("msgParams")))
});

pub const MSG_PARAMS_EMPTY: Reading = gateway(
    "gw/msg-params-empty",
    "Where there is nothing to replace, msgParams is an empty string.",
    &[],
    || {
        Arc::new(Amends(|outcome, reply| {
            if !matches!(outcome, Outcome::Failure(_)) {
                reply.set("msgParams", Node::text(""));
            }
        }))
    },
);

const MEMBERS: [&str; 5] = ["bizCode", "tm", "trace", "msgParams", "data"];

struct Amends(fn(&Outcome, &mut Node));

impl Conduct for Amends {
    fn amend(&self, _call: &Call, outcome: &Outcome, reply: &mut Node) {
        self.0(outcome, reply);
    }
}
