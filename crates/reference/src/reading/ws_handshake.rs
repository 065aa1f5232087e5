//! Handshakes: how a client is turned away, and who is let in where the document leaves it open (AMB-A1 to AMB-A3).

use std::sync::{Arc, Mutex, PoisonError, Weak};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    HeaderMap, Response, StatusCode,
    header::{CONNECTION, HeaderValue, LOCATION, UPGRADE},
};

use super::{Reading, Subject};
use crate::{
    listener::Opening,
    query,
    websocket::Out,
    ws_service::{Account, Accounts, Conduct, Credentials, Honest, Refusal, Session, Standing, TOKEN},
};
use wire::frame::Frame;

pub const DROPPED: Reading = Reading {
    name: "ws/refused-without-response",
    suite: "ws-service",
    text: "Who is refused gets no response: the connection is closed.",
    shows: &[("WS-TOKEN-11", "no-response")],
    conduct: Subject::WsService(|| Arc::new(Dropped)),
};

pub const REDIRECTED: Reading = Reading {
    name: "ws/refused-by-redirect",
    suite: "ws-service",
    text: "Who is refused is sent to a page where tokens are sold.",
    shows: &[("WS-TOKEN-11", "redirected")],
    conduct: Subject::WsService(|| Arc::new(Redirected)),
};

pub const UPGRADED: Reading = Reading {
    name: "ws/refused-after-upgrade",
    suite: "ws-service",
    text: "Who is refused is upgraded first, and then told by a close frame.",
    shows: &[("WS-TOKEN-11", "after-upgrade")],
    conduct: Subject::WsService(|| Arc::new(Upgraded)),
};

pub const EMPTY: Reading = Reading {
    name: "ws/token-empty-is-none",
    suite: "ws-service",
    text: "An empty token in the query counts as none, and the header decides.",
    shows: &[("WS-TOKEN-9", "header-used")],
    conduct: Subject::WsService(|| Arc::new(Empty)),
};

pub const FALLBACK: Reading = Reading {
    name: "ws/token-header-fallback",
    suite: "ws-service",
    text: "Where the token in the query is not good, the header is tried.",
    shows: &[("WS-TOKEN-8", "header-fallback"), ("WS-TOKEN-9", "header-used")],
    conduct: Subject::WsService(|| Arc::new(Fallback)),
};

pub const ANY_CASE: Reading = Reading {
    name: "ws/token-name-any-case",
    suite: "ws-service",
    text: "The name of the query parameter is read in any letter case.",
    shows: &[("WS-TOKEN-15", "accepted")],
    conduct: Subject::WsService(|| Arc::new(AnyCase)),
};

pub const LAST: Reading = Reading {
    name: "ws/token-last-counts",
    suite: "ws-service",
    text: "Of several tokens in the same place the last counts.",
    shows: &[("WS-TOKEN-16", "accepted"), ("WS-TOKEN-16", "refused")],
    conduct: Subject::WsService(|| Arc::new(Last)),
};

pub const ONE_SESSION: Reading = Reading {
    name: "ws/token-one-session",
    suite: "ws-service",
    text: "A second connection of an account forces the first one offline.",
    shows: &[("WS-TOKEN-13", "first-answers-otherwise")],
    conduct: Subject::WsService(|| Arc::new(OneSession::default())),
};

pub const KEY: Reading = Reading {
    name: "ws/key-malformed-accepted",
    suite: "ws-service",
    text: "A key that is not 16 bytes in base64 is hashed as it stands.",
    shows: &[("WS-UPGRADE-5", "malformed-key-accepted")],
    conduct: Subject::WsService(|| Arc::new(Key)),
};

pub const DRAFT: Reading = Reading {
    name: "ws/draft-spoken",
    suite: "ws-service",
    text: "The drafts 7 and 8 are spoken as well.",
    shows: &[("WS-UPGRADE-5", "draft-spoken")],
    conduct: Subject::WsService(|| Arc::new(Draft)),
};

pub const OTHER_CASE: Reading = Reading {
    name: "ws/upgrade-other-case",
    suite: "ws-service",
    text: "The 101 writes Upgrade and Connection in other letter case, and keep-alive beside it.",
    shows: &[],
    conduct: Subject::WsService(|| Arc::new(OtherCase)),
};

struct Dropped;

impl Conduct for Dropped {
    fn refuse(&self, _refusal: Refusal, _response: Response<Full<Bytes>>) -> Opening {
        Opening::Drop
    }
}

struct Redirected;

impl Conduct for Redirected {
    fn refuse(&self, _refusal: Refusal, mut response: Response<Full<Bytes>>) -> Opening {
        *response.status_mut() = StatusCode::FOUND;
        response
            .headers_mut()
            .insert(LOCATION, HeaderValue::from_static("/tokens"));
        Opening::Respond(response)
    }
}

struct Upgraded;

impl Conduct for Upgraded {
    fn enter(&self, accounts: &Accounts, credentials: Credentials) -> Result<Arc<Account>, Refusal> {
        Honest.enter(accounts, credentials).or_else(|_| {
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

impl Conduct for Empty {
    fn token(&self, credentials: Credentials) -> Option<String> {
        let query = credentials.query.filter(|token| !token.is_empty());
        query.or(credentials.header)
    }
}

struct Fallback;

impl Conduct for Fallback {
    fn enter(&self, accounts: &Accounts, credentials: Credentials) -> Result<Arc<Account>, Refusal> {
        Honest.enter(accounts, credentials.clone()).or_else(|refusal| {
            let header = Credentials {
                query: None,
                header: credentials.header,
            };
            Honest.enter(accounts, header).map_err(|_| refusal)
        })
    }
}

struct AnyCase;

impl Conduct for AnyCase {
    fn query_token(&self, query: &str) -> Option<String> {
        let mut names = query::pairs(query).map(|(name, _)| name);
        let name = names.find(|name| name.eq_ignore_ascii_case(TOKEN))?;
        query::first(query, name)
    }
}

struct Last;

impl Conduct for Last {
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

impl Conduct for OneSession {
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

impl Conduct for Key {
    fn hashes(&self, key: &str) -> bool {
        !key.is_empty()
    }
}

struct Draft;

impl Conduct for Draft {
    fn speaks(&self, version: &str) -> bool {
        matches!(version, "7" | "8" | "13")
    }
}

struct OtherCase;

impl Conduct for OtherCase {
    fn agree(&self, _asked: &HeaderMap, answer: &mut HeaderMap) {
        answer.insert(UPGRADE, HeaderValue::from_static("WebSocket"));
        answer.insert(CONNECTION, HeaderValue::from_static("keep-alive, upgrade"));
    }
}
