//! Tokens (WS-TOKEN): who is let in, as whom, and who is turned away. No fault here may change what is said on a
//! connection that was rightly opened.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use hyper::{
    HeaderMap,
    header::{AUTHORIZATION, COOKIE, SEC_WEBSOCKET_PROTOCOL},
};

use crate::{
    Fault,
    variant::Subject,
    websocket::Out,
    ws_service::{
        Account, Accounts, Credentials, HonestWs, Refusal, Session, Standing, WsBehaviour, WsCall, WsOutcome,
    },
};

pub(super) const FAULTS: &[Fault] = &[
    // A check that only runs when there is something to check. A token that is there, even an empty one, is still
    // judged.
    Fault {
        name: "ws/token-missing-accepted",
        text: "A client without any token is let in as a guest.",
        breaks: &["WS-TOKEN-1"],
        behaviour: Subject::WsService(|| Arc::new(TokenMissingAccepted)),
    },
    // Accounts of one more standing are let in, because one of the checks at the door was forgotten.
    Fault {
        name: "ws/token-expired-accepted",
        text: "An expired token still opens a connection.",
        breaks: &["WS-TOKEN-2"],
        behaviour: Subject::WsService(|| Arc::new(Admits(Standing::Expired))),
    },
    Fault {
        name: "ws/token-review-accepted",
        text: "An account under review may connect.",
        breaks: &["WS-TOKEN-3"],
        behaviour: Subject::WsService(|| Arc::new(Admits(Standing::UnderReview))),
    },
    Fault {
        name: "ws/token-nopermission-accepted",
        text: "An account without permission may connect.",
        breaks: &["WS-TOKEN-4"],
        behaviour: Subject::WsService(|| Arc::new(Admits(Standing::Unpermitted))),
    },
    // A database column whose collation ignores case.
    Fault {
        name: "ws/token-case-folded",
        text: "Tokens are compared without regard to case.",
        breaks: &["WS-TOKEN-5"],
        behaviour: Subject::WsService(|| Arc::new(TokenCaseFolded)),
    },
    // Input that a framework trims unasked.
    Fault {
        name: "ws/token-trimmed",
        text: "Blanks around a token are cut off before it is compared.",
        breaks: &["WS-TOKEN-5"],
        behaviour: Subject::WsService(|| Arc::new(TokenTrimmed)),
    },
    // A column of 32 characters that silently cuts off the rest.
    Fault {
        name: "ws/token-cut-off",
        text: "Only the first 32 characters of a token are compared.",
        breaks: &["WS-TOKEN-5"],
        behaviour: Subject::WsService(|| Arc::new(TokenCutOff)),
    },
    // The documented priority `get > header`, read the wrong way round.
    Fault {
        name: "ws/token-header-outranks",
        text: "The token in the header outranks the one in the query.",
        breaks: &["WS-TOKEN-6", "WS-TOKEN-7", "WS-TOKEN-8"],
        behaviour: Subject::WsService(|| Arc::new(TokenHeaderOutranks)),
    },
    // Two checks in a row, one a place, instead of one check of the token that counts.
    Fault {
        name: "ws/token-header-vetoes",
        text: "A bad token in the header is refused although the one in the query is good.",
        breaks: &["WS-TOKEN-7"],
        behaviour: Subject::WsService(|| Arc::new(TokenHeaderVetoes)),
    },
    // A gate and a service behind it that look for the token in different places.
    Fault {
        name: "ws/token-header-identity",
        text: "The query opens the door, but the header says whose account it is.",
        breaks: &["WS-TOKEN-6"],
        behaviour: Subject::WsService(|| Arc::new(TokenHeaderIdentity)),
    },
    // Payment checked together with permission. The document refuses four kinds of client, and this is none of them.
    Fault {
        name: "ws/token-unpaid-refused",
        text: "An account that has yet to pay is refused at the door instead of at each call.",
        breaks: &["WS-TOKEN-10"],
        behaviour: Subject::WsService(|| Arc::new(TokenUnpaidRefused)),
    },
    // A framework that looks at the token only once the connection is open. No call is ever served.
    Fault {
        name: "ws/token-refused-late",
        text: "A bad token is upgraded and then hung up on, instead of being refused.",
        breaks: &["WS-TOKEN-11"],
        behaviour: Subject::WsService(|| Arc::new(TokenRefusedLate)),
    },
    // Sessions kept under a shortened token: whoever is refused with a token much like another's takes that one's
    // place.
    Fault {
        name: "ws/refusal-resets-another",
        text: "Refusing a client resets the connections whose token begins like the refused one.",
        breaks: &["WS-TOKEN-12"],
        behaviour: Subject::WsService(|| Arc::new(RefusalResetsAnother::default())),
    },
    // Tokens that count where they must not.
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
];

struct TokenMissingAccepted;

impl WsBehaviour for TokenMissingAccepted {
    fn enter(&self, accounts: &Accounts, credentials: Credentials) -> Result<Arc<Account>, Refusal> {
        if credentials.query.is_none() && credentials.header.is_none() {
            return Ok(Arc::new(Account {
                token: "guest".to_owned(),
                standing: Standing::Good,
            }));
        }
        HonestWs.enter(accounts, credentials)
    }
}

struct Admits(Standing);

impl WsBehaviour for Admits {
    fn admit(&self, standing: Standing) -> Result<(), Refusal> {
        if standing == self.0 {
            Ok(())
        } else {
            HonestWs.admit(standing)
        }
    }
}

struct TokenCaseFolded;

impl WsBehaviour for TokenCaseFolded {
    fn identify(&self, accounts: &Accounts, token: &str) -> Option<Arc<Account>> {
        accounts.find(&token.to_lowercase()).cloned()
    }
}

struct TokenTrimmed;

impl WsBehaviour for TokenTrimmed {
    fn identify(&self, accounts: &Accounts, token: &str) -> Option<Arc<Account>> {
        accounts.find(token.trim()).cloned()
    }
}

struct TokenCutOff;

impl WsBehaviour for TokenCutOff {
    fn identify(&self, accounts: &Accounts, token: &str) -> Option<Arc<Account>> {
        let token: String = token.chars().take(32).collect();
        accounts.find(&token).cloned()
    }
}

struct TokenHeaderOutranks;

impl WsBehaviour for TokenHeaderOutranks {
    fn token(&self, credentials: Credentials) -> Option<String> {
        credentials.header.or(credentials.query)
    }
}

struct TokenHeaderVetoes;

impl WsBehaviour for TokenHeaderVetoes {
    fn enter(&self, accounts: &Accounts, credentials: Credentials) -> Result<Arc<Account>, Refusal> {
        let header = credentials.header.clone();
        let account = HonestWs.enter(accounts, credentials)?;
        match header {
            Some(token) if self.identify(accounts, &token).is_none() => Err(Refusal::Unknown),
            _ => Ok(account),
        }
    }
}

struct TokenHeaderIdentity;

impl WsBehaviour for TokenHeaderIdentity {
    fn enter(&self, accounts: &Accounts, credentials: Credentials) -> Result<Arc<Account>, Refusal> {
        let header = credentials.header.clone();
        let account = HonestWs.enter(accounts, credentials)?;
        let other = header.and_then(|token| self.identify(accounts, &token));
        Ok(other.unwrap_or(account))
    }
}

struct TokenUnpaidRefused;

impl WsBehaviour for TokenUnpaidRefused {
    fn admit(&self, standing: Standing) -> Result<(), Refusal> {
        match standing {
            Standing::Unpaid => Err(Refusal::Unpermitted),
            other => HonestWs.admit(other),
        }
    }
}

struct TokenRefusedLate;

impl WsBehaviour for TokenRefusedLate {
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
            Standing::Unpermitted => vec![Out::End],
            _ => Vec::new(),
        }
    }
}

/// How much of a token is compared.
const ALIKE: usize = 31;

#[derive(Default)]
struct RefusalResetsAnother {
    live: Mutex<Vec<Weak<Session>>>,
}

impl WsBehaviour for RefusalResetsAnother {
    fn enter(&self, accounts: &Accounts, credentials: Credentials) -> Result<Arc<Account>, Refusal> {
        let token = self.token(credentials.clone());
        let entered = HonestWs.enter(accounts, credentials);
        if let (Err(_), Some(start)) = (&entered, token.as_deref().and_then(|token| token.get(..ALIKE))) {
            let live = self.live.lock().unwrap_or_else(PoisonError::into_inner);
            let sessions = live.iter().filter_map(Weak::upgrade);
            for session in sessions.filter(|session| session.account.token.starts_with(start)) {
                session.tell(vec![Out::Abort]);
            }
        }
        entered
    }

    fn greet(&self, session: &Arc<Session>) -> Vec<Out> {
        let mut live = self.live.lock().unwrap_or_else(PoisonError::into_inner);
        live.retain(|session| session.strong_count() > 0);
        live.push(Arc::downgrade(session));
        Vec::new()
    }
}

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
