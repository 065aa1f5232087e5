//! Tokens that count where they must not (WS-TOKEN). No fault here may refuse a token that stands where it belongs.

use std::sync::Arc;

use hyper::{HeaderMap, Method, header::{AUTHORIZATION, COOKIE, HeaderValue, SEC_WEBSOCKET_PROTOCOL}};

use crate::{Fault, variant::Subject, websocket::Out, ws_service::{Account, Accounts, WsCall, WsBehaviour, Credentials, HonestWs, WsOutcome, Refusal, Session, Standing}};

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        name: "ws/token-elsewhere-accepted",
        text: "A token in a cookie, in Authorization or as a subprotocol lets a client in.",
        breaks: &["WS-TOKEN-14"],
        behaviour: Subject::WsService(|| Arc::new(Elsewhere)),
    },
    Fault {
        name: "ws/token-in-first-message",
        text: "A client without a token is upgraded, and served if its first message holds one.",
        breaks: &["WS-TOKEN-11", "WS-TOKEN-14"],
        behaviour: Subject::WsService(|| Arc::new(FirstMessage)),
    },
    Fault {
        name: "ws/token-huge-accepted",
        text: "A token that is too long for the cache is not looked up at all.",
        breaks: &["WS-TOKEN-5"],
        behaviour: Subject::WsService(|| Arc::new(Huge)),
    },
    Fault {
        name: "ws/method-any",
        text: "The method of a handshake is not looked at.",
        breaks: &["WS-UPGRADE-7"],
        behaviour: Subject::WsService(|| Arc::new(AnyMethod)),
    },
    Fault {
        name: "ws/subprotocol-unasked",
        text: "The 101 chooses a subprotocol that the client did not offer.",
        breaks: &["WS-UPGRADE-6"],
        behaviour: Subject::WsService(|| Arc::new(Subprotocol)),
    },
];

/// The token of those who have none yet.
const NOBODY: &str = "nobody yet";

fn account(token: &str) -> Arc<Account> {
    Arc::new(Account {
        token: token.to_owned(),
        standing: Standing::Good,
    })
}

struct Elsewhere;

impl WsBehaviour for Elsewhere {
    fn header_token(&self, headers: &HeaderMap) -> Option<String> {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let cookie = text(COOKIE).and_then(|text| text.strip_prefix("Dev-Token="));
        let bearer = text(AUTHORIZATION).and_then(|text| text.strip_prefix("Bearer "));
        let elsewhere = cookie.or(bearer).or(text(SEC_WEBSOCKET_PROTOCOL));
        HonestWs.header_token(headers).or_else(|| elsewhere.map(str::to_owned))
    }
}

struct FirstMessage;

impl WsBehaviour for FirstMessage {
    fn enter(&self, accounts: &Accounts, credentials: Credentials) -> Result<Arc<Account>, Refusal> {
        match HonestWs.enter(accounts, credentials) {
            Err(Refusal::Missing) => Ok(account(NOBODY)),
            entered => entered,
        }
    }

    fn reply(&self, session: &Session, call: Option<&WsCall>, outcome: &WsOutcome, text: String) -> Vec<Out> {
        let shown = call.is_some_and(|call| call.members.contains_key("Dev-Token"));
        if session.account.token == NOBODY && !shown {
            return vec![Out::End];
        }
        HonestWs.reply(session, call, outcome, text)
    }
}

struct Huge;

impl WsBehaviour for Huge {
    fn identify(&self, accounts: &Accounts, token: &str) -> Option<Arc<Account>> {
        if token.len() > 4096 {
            return Some(account("somebody"));
        }
        HonestWs.identify(accounts, token)
    }
}

struct AnyMethod;

impl WsBehaviour for AnyMethod {
    fn allows(&self, _method: &Method) -> bool {
        true
    }
}

struct Subprotocol;

impl WsBehaviour for Subprotocol {
    fn agree(&self, asked: &HeaderMap, answer: &mut HeaderMap) {
        if !asked.contains_key(SEC_WEBSOCKET_PROTOCOL) {
            answer.insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static("json"));
        }
    }
}
