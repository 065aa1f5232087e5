//! A default language other than the document's (B:37).

use std::sync::Arc;

use super::{Fault, Subject};
use crate::gateway::{Call, Conduct, Honest, LANG, Language};

pub const FAULT: Fault = Fault {
    name: "gw/lang-default-english",
    suite: "gateway",
    text: "Without lang the msg is English.",
    breaks: &["GW-HDR-9"],
    conduct: Subject::Gateway(|| Arc::new(English)),
};

struct English;

impl Conduct for English {
    fn language(&self, call: &Call) -> Language {
        match call.header.text(LANG) {
            None => Language::EnUs,
            Some(_) => Honest.language(call),
        }
    }
}
