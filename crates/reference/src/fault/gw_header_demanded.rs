//! Optional headers (B:35-38) that a caller in HTTP must have all of or none, because a table of them is looked up whole.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::gateway::{
    Call, Conduct, GROUP as GROUP_NAME, Honest, LANG as LANG_NAME, Route, TOKEN as TOKEN_NAME, VERSION as VERSION_NAME,
};

pub const VERSION: Fault = Fault {
    name: "gw/version-demanded",
    suite: "gateway",
    text: "A call with every optional header but version is refused.",
    breaks: &["GW-HDR-5"],
    conduct: Subject::Gateway(|| Arc::new(Demands(VERSION_NAME))),
};

pub const GROUP: Fault = Fault {
    name: "gw/group-demanded",
    suite: "gateway",
    text: "A call with every optional header but group is refused.",
    breaks: &["GW-HDR-5"],
    conduct: Subject::Gateway(|| Arc::new(Demands(GROUP_NAME))),
};

pub const LANG: Fault = Fault {
    name: "gw/lang-demanded",
    suite: "gateway",
    text: "A call with every optional header but lang is refused.",
    breaks: &["GW-HDR-5"],
    conduct: Subject::Gateway(|| Arc::new(Demands(LANG_NAME))),
};

pub const TOKEN: Fault = Fault {
    name: "gw/token-demanded",
    suite: "gateway",
    text: "A call with every optional header but token is refused.",
    breaks: &["GW-HDR-5"],
    conduct: Subject::Gateway(|| Arc::new(Demands(TOKEN_NAME))),
};

struct Demands(&'static str);

impl Conduct for Demands {
    fn requires(&self, call: &Call, name: &str) -> bool {
        let others = [VERSION_NAME, GROUP_NAME, LANG_NAME, TOKEN_NAME];
        let has_others = others
            .into_iter()
            .filter(|other| *other != name)
            .all(|other| call.header.has(other));
        // An empty one will do; only one that is left out is missed.
        let misses = name == self.0 && has_others && !call.header.has(name);
        Honest.requires(call, name) || (call.route == Some(Route::Global) && misses)
    }
}
