//! What a connection remembers of an earlier call and should have forgotten: a variable of the thread or of the channel.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use super::{Fault, Subject};
use crate::{
    gateway::{Call, Conduct, Honest, LANG, Language, Outcome, Ping, TOKEN, TRACE, Transport},
    json::Node,
};

pub const TOKEN_OF: Fault = Fault {
    name: "gw/ws-token-kept",
    suite: "gateway",
    text: "A call without a token is executed with the token of an earlier call of its WebSocket.",
    breaks: &["GW-WS-11"],
    conduct: Subject::Gateway(|| Arc::new(KeepsToken::default())),
};

pub const PONG_TOKEN: Fault = Fault {
    name: "gw/pong-token-kept",
    suite: "gateway",
    text: "A pong carries the token of the first ping of its WebSocket.",
    breaks: &["GW-HB-4"],
    conduct: Subject::Gateway(|| Arc::new(KeepsPongToken::default())),
};

pub const LANGUAGE: Fault = Fault {
    name: "gw/keep-alive-lang",
    suite: "gateway",
    text: "In HTTP a call without lang is answered in the language of the one before on its connection.",
    breaks: &["GW-HDR-9"],
    conduct: Subject::Gateway(|| Arc::new(KeepsLanguage::of(Transport::Http))),
};

pub const LANGUAGE_SOCKET: Fault = Fault {
    name: "gw/ws-lang-kept",
    suite: "gateway",
    text: "A call without lang is answered in the language of the one before on its WebSocket.",
    breaks: &["GW-HDR-9"],
    conduct: Subject::Gateway(|| Arc::new(KeepsLanguage::of(Transport::Socket))),
};

pub const FAILED_TRACE: Fault = Fault {
    name: "gw/ws-failed-trace-kept",
    suite: "gateway",
    text: "The reply after an exception carries the trace of the call that failed.",
    breaks: &["GW-WS-7", "GW-WS-14"],
    conduct: Subject::Gateway(|| Arc::new(KeepsFailedTrace::default())),
};

#[derive(Default)]
struct KeepsToken(Mutex<HashMap<u64, String>>);

impl Conduct for KeepsToken {
    fn token(&self, call: &Call) -> Option<String> {
        let own = Honest.token(call);
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

impl Conduct for KeepsPongToken {
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

impl Conduct for KeepsLanguage {
    fn language(&self, call: &Call) -> Language {
        if call.transport != self.transport {
            return Honest.language(call);
        }
        let mut langs = self.langs.lock().unwrap_or_else(PoisonError::into_inner);
        match call.header.text(LANG) {
            Some(lang) => {
                langs.insert(call.connection, lang.to_owned());
                Honest.language(call)
            }
            None => Language::of(langs.get(&call.connection).map(String::as_str)),
        }
    }
}

/// The trace of the last call of each connection, if that has failed.
#[derive(Default)]
struct KeepsFailedTrace(Mutex<HashMap<u64, String>>);

impl Conduct for KeepsFailedTrace {
    fn trace(&self, call: &Call, outcome: &Outcome) -> Node {
        let own = Honest.trace(call, outcome);
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
