//! The header of a call (GW-HDR), on either transport: required, optional, long or spelled otherwise. No fault here may
//! touch a call that has every header as the document spells it.

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Response, StatusCode};

use crate::{
    Fault,
    gateway::{
        COMPANY, COMPANY as COMPANY_NAME, GROUP, GROUP as GROUP_NAME, GatewayBehaviour, GatewayCall, GatewayOutcome,
        HonestGateway, LANG, LANG as LANG_NAME, Language, Route, TIMESTAMP, TIMESTAMP as TIMESTAMP_NAME, TOKEN,
        TOKEN as TOKEN_NAME, TRACE, Transport, VERSION, VERSION as VERSION_NAME,
    },
    response::page,
    variant::Subject,
};

pub(super) const FAULTS: &[Fault] = &[
    // A required header (B:32-34) that nobody asks for.
    Fault {
        name: "gw/company-optional",
        text: "A call without companyId is executed in HTTP.",
        breaks: &["GW-HDR-1"],
        behaviour: Subject::Gateway(|| Arc::new(Optional(COMPANY, &[Transport::Http]))),
    },
    Fault {
        name: "gw/ws-company-optional",
        text: "A call without companyId is executed over the WebSocket.",
        breaks: &["GW-WS-3"],
        behaviour: Subject::Gateway(|| Arc::new(Optional(COMPANY, &[Transport::Socket]))),
    },
    Fault {
        name: "gw/both-company-optional",
        text: "A call without companyId is executed.",
        breaks: &["GW-HDR-1", "GW-WS-3"],
        behaviour: Subject::Gateway(|| Arc::new(Optional(COMPANY, BOTH))),
    },
    Fault {
        name: "gw/trace-optional",
        text: "A call without trace is executed in HTTP.",
        breaks: &["GW-HDR-2"],
        behaviour: Subject::Gateway(|| Arc::new(Optional(TRACE, &[Transport::Http]))),
    },
    Fault {
        name: "gw/ws-trace-optional",
        text: "A call without trace is executed over the WebSocket.",
        breaks: &["GW-WS-3"],
        behaviour: Subject::Gateway(|| Arc::new(Optional(TRACE, &[Transport::Socket]))),
    },
    Fault {
        name: "gw/both-trace-optional",
        text: "A call without trace is executed.",
        breaks: &["GW-HDR-2", "GW-WS-3"],
        behaviour: Subject::Gateway(|| Arc::new(Optional(TRACE, BOTH))),
    },
    Fault {
        name: "gw/timestamp-optional",
        text: "A call without timestamp is executed in HTTP.",
        breaks: &["GW-HDR-3"],
        behaviour: Subject::Gateway(|| Arc::new(Optional(TIMESTAMP, &[Transport::Http]))),
    },
    Fault {
        name: "gw/ws-timestamp-optional",
        text: "A call without timestamp is executed over the WebSocket.",
        breaks: &["GW-WS-3"],
        behaviour: Subject::Gateway(|| Arc::new(Optional(TIMESTAMP, &[Transport::Socket]))),
    },
    Fault {
        name: "gw/both-timestamp-optional",
        text: "A call without timestamp is executed.",
        breaks: &["GW-HDR-3", "GW-WS-3"],
        behaviour: Subject::Gateway(|| Arc::new(Optional(TIMESTAMP, BOTH))),
    },
    // A header that is a long (B:32, B:34) and is not read as one.
    Fault {
        name: "gw/company-any-text",
        text: "A companyId that is no number is taken for the first company.",
        breaks: &["GW-HDR-4"],
        behaviour: Subject::Gateway(|| Arc::new(Anything(COMPANY_NAME))),
    },
    Fault {
        name: "gw/timestamp-any-text",
        text: "A timestamp that is no number is accepted.",
        breaks: &["GW-HDR-4"],
        behaviour: Subject::Gateway(|| Arc::new(Anything(TIMESTAMP_NAME))),
    },
    Fault {
        name: "gw/company-text-crash",
        text: "A companyId that is no number ends in an internal error.",
        breaks: &["GW-HDR-4"],
        behaviour: Subject::Gateway(|| Arc::new(Crash)),
    },
    // Optional headers (B:35-38) that a caller in HTTP must have all of or none, because a table of them is looked up
    // whole.
    Fault {
        name: "gw/version-demanded",
        text: "A call with every optional header but version is refused.",
        breaks: &["GW-HDR-5"],
        behaviour: Subject::Gateway(|| Arc::new(Demands(VERSION_NAME))),
    },
    Fault {
        name: "gw/group-demanded",
        text: "A call with every optional header but group is refused.",
        breaks: &["GW-HDR-5"],
        behaviour: Subject::Gateway(|| Arc::new(Demands(GROUP_NAME))),
    },
    Fault {
        name: "gw/lang-demanded",
        text: "A call with every optional header but lang is refused.",
        breaks: &["GW-HDR-5"],
        behaviour: Subject::Gateway(|| Arc::new(Demands(LANG_NAME))),
    },
    Fault {
        name: "gw/token-demanded",
        text: "A call with every optional header but token is refused.",
        breaks: &["GW-HDR-5"],
        behaviour: Subject::Gateway(|| Arc::new(Demands(TOKEN_NAME))),
    },
    // A table of headers with exact keys: the spelling of the document, or the one that proxies make of it.
    Fault {
        name: "gw/header-spelling",
        text: "A header is found only as the document spells it, or in lower case.",
        breaks: &["GW-HDR-10"],
        behaviour: Subject::Gateway(|| Arc::new(Exact)),
    },
    // A default language other than the document's (B:37).
    Fault {
        name: "gw/lang-default-english",
        text: "Without lang the msg is English.",
        breaks: &["GW-HDR-9"],
        behaviour: Subject::Gateway(|| Arc::new(English)),
    },
];

const BOTH: &[Transport] = &[Transport::Http, Transport::Socket];

struct Optional(&'static str, &'static [Transport]);

impl GatewayBehaviour for Optional {
    fn requires(&self, call: &GatewayCall, name: &str) -> bool {
        HonestGateway.requires(call, name) && !(name == self.0 && self.1.contains(&call.transport))
    }
}

struct Anything(&'static str);

impl GatewayBehaviour for Anything {
    fn is_long(&self, call: &GatewayCall, name: &str) -> bool {
        HonestGateway.is_long(call, name) || (name == self.0 && call.transport == Transport::Http)
    }
}

struct Crash;

impl GatewayBehaviour for Crash {
    fn respond(
        &self,
        call: &GatewayCall,
        _outcome: &GatewayOutcome,
        response: Response<Full<Bytes>>,
    ) -> Option<Response<Full<Bytes>>> {
        let crashes = call.header.field(COMPANY_NAME).is_some() && !HonestGateway.is_long(call, COMPANY_NAME);
        Some(if crashes {
            page(StatusCode::INTERNAL_SERVER_ERROR, "java.lang.NumberFormatException")
        } else {
            response
        })
    }
}

struct Demands(&'static str);

impl GatewayBehaviour for Demands {
    fn requires(&self, call: &GatewayCall, name: &str) -> bool {
        let others = [VERSION_NAME, GROUP_NAME, LANG_NAME, TOKEN_NAME];
        let has_others = others
            .into_iter()
            .filter(|other| *other != name)
            .all(|other| call.header.has(other));
        // An empty one will do; only one that is left out is missed.
        let misses = name == self.0 && has_others && !call.header.has(name);
        HonestGateway.requires(call, name) || (call.route == Some(Route::Global) && misses)
    }
}

struct Exact;

impl GatewayBehaviour for Exact {
    fn hears(&self, spelled: &str) -> bool {
        let documented = [COMPANY, TRACE, TIMESTAMP, VERSION, GROUP, LANG, TOKEN].contains(&spelled);
        documented || !spelled.bytes().any(|byte| byte.is_ascii_uppercase())
    }

    fn minds_spelling(&self) -> bool {
        true
    }
}

struct English;

impl GatewayBehaviour for English {
    fn language(&self, call: &GatewayCall) -> Language {
        match call.header.text(LANG) {
            None => Language::EnUs,
            Some(_) => HonestGateway.language(call),
        }
    }
}
