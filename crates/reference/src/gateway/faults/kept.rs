//! What a connection remembers of an earlier call and should have forgotten: a variable of the thread or of the
//! channel. No fault here may touch the first call of a connection.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use crate::{
    Fault,
    gateway::{
        GatewayBehaviour, GatewayCall, GatewayOutcome, HonestGateway, LANG, Language, Ping, TOKEN, TRACE, Transport,
    },
    json::Node,
    variant::Subject,
};

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        name: "gw/ws-token-kept",
        text: "A call without a token is executed with the token of an earlier call of its WebSocket.",
        breaks: &["GW-WS-11"],
        behaviour: Subject::Gateway(|| Arc::new(KeepsToken::default())),
    },
    Fault {
        name: "gw/pong-token-kept",
        text: "A pong carries the token of the first ping of its WebSocket.",
        breaks: &["GW-HB-4"],
        behaviour: Subject::Gateway(|| Arc::new(KeepsPongToken::default())),
    },
    Fault {
        name: "gw/keep-alive-lang",
        text: "In HTTP a call without lang is answered in the language of the one before on its connection.",
        breaks: &["GW-HDR-9"],
        behaviour: Subject::Gateway(|| Arc::new(KeepsLanguage::of(Transport::Http))),
    },
    Fault {
        name: "gw/ws-lang-kept",
        text: "A call without lang is answered in the language of the one before on its WebSocket.",
        breaks: &["GW-HDR-9"],
        behaviour: Subject::Gateway(|| Arc::new(KeepsLanguage::of(Transport::Socket))),
    },
    Fault {
        name: "gw/ws-failed-trace-kept",
        text: "The reply after an exception carries the trace of the call that failed.",
        breaks: &["GW-WS-7", "GW-WS-14"],
        behaviour: Subject::Gateway(|| Arc::new(KeepsFailedTrace::default())),
    },
];

#[derive(Default)]
struct KeepsToken(Mutex<HashMap<u64, String>>);

impl GatewayBehaviour for KeepsToken {
    fn token(&self, call: &GatewayCall) -> Option<String> {
        let own = HonestGateway.token(call);
        if call.transport == Transport::Http {
            return own;
        }
        let mut tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = &own {
            tokens.insert(call.connection, own.clone());
        }
        own.or_else(|| tokens.get(&call.connection).cloned())
    }
}

#[derive(Default)]
struct KeepsPongToken(Mutex<HashMap<u64, String>>);

impl GatewayBehaviour for KeepsPongToken {
    fn pong(&self, ping: &Ping, mut honest: Node) -> Node {
        if let Some(own) = ping.raw(TOKEN) {
            let mut tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let first = tokens.entry(ping.connection).or_insert_with(|| own.to_owned());
            honest.set(TOKEN, Node::raw(&**first));
        }
        honest
    }
}

struct KeepsLanguage {
    transport: Transport,
    /// The last lang of each connection.
    langs: Mutex<HashMap<u64, String>>,
}

impl KeepsLanguage {
    fn of(transport: Transport) -> Self {
        Self {
            transport,
            langs: Mutex::default(),
        }
    }
}

impl GatewayBehaviour for KeepsLanguage {
    fn language(&self, call: &GatewayCall) -> Language {
        if call.transport != self.transport {
            return HonestGateway.language(call);
        }
        let mut langs = self.langs.lock().unwrap_or_else(PoisonError::into_inner);
        match call.header.text(LANG) {
            Some(lang) => {
                langs.insert(call.connection, lang.to_owned());
                HonestGateway.language(call)
            }
            None => Language::of(langs.get(&call.connection).map(String::as_str)),
        }
    }
}

/// The trace of the last call of each connection, if that has failed.
#[derive(Default)]
struct KeepsFailedTrace(Mutex<HashMap<u64, String>>);

impl GatewayBehaviour for KeepsFailedTrace {
    fn trace(&self, call: &GatewayCall, outcome: &GatewayOutcome) -> Node {
        let own = HonestGateway.trace(call, outcome);
        if call.transport == Transport::Http {
            return own;
        }
        let mut traces = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = traces.remove(&call.connection);
        if !outcome.is_success()
            && let Some(failed) = call.header.field(TRACE)
        {
            traces.insert(call.connection, failed.raw.clone());
        }
        kept.map_or(own, Node::raw)
    }
}
