//! What the header of a call must be like (B:30-38), where the document can be read more strictly or more leniently. No
//! suite may find a violation under any of these readings.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};

use crate::{
    Reading,
    gateway::{
        BizService, Exception, GROUP, GatewayBehaviour, GatewayCall, GatewayOutcome, HonestGateway, LANG, Ping, Route,
        TIMESTAMP, TOKEN, TRACE, Transport, VERSION, null,
    },
    json::Node,
    variant::Subject,
};

pub(super) const READINGS: &[Reading] = &[
    Reading {
        name: "gw/timestamp-not-enforced",
        text: "A call without timestamp is served.",
        shows: &[("GW-HDR-3", "not-enforced"), ("GW-WS-3", "timestamp-not-enforced")],
        behaviour: Subject::Gateway(|| Arc::new(Requires(|_, name| name != TIMESTAMP))),
    },
    Reading {
        name: "gw/timestamp-unread",
        text: "The timestamp must be there and is not looked at.",
        shows: &[("GW-HDR-4", "timestamp-unread"), ("GW-WS-3", "timestamp-unread")],
        behaviour: Subject::Gateway(|| {
            Arc::new(Longs(|call, name| {
                name == TIMESTAMP || HonestGateway.is_long(call, name)
            }))
        }),
    },
    Reading {
        name: "gw/timestamp-fresh",
        text: "A timestamp more than ten minutes from now is refused.",
        shows: &[("GW-HDR-3", "fresh-only"), ("GW-HDR-4", "number-refused")],
        behaviour: Subject::Gateway(|| {
            Arc::new(Longs(|call, name| {
                HonestGateway.is_long(call, name) && (name != TIMESTAMP || is_fresh(call))
            }))
        }),
    },
    Reading {
        name: "gw/ws-numbers-only",
        text: "Over the WebSocket companyId and timestamp must be JSON numbers.",
        shows: &[("GW-WS-9", "numbers-only")],
        behaviour: Subject::Gateway(|| {
            Arc::new(Longs(|call, name| {
                let is_text = call.header.field(name).is_some_and(|field| field.raw.starts_with('"'));
                HonestGateway.is_long(call, name) && !(call.transport == Transport::Socket && is_text)
            }))
        }),
    },
    Reading {
        name: "gw/trace-empty-accepted",
        text: "An empty trace counts as one.",
        shows: &[("GW-HDR-2", "empty-accepted"), ("GW-WS-3", "empty-trace-accepted")],
        behaviour: Subject::Gateway(|| Arc::new(Requires(|call, name| name != TRACE || !call.header.has(TRACE)))),
    },
    Reading {
        name: "gw/trace-unusual-refused",
        text: "A trace that is long or has other characters than letters, digits and a few marks is refused.",
        shows: &[("GW-RSP-7", "refused"), ("GW-WS-6", "refused"), ("GW-HB-3", "refused")],
        behaviour: Subject::Gateway(|| Arc::new(PlainTraces)),
    },
    Reading {
        name: "gw/trace-ascii",
        text: "In HTTP what is not ASCII in a trace comes back as question marks.",
        shows: &[("GW-RSP-7", "changed")],
        behaviour: Subject::Gateway(|| Arc::new(AsciiTraces)),
    },
    Reading {
        name: "gw/trace-once",
        text: "A trace that was used before is refused.",
        shows: &[("GW-RSP-7", "refused")],
        behaviour: Subject::Gateway(|| Arc::new(FreshTraces::default())),
    },
    Reading {
        name: "gw/optional-value-refused",
        text: "In HTTP a lang that is not spoken, and a group or version that is empty, is refused.",
        shows: &[("GW-HDR-5", "value-refused")],
        behaviour: Subject::Gateway(|| Arc::new(Finds(refuses_value))),
    },
    Reading {
        name: "gw/optional-unknown-refused",
        text: "A version or group that does not exist is refused, and so is what can't be a token.",
        shows: &[("GW-HDR-5", "unknown-refused")],
        behaviour: Subject::Gateway(|| Arc::new(Finds(refuses_unknown))),
    },
    Reading {
        name: "gw/token-read-by-all",
        text: "A token that is no session's is refused for a call that needs no login, too, once it was logged out.",
        shows: &[("GW-HDR-5", "unknown-refused")],
        behaviour: Subject::Gateway(|| Arc::new(ReadsTokens::default())),
    },
];

struct Requires(fn(&GatewayCall, &str) -> bool);

impl GatewayBehaviour for Requires {
    fn requires(&self, call: &GatewayCall, name: &str) -> bool {
        HonestGateway.requires(call, name) && self.0(call, name)
    }
}

struct Longs(fn(&GatewayCall, &str) -> bool);

impl GatewayBehaviour for Longs {
    fn is_long(&self, call: &GatewayCall, name: &str) -> bool {
        self.0(call, name)
    }
}

const WINDOW_MS: u64 = 10 * 60 * 1000;

fn is_fresh(call: &GatewayCall) -> bool {
    let sent = call.header.text(TIMESTAMP).and_then(|text| text.parse::<i64>().ok());
    sent.is_some_and(|sent| sent.abs_diff(call.at_ms) <= WINDOW_MS)
}

fn is_plain(trace: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    (2..=64).contains(&trace.len()) && trace.bytes().all(plain)
}

struct PlainTraces;

impl PlainTraces {
    fn refuses(call: &GatewayCall) -> bool {
        call.header.text(TRACE).is_some_and(|trace| !is_plain(trace))
    }
}

impl GatewayBehaviour for PlainTraces {
    fn takes_ping(&self, ping: &Ping) -> Result<(), Exception> {
        let trace = ping.raw(TRACE).and_then(|raw| serde_json::from_str::<String>(raw).ok());
        match trace {
            Some(trace) if !trace.is_empty() && !is_plain(&trace) => Err(Exception::ParamsIllegal),
            _ => Ok(()),
        }
    }

    fn find(&self, call: &GatewayCall) -> Result<&'static BizService, Exception> {
        if Self::refuses(call) {
            Err(Exception::ParamsIllegal)
        } else {
            HonestGateway.find(call)
        }
    }

    fn trace(&self, call: &GatewayCall, outcome: &GatewayOutcome) -> Node {
        if Self::refuses(call) {
            null()
        } else {
            HonestGateway.trace(call, outcome)
        }
    }
}

struct AsciiTraces;

impl GatewayBehaviour for AsciiTraces {
    fn trace(&self, call: &GatewayCall, outcome: &GatewayOutcome) -> Node {
        let trace = call.header.text(TRACE).filter(|trace| !trace.is_ascii());
        match trace {
            Some(trace) if call.transport == Transport::Http => {
                Node::text(&trace.replace(|char: char| !char.is_ascii(), "?"))
            }
            _ => HonestGateway.trace(call, outcome),
        }
    }
}

/// The traces of the calls that were executed; each is compared whole.
#[derive(Default)]
struct FreshTraces(Mutex<HashSet<String>>);

impl GatewayBehaviour for FreshTraces {
    fn find(&self, call: &GatewayCall) -> Result<&'static BizService, Exception> {
        let service = HonestGateway.find(call)?;
        let trace = call.header.text(TRACE).unwrap_or_default().to_owned();
        let mut traces = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if traces.insert(trace) {
            Ok(service)
        } else {
            Err(Exception::AccessDenied)
        }
    }

    fn trace(&self, call: &GatewayCall, outcome: &GatewayOutcome) -> Node {
        match outcome {
            GatewayOutcome::Exception(Exception::AccessDenied) => null(),
            _ => HonestGateway.trace(call, outcome),
        }
    }
}

struct Finds(fn(&GatewayCall) -> bool);

impl GatewayBehaviour for Finds {
    fn find(&self, call: &GatewayCall) -> Result<&'static BizService, Exception> {
        if self.0(call) {
            Err(Exception::ParamsIllegal)
        } else {
            HonestGateway.find(call)
        }
    }
}

fn refuses_value(call: &GatewayCall) -> bool {
    let is_empty = |name| call.header.has(name) && call.header.field(name).is_none();
    let is_spoken = |lang| matches!(lang, "zh-CN" | "en-US" | "zh-HK");
    call.transport == Transport::Http
        && (is_empty(GROUP)
            || is_empty(VERSION)
            || is_empty(LANG)
            || call.header.text(LANG).is_some_and(|lang| !is_spoken(lang)))
}

fn refuses_unknown(call: &GatewayCall) -> bool {
    let hexadecimal = |token: &str| token.bytes().all(|byte| byte.is_ascii_hexdigit());
    call.header.text(VERSION).is_some_and(|version| version != "0.0.1")
        || call.header.text(GROUP).is_some()
        || call.header.text(TOKEN).is_some_and(|token| !hexadecimal(token))
}

/// The tokens that were logged out.
#[derive(Default)]
struct ReadsTokens(Mutex<HashSet<String>>);

impl GatewayBehaviour for ReadsTokens {
    fn find(&self, call: &GatewayCall) -> Result<&'static BizService, Exception> {
        let ended = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_ended = call.header.text(TOKEN).is_some_and(|token| ended.contains(token));
        if is_ended {
            Err(Exception::LoginExpired)
        } else {
            HonestGateway.find(call)
        }
    }

    fn decide(&self, call: &GatewayCall, honest: GatewayOutcome) -> GatewayOutcome {
        if honest.is_success()
            && call.route == Some(Route::Logout)
            && let Some(token) = call.header.text(TOKEN)
        {
            let mut ended = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            ended.insert(token.to_owned());
        }
        honest
    }
}
