//! A required header (B:32-34) that nobody asks for.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::gateway::{
    COMPANY as COMPANY_NAME, Call, Conduct, Honest, TIMESTAMP as TIMESTAMP_NAME, TRACE as TRACE_NAME, Transport,
};

pub const COMPANY: Fault = Fault {
    name: "gw/company-optional",
    suite: "gateway",
    text: "A call without companyId is executed in HTTP.",
    breaks: &["GW-HDR-1"],
    conduct: Subject::Gateway(|| Arc::new(Optional(COMPANY_NAME, &[Transport::Http]))),
};

pub const COMPANY_SOCKET: Fault = Fault {
    name: "gw/ws-company-optional",
    suite: "gateway",
    text: "A call without companyId is executed over the WebSocket.",
    breaks: &["GW-WS-3"],
    conduct: Subject::Gateway(|| Arc::new(Optional(COMPANY_NAME, &[Transport::Socket]))),
};

pub const COMPANY_BOTH: Fault = Fault {
    name: "gw/both-company-optional",
    suite: "gateway",
    text: "A call without companyId is executed.",
    breaks: &["GW-HDR-1", "GW-WS-3"],
    conduct: Subject::Gateway(|| Arc::new(Optional(COMPANY_NAME, BOTH))),
};

pub const TRACE: Fault = Fault {
    name: "gw/trace-optional",
    suite: "gateway",
    text: "A call without trace is executed in HTTP.",
    breaks: &["GW-HDR-2"],
    conduct: Subject::Gateway(|| Arc::new(Optional(TRACE_NAME, &[Transport::Http]))),
};

pub const TRACE_SOCKET: Fault = Fault {
    name: "gw/ws-trace-optional",
    suite: "gateway",
    text: "A call without trace is executed over the WebSocket.",
    breaks: &["GW-WS-3"],
    conduct: Subject::Gateway(|| Arc::new(Optional(TRACE_NAME, &[Transport::Socket]))),
};

pub const TRACE_BOTH: Fault = Fault {
    name: "gw/both-trace-optional",
    suite: "gateway",
    text: "A call without trace is executed.",
    breaks: &["GW-HDR-2", "GW-WS-3"],
    conduct: Subject::Gateway(|| Arc::new(Optional(TRACE_NAME, BOTH))),
};

pub const TIMESTAMP: Fault = Fault {
    name: "gw/timestamp-optional",
    suite: "gateway",
    text: "A call without timestamp is executed in HTTP.",
    breaks: &["GW-HDR-3"],
    conduct: Subject::Gateway(|| Arc::new(Optional(TIMESTAMP_NAME, &[Transport::Http]))),
};

pub const TIMESTAMP_SOCKET: Fault = Fault {
    name: "gw/ws-timestamp-optional",
    suite: "gateway",
    text: "A call without timestamp is executed over the WebSocket.",
    breaks: &["GW-WS-3"],
    conduct: Subject::Gateway(|| Arc::new(Optional(TIMESTAMP_NAME, &[Transport::Socket]))),
};

pub const TIMESTAMP_BOTH: Fault = Fault {
    name: "gw/both-timestamp-optional",
    suite: "gateway",
    text: "A call without timestamp is executed.",
    breaks: &["GW-HDR-3", "GW-WS-3"],
    conduct: Subject::Gateway(|| Arc::new(Optional(TIMESTAMP_NAME, BOTH))),
};

const BOTH: &[Transport] = &[Transport::Http, Transport::Socket];

struct Optional(&'static str, &'static [Transport]);

impl Conduct for Optional {
    fn requires(&self, call: &Call, name: &str) -> bool {
        Honest.requires(call, name) && !(name == self.0 && self.1.contains(&call.transport))
    }
}
