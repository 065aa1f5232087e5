//! A check of tokens (B:38) that lets somebody through.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::gateway::{Call, Conduct, Exception, Honest, Member, Session, Sessions, Standing, Transport};

pub const MISSING: Fault = Fault {
    name: "gw/token-missing-accepted",
    suite: "gateway",
    text: "In HTTP a call for members is executed without token.",
    breaks: &["GW-HDR-6"],
    conduct: Subject::Gateway(|| Arc::new(Lets(HTTP, Leak::Missing))),
};

pub const MISSING_SOCKET: Fault = Fault {
    name: "gw/ws-token-missing-accepted",
    suite: "gateway",
    text: "Over the WebSocket a call for members is executed without token.",
    breaks: &["GW-WS-11"],
    conduct: Subject::Gateway(|| Arc::new(Lets(SOCKET, Leak::Missing))),
};

pub const UNKNOWN: Fault = Fault {
    name: "gw/token-unknown-accepted",
    suite: "gateway",
    text: "In HTTP any token will do.",
    breaks: &["GW-HDR-7"],
    conduct: Subject::Gateway(|| Arc::new(Lets(HTTP, Leak::Unknown))),
};

pub const UNKNOWN_SOCKET: Fault = Fault {
    name: "gw/ws-token-unknown-accepted",
    suite: "gateway",
    text: "Over the WebSocket any token will do.",
    breaks: &["GW-WS-11"],
    conduct: Subject::Gateway(|| Arc::new(Lets(SOCKET, Leak::Unknown))),
};

pub const EXPIRED: Fault = Fault {
    name: "gw/token-expired-accepted",
    suite: "gateway",
    text: "In HTTP an expired token will do.",
    breaks: &["GW-HDR-7"],
    conduct: Subject::Gateway(|| Arc::new(Lets(HTTP, Leak::Standing(Standing::Expired)))),
};

pub const ENDED: Fault = Fault {
    name: "gw/token-alive-after-logout",
    suite: "gateway",
    text: "A token lives on after its logout.",
    breaks: &["GW-HDR-7"],
    conduct: Subject::Gateway(|| Arc::new(Lets(BOTH, Leak::Standing(Standing::Ended)))),
};

pub const ENDED_SOCKET: Fault = Fault {
    name: "gw/ws-token-alive-after-logout",
    suite: "gateway",
    text: "Over the WebSocket a token lives on after its logout.",
    breaks: &["GW-WS-11"],
    conduct: Subject::Gateway(|| Arc::new(Lets(SOCKET, Leak::Standing(Standing::Ended)))),
};

pub const FOREIGN: Fault = Fault {
    name: "gw/token-foreign-accepted",
    suite: "gateway",
    text: "In HTTP a token of another company will do.",
    breaks: &["GW-HDR-11"],
    conduct: Subject::Gateway(|| Arc::new(Lets(HTTP, Leak::Foreign))),
};

const HTTP: &[Transport] = &[Transport::Http];
const SOCKET: &[Transport] = &[Transport::Socket];
const BOTH: &[Transport] = &[Transport::Http, Transport::Socket];

#[derive(Clone, Copy)]
enum Leak {
    Missing,
    Unknown,
    Standing(Standing),
    Foreign,
}

struct Lets(&'static [Transport], Leak);

impl Conduct for Lets {
    fn honours(&self, call: &Call, session: &Session, company: i64) -> bool {
        let (live, own) = (session.standing == Standing::Live, session.member.company == company);
        Honest.honours(call, session, company)
            || self.0.contains(&call.transport)
                && match self.1 {
                    Leak::Standing(standing) => own && session.standing == standing,
                    Leak::Foreign => live,
                    Leak::Missing | Leak::Unknown => false,
                }
    }

    fn authenticate(&self, sessions: &Sessions, call: &Call, company: i64) -> Result<(Session, String), Exception> {
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
            let standing = Standing::Live;
            return Ok((Session { member, standing }, token.unwrap_or_default()));
        }
        let token = token.ok_or(Exception::TokenMissing)?;
        match sessions.find(&token) {
            Some(session) if self.honours(call, &session, company) => Ok((session, token)),
            _ => Err(Exception::LoginExpired),
        }
    }
}
