//! A table of headers with exact keys: the spelling of the document, or the one that proxies make of it.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::gateway::{COMPANY, Conduct, GROUP, LANG, TIMESTAMP, TOKEN, TRACE, VERSION};

pub const FAULT: Fault = Fault {
    name: "gw/header-spelling",
    suite: "gateway",
    text: "A header is found only as the document spells it, or in lower case.",
    breaks: &["GW-HDR-10"],
    conduct: Subject::Gateway(|| Arc::new(Exact)),
};

struct Exact;

impl Conduct for Exact {
    fn hears(&self, spelled: &str) -> bool {
        let documented = [COMPANY, TRACE, TIMESTAMP, VERSION, GROUP, LANG, TOKEN].contains(&spelled);
        documented || !spelled.bytes().any(|byte| byte.is_ascii_uppercase())
    }

    fn minds_spelling(&self) -> bool {
        true
    }
}
