//! What the header of a call must be like (B:30-38), where the document can be read more strictly or more leniently.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};

use super::{Reading, gateway};
use crate::{
    gateway::{
        Call, Conduct, Exception, GROUP, Honest, LANG, Outcome, Ping, Route, Service, TIMESTAMP, TOKEN, TRACE,
        Transport, VERSION, null,
    },
    json::Node,
};

pub const TIMESTAMP_OPTIONAL: Reading = gateway(
    "gw/timestamp-not-enforced",
    "A call without timestamp is served.",
    &[("GW-HDR-3", "not-enforced"), ("GW-WS-3", "timestamp-not-enforced")],
    || Arc::new(Requires(|_, name| name != TIMESTAMP)),
);

pub const TIMESTAMP_UNREAD: Reading = gateway(
    "gw/timestamp-unread",
    "The timestamp must be there and is not looked at.",
    &[("GW-HDR-4", "timestamp-unread"), ("GW-WS-3", "timestamp-unread")],
    || Arc::new(Longs(|call, name| name == TIMESTAMP || Honest.is_long(call, name))),
);

pub const FRESH: Reading = gateway(
    "gw/timestamp-fresh",
    "A timestamp more than ten minutes from now is refused.",
    &[("GW-HDR-3", "fresh-only"), ("GW-HDR-4", "number-refused")],
    || {
        Arc::new(Longs(|call, name| {
            Honest.is_long(call, name) && (name != TIMESTAMP || is_fresh(call))
        }))
    },
);

pub const NUMBERS_ONLY: Reading = gateway(
    "gw/ws-numbers-only",
    "Over the WebSocket companyId and timestamp must be JSON numbers.",
    &[("GW-WS-9", "numbers-only")],
    || {
        Arc::new(Longs(|call, name| {
            let is_text = call.header.field(name).is_some_and(|field| field.raw.starts_with('"'));
            Honest.is_long(call, name) && !(call.transport == Transport::Socket && is_text)
        }))
    },
);

pub const TRACE_EMPTY: Reading = gateway(
    "gw/trace-empty-accepted",
    "An empty trace counts as one.",
    &[("GW-HDR-2", "empty-accepted"), ("GW-WS-3", "empty-trace-accepted")],
    || Arc::new(Requires(|call, name| name != TRACE || !call.header.has(TRACE))),
);

pub const TRACE_PLAIN: Reading = gateway(
    "gw/trace-unusual-refused",
    "A trace that is long or has other characters than letters, digits and a few marks is refused.",
    &[("GW-RSP-7", "refused"), ("GW-WS-6", "refused"), ("GW-HB-3", "refused")],
    || Arc::new(PlainTraces),
);

pub const TRACE_CHANGED: Reading = gateway(
    "gw/trace-ascii",
    "In HTTP what is not ASCII in a trace comes back as question marks.",
    &[("GW-RSP-7", "changed")],
    || Arc::new(AsciiTraces),
);

pub const TRACE_ONCE: Reading = gateway(
    "gw/trace-once",
    "A trace that was used before is refused.",
    &[("GW-RSP-7", "refused")],
    || Arc::new(FreshTraces::default()),
);

pub const VALUES: Reading = gateway(
    "gw/optional-value-refused",
    "In HTTP a lang that is not spoken, and a group or version that is empty, is refused.",
    &[("GW-HDR-5", "value-refused")],
    || Arc::new(Finds(refuses_value)),
);

pub const UNKNOWN: Reading = gateway(
    "gw/optional-unknown-refused",
    "A version or group that does not exist is refused, and so is what can't be a token.",
    &[("GW-HDR-5", "unknown-refused")],
    || Arc::new(Finds(refuses_unknown)),
);

pub const TOKEN_READ: Reading = gateway(
    "gw/token-read-by-all",
    "A token that is no session's is refused for a call that needs no login, too, once it was logged out.",
    &[("GW-HDR-5", "unknown-refused")],
    || Arc::new(ReadsTokens::default()),
);

struct Requires(fn(&Call, &str) -> bool);

impl Conduct for Requires {
    fn requires(&self, call: &Call, name: &str) -> bool {
        Honest.requires(call, name) && self.0(call, name)
    }
}

struct Longs(fn(&Call, &str) -> bool);

impl Conduct for Longs {
    fn is_long(&self, call: &Call, name: &str) -> bool {
        self.0(call, name)
    }
}

const WINDOW_MS: u64 = 10 * 60 * 1000;

fn is_fresh(call: &Call) -> bool {
    let sent = call.header.text(TIMESTAMP).and_then(|text| text.parse::<i64>().ok());
    sent.is_some_and(|sent| sent.abs_diff(call.at_ms) <= WINDOW_MS)
}

fn is_plain(trace: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    (2..=64).contains(&trace.len()) && trace.bytes().all(plain)
}

struct PlainTraces;

impl PlainTraces {
    fn refuses(call: &Call) -> bool {
        call.header.text(TRACE).is_some_and(|trace| !is_plain(trace))
    }
}

impl Conduct for PlainTraces {
    fn takes_ping(&self, ping: &Ping) -> Result<(), Exception> {
        let trace = ping.raw(TRACE).and_then(|raw| serde_json::from_str::<String>(raw).ok());
        match trace {
            Some(trace) if !trace.is_empty() && !is_plain(&trace) => Err(Exception::ParamsIllegal),
            _ => Ok(()),
        }
    }

    fn find(&self, call: &Call) -> Result<&'static Service, Exception> {
        if Self::refuses(call) {
            Err(Exception::ParamsIllegal)
        } else {
            Honest.find(call)
        }
    }

    fn trace(&self, call: &Call, outcome: &Outcome) -> Node {
        if Self::refuses(call) {
            null()
        } else {
            Honest.trace(call, outcome)
        }
    }
}

struct AsciiTraces;

impl Conduct for AsciiTraces {
    fn trace(&self, call: &Call, outcome: &Outcome) -> Node {
        let trace = call.header.text(TRACE).filter(|trace| !trace.is_ascii());
        match trace {
            Some(trace) if call.transport == Transport::Http => {
                Node::text(&trace.replace(|char: char| !char.is_ascii(), "?"))
            }
            _ => Honest.trace(call, outcome),
        }
    }
}

/// The traces of the calls that were executed; each is compared whole.
#[derive(Default)]
struct FreshTraces(Mutex<HashSet<String>>);

impl Conduct for FreshTraces {
    fn find(&self, call: &Call) -> Result<&'static Service, Exception> {
        let service = Honest.find(call)?;
        let trace = call.header.text(TRACE).unwrap_or_default().to_owned();
        let mut traces = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if traces.insert(trace) {
            Ok(service)
        } else {
            Err(Exception::AccessDenied)
        }
    }

    fn trace(&self, call: &Call, outcome: &Outcome) -> Node {
        match outcome {
            Outcome::Exception(Exception::AccessDenied) => null(),
            _ => Honest.trace(call, outcome),
        }
    }
}

struct Finds(fn(&Call) -> bool);

impl Conduct for Finds {
    fn find(&self, call: &Call) -> Result<&'static Service, Exception> {
        if self.0(call) {
            Err(Exception::ParamsIllegal)
        } else {
            Honest.find(call)
        }
    }
}

fn refuses_value(call: &Call) -> bool {
    let is_empty = |name| call.header.has(name) && call.header.field(name).is_none();
    let is_spoken = |lang| matches!(lang, "zh-CN" | "en-US" | "zh-HK");
    call.transport == Transport::Http
        && (is_empty(GROUP)
            || is_empty(VERSION)
            || is_empty(LANG)
            || call.header.text(LANG).is_some_and(|lang| !is_spoken(lang)))
}

fn refuses_unknown(call: &Call) -> bool {
    let hexadecimal = |token: &str| token.bytes().all(|byte| byte.is_ascii_hexdigit());
    call.header.text(VERSION).is_some_and(|version| version != "0.0.1")
        || call.header.text(GROUP).is_some()
        || call.header.text(TOKEN).is_some_and(|token| !hexadecimal(token))
}

/// The tokens that were logged out.
#[derive(Default)]
struct ReadsTokens(Mutex<HashSet<String>>);

impl Conduct for ReadsTokens {
    fn find(&self, call: &Call) -> Result<&'static Service, Exception> {
        let ended = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_ended = call.header.text(TOKEN).is_some_and(|token| ended.contains(token));
        if is_ended {
            Err(Exception::LoginExpired)
        } else {
            Honest.find(call)
        }
    }

    fn decide(&self, call: &Call, honest: Outcome) -> Outcome {
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
