//! Sessions (GW-HDR, GW-WS): whose token counts, and what a logout ends. No fault here may touch a call that anybody
//! may make.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Response, StatusCode};

use crate::{
    Fault,
    gateway::{
        Exception, GatewayBehaviour, GatewayCall, GatewayOutcome, HonestGateway, Login, LoginState, Member, Route,
        Sessions, TOKEN, TRACE, Transport,
    },
    response::page,
    variant::Subject,
};

pub(super) const FAULTS: &[Fault] = &[
    // A check of tokens (B:38) that lets somebody through.
    Fault {
        name: "gw/token-missing-accepted",
        text: "In HTTP a call for members is executed without token.",
        breaks: &["GW-HDR-6"],
        behaviour: Subject::Gateway(|| Arc::new(Lets(HTTP, Leak::Missing))),
    },
    Fault {
        name: "gw/ws-token-missing-accepted",
        text: "Over the WebSocket a call for members is executed without token.",
        breaks: &["GW-WS-11"],
        behaviour: Subject::Gateway(|| Arc::new(Lets(SOCKET, Leak::Missing))),
    },
    Fault {
        name: "gw/token-unknown-accepted",
        text: "In HTTP any token will do.",
        breaks: &["GW-HDR-7"],
        behaviour: Subject::Gateway(|| Arc::new(Lets(HTTP, Leak::Unknown))),
    },
    Fault {
        name: "gw/ws-token-unknown-accepted",
        text: "Over the WebSocket any token will do.",
        breaks: &["GW-WS-11"],
        behaviour: Subject::Gateway(|| Arc::new(Lets(SOCKET, Leak::Unknown))),
    },
    Fault {
        name: "gw/token-expired-accepted",
        text: "In HTTP an expired token will do.",
        breaks: &["GW-HDR-7"],
        behaviour: Subject::Gateway(|| Arc::new(Lets(HTTP, Leak::State(LoginState::Expired)))),
    },
    Fault {
        name: "gw/token-alive-after-logout",
        text: "A token lives on after its logout.",
        breaks: &["GW-HDR-7"],
        behaviour: Subject::Gateway(|| Arc::new(Lets(BOTH, Leak::State(LoginState::Ended)))),
    },
    Fault {
        name: "gw/ws-token-alive-after-logout",
        text: "Over the WebSocket a token lives on after its logout.",
        breaks: &["GW-WS-11"],
        behaviour: Subject::Gateway(|| Arc::new(Lets(SOCKET, Leak::State(LoginState::Ended)))),
    },
    Fault {
        name: "gw/token-foreign-accepted",
        text: "In HTTP a token of another company will do.",
        breaks: &["GW-HDR-11"],
        behaviour: Subject::Gateway(|| Arc::new(Lets(HTTP, Leak::Foreign))),
    },
    // A token that is looked for where it is not.
    Fault {
        name: "gw/token-header-ignored",
        text: "In HTTP the token is looked for in another header, so that nobody is logged in.",
        breaks: &["GW-HDR-8", "GW-WS-8"],
        behaviour: Subject::Gateway(|| Arc::new(Unread(Transport::Http))),
    },
    Fault {
        name: "gw/ws-token-ignored",
        text: "Over the WebSocket nobody is logged in: the two transports keep their sessions apart.",
        breaks: &["GW-WS-8", "GW-WS-11"],
        behaviour: Subject::Gateway(|| Arc::new(Unread(Transport::Socket))),
    },
    // A logout that ends more than its session: everything that has to do with the link on which it was opened.
    Fault {
        name: "gw/logout-ends-others",
        text: "A logout ends the other sessions of its link too, earlier and later ones.",
        breaks: &["GW-HDR-8"],
        behaviour: Subject::Gateway(|| Arc::new(Spreads::new(Answer::Refused))),
    },
    Fault {
        name: "gw/logout-then-dropped",
        text: "After a logout every request with a token of its link is dropped without a response.",
        breaks: &["GW-HTTP-3", "GW-HDR-5", "GW-HDR-7", "GW-HDR-8"],
        behaviour: Subject::Gateway(|| Arc::new(Spreads::new(Answer::Dropped))),
    },
    Fault {
        name: "gw/logout-then-page",
        text: "After a logout every request with a token of its link is answered with a page and status 502.",
        breaks: &["GW-HTTP-3", "GW-HDR-5", "GW-HDR-7", "GW-HDR-8"],
        behaviour: Subject::Gateway(|| Arc::new(Spreads::new(Answer::Page))),
    },
];

const HTTP: &[Transport] = &[Transport::Http];
const SOCKET: &[Transport] = &[Transport::Socket];
const BOTH: &[Transport] = &[Transport::Http, Transport::Socket];

#[derive(Clone, Copy)]
enum Leak {
    Missing,
    Unknown,
    State(LoginState),
    Foreign,
}

struct Lets(&'static [Transport], Leak);

impl GatewayBehaviour for Lets {
    fn honours(&self, call: &GatewayCall, session: &Login, company: i64) -> bool {
        let (live, own) = (session.state == LoginState::Live, session.member.company == company);
        HonestGateway.honours(call, session, company)
            || self.0.contains(&call.transport)
                && match self.1 {
                    Leak::State(state) => own && session.state == state,
                    Leak::Foreign => live,
                    Leak::Missing | Leak::Unknown => false,
                }
    }

    fn authenticate(
        &self,
        sessions: &Sessions,
        call: &GatewayCall,
        company: i64,
    ) -> Result<(Login, String), Exception> {
        let token = self.token(call);
        let lets = self.0.contains(&call.transport)
            && match (&token, self.1) {
                (None, Leak::Missing) => true,
                (Some(token), Leak::Unknown) => sessions.find(token).is_none(),
                _ => false,
            };
        if lets {
            let member = Member {
                login_name: String::new(),
                company,
            };
            let state = LoginState::Live;
            return Ok((Login { member, state }, token.unwrap_or_default()));
        }
        let token = token.ok_or(Exception::TokenMissing)?;
        match sessions.find(&token) {
            Some(session) if self.honours(call, &session, company) => Ok((session, token)),
            _ => Err(Exception::LoginExpired),
        }
    }
}

struct Unread(Transport);

impl GatewayBehaviour for Unread {
    fn token(&self, call: &GatewayCall) -> Option<String> {
        // Logging out still works: that is another handler.
        HonestGateway
            .token(call)
            .filter(|_| call.transport != self.0 || call.route == Some(Route::Logout))
    }
}

#[derive(Clone, Copy)]
enum Answer {
    Refused,
    Dropped,
    Page,
}

struct Spreads {
    answer: Answer,
    links: Mutex<Links>,
}

/// A link is what a trace says before its first dash.
#[derive(Default)]
struct Links {
    /// The link on which each token was given out.
    of_token: HashMap<String, String>,
    /// The links on which somebody has logged out.
    left: HashSet<String>,
}

impl Spreads {
    fn new(answer: Answer) -> Self {
        Self {
            answer,
            links: Mutex::default(),
        }
    }

    fn is_left(&self, token: &str) -> bool {
        let links = self.links.lock().unwrap_or_else(PoisonError::into_inner);
        links.of_token.get(token).is_some_and(|link| links.left.contains(link))
    }
}

impl GatewayBehaviour for Spreads {
    fn authenticate(
        &self,
        sessions: &Sessions,
        call: &GatewayCall,
        company: i64,
    ) -> Result<(Login, String), Exception> {
        let (session, token) = HonestGateway.authenticate(sessions, call, company)?;
        match self.answer {
            Answer::Refused if self.is_left(&token) => Err(Exception::LoginExpired),
            _ => Ok((session, token)),
        }
    }

    fn respond(
        &self,
        call: &GatewayCall,
        outcome: &GatewayOutcome,
        response: Response<Full<Bytes>>,
    ) -> Option<Response<Full<Bytes>>> {
        let is_left = call.header.text(TOKEN).is_some_and(|token| self.is_left(token));
        let link = call.header.text(TRACE).and_then(|trace| trace.split_once('-'));
        if let (GatewayOutcome::Success(data), Some((link, _))) = (outcome, link) {
            let mut links = self.links.lock().unwrap_or_else(PoisonError::into_inner);
            let mut data = data.clone();
            let token = data
                .at(&[TOKEN])
                .and_then(|token| serde_json::from_str(&token.to_string()).ok());
            match (call.route, token) {
                (Some(Route::Login), Some(token)) => drop(links.of_token.insert(token, link.to_owned())),
                (Some(Route::Logout), _) => drop(links.left.insert(link.to_owned())),
                _ => {}
            }
        }
        match self.answer {
            Answer::Dropped if is_left => None,
            Answer::Page if is_left => Some(page(StatusCode::BAD_GATEWAY, "The upstream closed the connection.")),
            _ => Some(response),
        }
    }
}
