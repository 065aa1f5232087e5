//! Handshakes: how a client is turned away, and who is let in where the document leaves it open (AMB-A1 to AMB-A3). No
//! suite may find a violation under any of these readings.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    HeaderMap, Response, StatusCode,
    header::{CONNECTION, HeaderValue, LOCATION, UPGRADE},
};

use crate::{
    Reading,
    listener::Opening,
    query,
    variant::Subject,
    websocket::Out,
    ws_service::{Account, Accounts, Credentials, HonestWs, Refusal, Session, Standing, TOKEN, WsBehaviour},
};
use wire::frame::Frame;

pub(super) const READINGS: &[Reading] = &[
    Reading {
        name: "ws/refused-without-response",
        text: "Who is refused gets no response: the connection is closed.",
        shows: &[("WS-TOKEN-11", "no-response")],
        behaviour: Subject::WsService(|| Arc::new(Dropped)),
    },
    Reading {
        name: "ws/refused-by-redirect",
        text: "Who is refused is sent to a page where tokens are sold.",
        shows: &[("WS-TOKEN-11", "redirected")],
        behaviour: Subject::WsService(|| Arc::new(Redirected)),
    },
    Reading {
        name: "ws/refused-after-upgrade",
        text: "Who is refused is upgraded first, and then told by a close frame.",
        shows: &[("WS-TOKEN-11", "after-upgrade")],
        behaviour: Subject::WsService(|| Arc::new(Upgraded)),
    },
    Reading {
        name: "ws/token-empty-is-none",
        text: "An empty token in the query counts as none, and the header decides.",
        shows: &[("WS-TOKEN-9", "header-used")],
        behaviour: Subject::WsService(|| Arc::new(Empty)),
    },
    Reading {
        name: "ws/token-header-fallback",
        text: "Where the token in the query is not good, the header is tried.",
        shows: &[("WS-TOKEN-8", "header-fallback"), ("WS-TOKEN-9", "header-used")],
        behaviour: Subject::WsService(|| Arc::new(Fallback)),
    },
    Reading {
        name: "ws/token-name-any-case",
        text: "The name of the query parameter is read in any letter case.",
        shows: &[("WS-TOKEN-15", "accepted")],
        behaviour: Subject::WsService(|| Arc::new(AnyCase)),
    },
    Reading {
        name: "ws/token-last-counts",
        text: "Of several tokens in the same place the last counts.",
        shows: &[("WS-TOKEN-16", "accepted"), ("WS-TOKEN-16", "refused")],
        behaviour: Subject::WsService(|| Arc::new(Last)),
    },
    Reading {
        name: "ws/token-one-session",
        text: "A second connection of an account forces the first one offline.",
        shows: &[("WS-TOKEN-13", "first-answers-otherwise")],
        behaviour: Subject::WsService(|| Arc::new(OneSession::default())),
    },
    Reading {
        name: "ws/key-malformed-accepted",
        text: "A key that is not 16 bytes in base64 is hashed as it stands.",
        shows: &[("WS-UPGRADE-5", "malformed-key-accepted")],
        behaviour: Subject::WsService(|| Arc::new(Key)),
    },
    Reading {
        name: "ws/draft-spoken",
        text: "The drafts 7 and 8 are spoken as well.",
        shows: &[("WS-UPGRADE-5", "draft-spoken")],
        behaviour: Subject::WsService(|| Arc::new(Draft)),
    },
    Reading {
        name: "ws/upgrade-other-case",
        text: "The 101 writes Upgrade and Connection in other letter case, and keep-alive beside it.",
        shows: &[],
        behaviour: Subject::WsService(|| Arc::new(OtherCase)),
    },
];

struct Dropped;

impl WsBehaviour for Dropped {
    fn refuse(&self, _refusal: Refusal, _response: Response<Full<Bytes>>) -> Opening {
        Opening::Drop
    }
}

struct Redirected;

impl WsBehaviour for Redirected {
    fn refuse(&self, _refusal: Refusal, mut response: Response<Full<Bytes>>) -> Opening {
        *response.status_mut() = StatusCode::FOUND;
        response
            .headers_mut()
            .insert(LOCATION, HeaderValue::from_static("/tokens"));
        Opening::Respond(response)
    }
}

struct Upgraded;

impl WsBehaviour for Upgraded {
    fn enter(&self, accounts: &Accounts, credentials: Credentials) -> Result<Arc<Account>, Refusal> {
        HonestWs.enter(accounts, credentials).or_else(|_| {
            Ok(Arc::new(Account {
                token: "refused".to_owned(),
                standing: Standing::Unpermitted,
            }))
        })
    }

    fn greet(&self, session: &Arc<Session>) -> Vec<Out> {
        match session.account.standing {
            Standing::Unpermitted => vec![Out::Frame(Frame::close(1008, "token")), Out::End],
            _ => Vec::new(),
        }
    }
}

struct Empty;

impl WsBehaviour for Empty {
    fn token(&self, credentials: Credentials) -> Option<String> {
        let query = credentials.query.filter(|token| !token.is_empty());
        query.or(credentials.header)
    }
}

struct Fallback;

impl WsBehaviour for Fallback {
    fn enter(&self, accounts: &Accounts, credentials: Credentials) -> Result<Arc<Account>, Refusal> {
        HonestWs.enter(accounts, credentials.clone()).or_else(|refusal| {
            let header = Credentials {
                query: None,
                header: credentials.header,
            };
            HonestWs.enter(accounts, header).map_err(|_| refusal)
        })
    }
}

struct AnyCase;

impl WsBehaviour for AnyCase {
    fn query_token(&self, query: &str) -> Option<String> {
        let mut names = query::pairs(query).map(|(name, _)| name);
        let name = names.find(|name| name.eq_ignore_ascii_case(TOKEN))?;
        query::first(query, name)
    }
}

struct Last;

impl WsBehaviour for Last {
    fn query_token(&self, query: &str) -> Option<String> {
        let named = query::pairs(query).filter(|(name, _)| *name == TOKEN);
        let (name, value) = named.last()?;
        query::first(&format!("{name}={value}"), TOKEN)
    }

    fn header_token(&self, headers: &HeaderMap) -> Option<String> {
        let value = headers.get_all(TOKEN).iter().next_back()?;
        Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
    }
}

#[derive(Default)]
struct OneSession {
    live: Mutex<Vec<Weak<Session>>>,
}

impl WsBehaviour for OneSession {
    fn greet(&self, session: &Arc<Session>) -> Vec<Out> {
        let mut live = self.live.lock().unwrap_or_else(PoisonError::into_inner);
        live.retain(|session| session.strong_count() > 0);
        for first in live.iter().filter_map(Weak::upgrade) {
            if first.account.token == session.account.token {
                let told = r#"{"code":200,"result":{"errorCode":-9998},"msg":"Forced offline"}"#;
                first.tell(vec![Out::text(told), Out::Frame(Frame::close(1000, "")), Out::End]);
            }
        }
        live.push(Arc::downgrade(session));
        Vec::new()
    }
}

struct Key;

impl WsBehaviour for Key {
    fn hashes(&self, key: &str) -> bool {
        !key.is_empty()
    }
}

struct Draft;

impl WsBehaviour for Draft {
    fn speaks(&self, version: &str) -> bool {
        matches!(version, "7" | "8" | "13")
    }
}

struct OtherCase;

impl WsBehaviour for OtherCase {
    fn agree(&self, _asked: &HeaderMap, answer: &mut HeaderMap) {
        answer.insert(UPGRADE, HeaderValue::from_static("WebSocket"));
        answer.insert(CONNECTION, HeaderValue::from_static("keep-alive, upgrade"));
    }
}
