//! A logout that ends more than its session: everything that has to do with the link on which it was opened.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Response, StatusCode};

use super::{Fault, Subject};
use crate::{
    gateway::{Call, Conduct, Exception, Honest, Outcome, Route, Session, Sessions, TOKEN, TRACE},
    response::page,
};

pub const REFUSED: Fault = Fault {
    name: "gw/logout-ends-others",
    suite: "gateway",
    text: "A logout ends the other sessions of its link too, earlier and later ones.",
    breaks: &["GW-HDR-8"],
    conduct: Subject::Gateway(|| Arc::new(Spreads::new(Answer::Refused))),
};

pub const DROPPED: Fault = Fault {
    name: "gw/logout-then-dropped",
    suite: "gateway",
    text: "After a logout every request with a token of its link is dropped without a response.",
    breaks: &["GW-HTTP-3", "GW-HDR-5", "GW-HDR-7", "GW-HDR-8"],
    conduct: Subject::Gateway(|| Arc::new(Spreads::new(Answer::Dropped))),
};

pub const PAGE: Fault = Fault {
    name: "gw/logout-then-page",
    suite: "gateway",
    text: "After a logout every request with a token of its link is answered with a page and status 502.",
    breaks: &["GW-HTTP-3", "GW-HDR-5", "GW-HDR-7", "GW-HDR-8"],
    conduct: Subject::Gateway(|| Arc::new(Spreads::new(Answer::Page))),
};

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

impl Conduct for Spreads {
    fn authenticate(&self, sessions: &Sessions, call: &Call, company: i64) -> Result<(Session, String), Exception> {
        let (session, token) = Honest.authenticate(sessions, call, company)?;
        match self.answer {
            Answer::Refused if self.is_left(&token) => Err(Exception::LoginExpired),
            _ => Ok((session, token)),
        }
    }

    fn respond(
        &self,
        call: &Call,
        outcome: &Outcome,
        response: Response<Full<Bytes>>,
    ) -> Option<Response<Full<Bytes>>> {
        let is_left = call.header.text(TOKEN).is_some_and(|token| self.is_left(token));
        let link = call.header.text(TRACE).and_then(|trace| trace.split_once('-'));
        if let (Outcome::Success(data), Some((link, _))) = (outcome, link) {
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
