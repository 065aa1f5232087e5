//! An optional header (B:35-38) that calls in HTTP are refused without.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::reference::gateway::{
    Call, Conduct, GROUP as GROUP_NAME, Honest, LANG as LANG_NAME, Route, TOKEN as TOKEN_NAME, VERSION as VERSION_NAME,
};

pub const VERSION: Fault = Fault {
    name: "gw/version-demanded",
    suite: "gateway",
    text: "A call without version is refused.",
    breaks: &["GW-HDR-5"],
    conduct: Subject::Gateway(|| Arc::new(Demands(VERSION_NAME))),
};

pub const GROUP: Fault = Fault {
    name: "gw/group-demanded",
    suite: "gateway",
    text: "A call without group is refused.",
    breaks: &["GW-HDR-5"],
    conduct: Subject::Gateway(|| Arc::new(Demands(GROUP_NAME))),
};

pub const LANG: Fault = Fault {
    name: "gw/lang-demanded",
    suite: "gateway",
    text: "A call without lang is refused.",
    breaks: &["GW-HDR-5", "GW-HDR-9"],
    conduct: Subject::Gateway(|| Arc::new(Demands(LANG_NAME))),
};

pub const TOKEN: Fault = Fault {
    name: "gw/token-demanded",
    suite: "gateway",
    text: "A call that needs no login is refused without token.",
    breaks: &["GW-HDR-5"],
    conduct: Subject::Gateway(|| Arc::new(Demands(TOKEN_NAME))),
};

struct Demands(&'static str);

impl Conduct for Demands {
    fn requires(&self, call: &Call, name: &str) -> bool {
        // Whoever has yet to log in is let off, or nobody ever could.
        Honest.requires(call, name) || (name == self.0 && call.route == Some(Route::Global))
    }
}
