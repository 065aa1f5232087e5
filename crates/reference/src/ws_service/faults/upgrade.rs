//! The opening handshake (WS-UPGRADE): what a server answers to it, and to which requests. No fault here may shut the
//! door to everybody for good: then nothing else could be examined.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use hyper::{
    HeaderMap, Method,
    header::{CONNECTION, HeaderValue, SEC_WEBSOCKET_EXTENSIONS, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL},
};

use crate::{
    Fault, query,
    variant::Subject,
    websocket::{Out, upgrade},
    ws_service::{Account, Accounts, Credentials, HonestWs, Refusal, Session, Standing, TOKEN, WsBehaviour},
};

pub(super) const FAULTS: &[Fault] = &[
    // An Accept copied out of RFC 6455 §1.3. Clients with another key must not connect, those with its key notice
    // nothing.
    Fault {
        name: "ws/accept-canned",
        text: "The Accept key is the one of the document, whatever the client sent.",
        breaks: &["WS-UPGRADE-3"],
        behaviour: Subject::WsService(|| Arc::new(AcceptCanned)),
    },
    // A version that the server does not speak must be refused (RFC 6455 §4.4); here none is.
    Fault {
        name: "ws/upgrade-any-version",
        text: "A client that announces a version that nobody speaks is upgraded as if it spoke version 13.",
        breaks: &["WS-UPGRADE-5", "WS-UPGRADE-9"],
        behaviour: Subject::WsService(|| Arc::new(UpgradeAnyVersion)),
    },
    // A server that takes every request to its path for a handshake. The rest of the handshake is still looked at.
    Fault {
        name: "ws/upgrade-unasked",
        text: "A request without an Upgrade header is upgraded all the same.",
        breaks: &["WS-UPGRADE-5"],
        behaviour: Subject::WsService(|| Arc::new(UpgradeUnasked)),
    },
    // A header set once for all clients. Frames are never compressed, so nothing else goes wrong.
    Fault {
        name: "ws/extension-unasked",
        text: "The 101 agrees to compression that the client did not offer.",
        breaks: &["WS-UPGRADE-6"],
        behaviour: Subject::WsService(|| Arc::new(ExtensionUnasked)),
    },
    // A WebSocket handler mounted at the root. Methods are still told apart.
    Fault {
        name: "ws/path-any",
        text: "Every path is the service, not only the documented one.",
        breaks: &["WS-UPGRADE-7"],
        behaviour: Subject::WsService(|| Arc::new(PathAny)),
    },
    // A query taken apart by hand. A token that needs no decoding is still found wherever it stands.
    Fault {
        name: "ws/query-undecoded",
        text: "The token in the query is compared without percent-decoding it.",
        breaks: &["WS-UPGRADE-8"],
        behaviour: Subject::WsService(|| Arc::new(QueryUndecoded)),
    },
    // A pattern anchored at the question mark. The first parameter is still decoded.
    Fault {
        name: "ws/query-first-only",
        text: "The token is only found if it is the first parameter of the query.",
        breaks: &["WS-UPGRADE-8"],
        behaviour: Subject::WsService(|| Arc::new(QueryFirstOnly)),
    },
    // Half of the document: the header is never read.
    Fault {
        name: "ws/header-ignored",
        text: "Only the token in the query is looked at.",
        breaks: &["WS-UPGRADE-2"],
        behaviour: Subject::WsService(|| Arc::new(HeaderIgnored)),
    },
    // A table of headers with exact keys.
    Fault {
        name: "ws/token-header-spelling",
        text: "The header of the token is found only as the document spells it.",
        breaks: &["WS-UPGRADE-4"],
        behaviour: Subject::WsService(|| Arc::new(Exact)),
    },
    // An example that was copied: the response to the document's own key is a text of its own, and a line is missing in
    // it.
    Fault {
        name: "ws/upgrade-connection-missing",
        text: "The 101 to the document's example with the token in the query has no Connection header.",
        breaks: &["WS-UPGRADE-1"],
        behaviour: Subject::WsService(|| Arc::new(ConnectionMissing)),
    },
    // Doors that are shut, or open, to everybody.
    Fault {
        name: "ws/handshake-never",
        text: "Every client is refused: maintenance that was never switched off.",
        breaks: &["WS-UPGRADE-1", "WS-UPGRADE-2", "WS-UPGRADE-3"],
        behaviour: Subject::WsService(|| Arc::new(Shut)),
    },
    Fault {
        name: "ws/handshake-always",
        text: "Every client is let in and served: the check of the token was commented out.",
        breaks: &["WS-TOKEN-1", "WS-TOKEN-2", "WS-TOKEN-3", "WS-TOKEN-4", "WS-TOKEN-5"],
        behaviour: Subject::WsService(|| Arc::new(Open)),
    },
    Fault {
        name: "ws/handshake-once",
        text: "Who has closed a connection is refused when its token comes in the query again: it still counts as connected.",
        breaks: &["WS-TOKEN-5", "WS-TOKEN-6", "WS-TOKEN-7", "WS-UPGRADE-8"],
        behaviour: Subject::WsService(|| Arc::new(Once::default())),
    },
    Fault {
        name: "ws/handshake-by-header-once",
        text: "Who has closed a connection is refused when its token comes in the header again: it counts as a replay.",
        breaks: &["WS-UPGRADE-4", "WS-UPGRADE-8"],
        behaviour: Subject::WsService(|| {
            Arc::new(Once {
                header: true,
                state: Mutex::default(),
            })
        }),
    },
    // A handshake whose method, or whose offer, is not looked at.
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

struct AcceptCanned;

impl WsBehaviour for AcceptCanned {
    fn accept(&self, _key: &str) -> String {
        "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=".to_owned()
    }
}

struct UpgradeAnyVersion;

impl WsBehaviour for UpgradeAnyVersion {
    fn forgives(&self, error: upgrade::HandshakeError) -> bool {
        error == upgrade::HandshakeError::Version
    }
}

struct UpgradeUnasked;

impl WsBehaviour for UpgradeUnasked {
    fn forgives(&self, error: upgrade::HandshakeError) -> bool {
        error == upgrade::HandshakeError::Upgrade
    }
}

struct ExtensionUnasked;

impl WsBehaviour for ExtensionUnasked {
    fn agree(&self, asked: &HeaderMap, answer: &mut HeaderMap) {
        if !asked.contains_key(SEC_WEBSOCKET_EXTENSIONS) {
            answer.insert(SEC_WEBSOCKET_EXTENSIONS, HeaderValue::from_static("permessage-deflate"));
        }
    }
}

struct PathAny;

impl WsBehaviour for PathAny {
    fn serves(&self, _path: &str) -> bool {
        true
    }
}

struct QueryUndecoded;

impl WsBehaviour for QueryUndecoded {
    fn query_token(&self, query: &str) -> Option<String> {
        let (_, value) = query::pairs(query).find(|(name, _)| *name == TOKEN)?;
        Some(value.to_owned())
    }
}

struct QueryFirstOnly;

impl WsBehaviour for QueryFirstOnly {
    fn query_token(&self, query: &str) -> Option<String> {
        let first = query.split('&').next()?;
        query::first(first, TOKEN)
    }
}

struct HeaderIgnored;

impl WsBehaviour for HeaderIgnored {
    fn token(&self, credentials: Credentials) -> Option<String> {
        credentials.query
    }
}

struct Exact;

impl WsBehaviour for Exact {
    fn hears(&self, spelled: &str) -> bool {
        spelled == TOKEN
    }

    fn minds_spelling(&self) -> bool {
        true
    }
}

/// The key of the example (A:42).
const KEY: &[u8] = b"dGhlIHNhbXBsZSBub25jZQ==";

struct ConnectionMissing;

impl WsBehaviour for ConnectionMissing {
    fn agree(&self, asked: &HeaderMap, answer: &mut HeaderMap) {
        let key = asked.get(SEC_WEBSOCKET_KEY).map(|value| value.as_bytes());
        if key == Some(KEY) && !asked.contains_key(TOKEN) {
            answer.remove(CONNECTION);
        }
    }
}

struct Shut;

impl WsBehaviour for Shut {
    fn enter(&self, _accounts: &Accounts, _credentials: Credentials) -> Result<Arc<Account>, Refusal> {
        Err(Refusal::Unpermitted)
    }
}

struct Open;

impl WsBehaviour for Open {
    fn enter(&self, accounts: &Accounts, credentials: Credentials) -> Result<Arc<Account>, Refusal> {
        HonestWs.enter(accounts, credentials).or_else(|_| {
            Ok(Arc::new(Account {
                token: "anybody".to_owned(),
                standing: Standing::Good,
            }))
        })
    }
}

/// The accounts that count as connected, by token.
#[derive(Default)]
struct Once {
    /// Whether it is the token in the header that counts once, or the one in the query.
    header: bool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Those whose latest connection is of this kind.
    latest: HashSet<String>,
    /// Those who closed it.
    closed: HashSet<String>,
}

impl Once {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl WsBehaviour for Once {
    fn enter(&self, accounts: &Accounts, credentials: Credentials) -> Result<Arc<Account>, Refusal> {
        let by_header = credentials.query.is_none();
        let account = HonestWs.enter(accounts, credentials)?;
        let mut state = self.state();
        let came_back = state.closed.remove(&account.token);
        if by_header != self.header {
            state.latest.remove(&account.token);
        } else if came_back {
            return Err(Refusal::Unpermitted);
        } else {
            state.latest.insert(account.token.clone());
        }
        Ok(account)
    }

    fn close(&self, session: &Session, payload: &[u8]) -> Vec<Out> {
        let mut state = self.state();
        // Who gives a reason does not mean to come back.
        if payload.len() <= 2 && state.latest.remove(&session.account.token) {
            state.closed.insert(session.account.token.clone());
        }
        HonestWs.close(session, payload)
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
