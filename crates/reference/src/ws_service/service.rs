//! The service behind `/ws`: lets clients in, hears them out, delivers events. Whatever could be done differently is
//! asked of the [`WsBehaviour`]; the order of the questions is here and nowhere else.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use super::{
    Account, Accounts, Credentials, Refusal, Rejection, Session, WsBehaviour, WsCall, WsOutcome, action,
    behaviour::TOKEN,
};
use crate::{
    clock::Clock,
    json::Node,
    listener::Opening,
    response::put,
    websocket::{self, Guest, Heard, Out, Party, ProtocolError, Reaction, upgrade},
};
use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    HeaderMap, Response, StatusCode,
    header::{ALLOW, CONNECTION, CONTENT_TYPE, DATE, SEC_WEBSOCKET_VERSION, UPGRADE, WWW_AUTHENTICATE},
    http::request::Parts,
};

/// The service and everyone connected to it.
pub struct Service {
    behaviour: Arc<dyn WsBehaviour>,
    clock: Clock,
    accounts: Accounts,
    /// The live sessions of each account, by token.
    /// In an order, so that a push reaches them in the same one every time.
    sessions: Mutex<BTreeMap<String, Vec<Arc<Session>>>>,
    admitted: AtomicU64,
}

impl Service {
    /// A service to which nobody is connected.
    pub fn new(behaviour: Arc<dyn WsBehaviour>, clock: Clock) -> Self {
        Self {
            behaviour,
            clock,
            accounts: Accounts::new(),
            sessions: Mutex::default(),
            admitted: AtomicU64::new(0),
        }
    }

    /// Those it knows.
    pub fn accounts(&self) -> &Accounts {
        &self.accounts
    }

    /// How it decides.
    pub fn behaviour(&self) -> &dyn WsBehaviour {
        &*self.behaviour
    }

    /// Answers a request.
    pub fn open(self: &Arc<Self>, request: &Parts, spelled: &[String]) -> Opening {
        if !self.behaviour.serves(request.uri.path()) {
            return Opening::Respond(self.response(StatusCode::NOT_FOUND, "no such path"));
        }
        if !self.behaviour.allows(&request.method) {
            let mut response = self.response(StatusCode::METHOD_NOT_ALLOWED, "only GET opens a WebSocket");
            put(&mut response, ALLOW, "GET");
            return Opening::Respond(response);
        }
        let error = upgrade::errors(request)
            .into_iter()
            .find(|error| !self.behaviour.forgives(*error) && !self.condones(*error, &request.headers));
        if let Some(error) = error {
            return Opening::Respond(self.mismatch(error));
        }
        let unheard = |name: &String| name.eq_ignore_ascii_case(TOKEN) && !self.behaviour.hears(name);
        let header = self.behaviour.header_token(&request.headers);
        let credentials = Credentials {
            query: request.uri.query().and_then(|query| self.behaviour.query_token(query)),
            header: header.filter(|_| !spelled.iter().any(unheard)),
        };
        match self.behaviour.enter(&self.accounts, credentials) {
            Ok(account) => self.welcome(&request.headers, account),
            Err(refusal) => self.behaviour.refuse(refusal, self.refusal(refusal)),
        }
    }

    /// Delivers an event to every session that it reaches and that wants it, and counts them.
    pub fn push(&self, caller: &Session, call: &WsCall, event: &str, data: &str) -> i64 {
        let everyone: Vec<Arc<Session>> = self.sessions().values().flatten().cloned().collect();
        let mut delivered = 0;
        for receiver in everyone {
            if self.behaviour.reaches(caller, &receiver) && self.behaviour.wants(&receiver, event) {
                let push = self.behaviour.push(&receiver, call, event, data);
                let outs = self.behaviour.deliver(&receiver, self.behaviour.render(&push));
                delivered += i64::from(receiver.tell(outs));
            }
        }
        delivered
    }

    /// What is sent when a call's answer is due.
    fn reply(&self, session: &Session, call: Option<&WsCall>, outcome: &WsOutcome) -> Vec<Out> {
        let mark = call.and_then(|call| match outcome {
            // A:24: an error disconnect carries no mark.
            WsOutcome::Disconnect(_) => None,
            _ => self.behaviour.mark(session, call, outcome),
        });
        let ts = call.and_then(|call| self.behaviour.ts(session, call, self.clock.now()));
        let mut reply = outcome.envelope(mark, ts);
        self.behaviour.change_reply(session, call, outcome, &mut reply);
        let text = self.behaviour.render(&reply);
        match (call, outcome) {
            (Some(call), WsOutcome::Disconnect(disconnect)) => {
                self.behaviour.disconnect(session, call, *disconnect, text)
            }
            _ => self.behaviour.reply(session, call, outcome, text),
        }
    }

    fn welcome(self: &Arc<Self>, asked: &HeaderMap, account: Arc<Account>) -> Opening {
        let accept = self.behaviour.accept(upgrade::key(asked).unwrap_or_default());
        let mut response = upgrade::switch(&accept);
        put(&mut response, DATE, &self.clock.date());
        self.behaviour.agree(asked, response.headers_mut());
        let ends = websocket::queue();
        let number = self.admitted.fetch_add(1, Ordering::Relaxed) + 1;
        let session = Arc::new(Session::new(number, account, ends.0.clone()));
        self.sessions()
            .entry(session.account.token.clone())
            .or_default()
            .push(Arc::clone(&session));
        let service = Arc::clone(self);
        let line = Line { service, session };
        Opening::Upgrade(response, Guest::new(Arc::new(line), ends))
    }

    /// Whether a protocol error is passed over for the value that makes it.
    fn condones(&self, error: upgrade::HandshakeError, headers: &HeaderMap) -> bool {
        let version = || headers.get(SEC_WEBSOCKET_VERSION).and_then(|value| value.to_str().ok());
        match error {
            upgrade::HandshakeError::Version => version().is_some_and(|version| self.behaviour.speaks(version)),
            upgrade::HandshakeError::Key => upgrade::key(headers).is_some_and(|key| self.behaviour.hashes(key)),
            _ => false,
        }
    }

    fn mismatch(&self, error: upgrade::HandshakeError) -> Response<Full<Bytes>> {
        if error != upgrade::HandshakeError::Version {
            return self.response(StatusCode::BAD_REQUEST, "not an opening handshake of RFC 6455");
        }
        // RFC 6455 §4.4 says which version to try; RFC 9110 §15.5.22 wants an Upgrade header.
        let mut response = self.response(StatusCode::UPGRADE_REQUIRED, "only version 13 is spoken");
        put(&mut response, SEC_WEBSOCKET_VERSION, "13");
        put(&mut response, UPGRADE, "websocket");
        put(&mut response, CONNECTION, "Upgrade");
        response
    }

    fn refusal(&self, refusal: Refusal) -> Response<Full<Bytes>> {
        let (status, text) = match refusal {
            Refusal::Missing => (StatusCode::UNAUTHORIZED, "Dev-Token is missing"),
            Refusal::Unknown => (StatusCode::UNAUTHORIZED, "Dev-Token is not valid"),
            Refusal::Expired => (StatusCode::UNAUTHORIZED, "Dev-Token has expired"),
            Refusal::UnderReview => (StatusCode::FORBIDDEN, "the account is under review"),
            Refusal::Unpermitted => (StatusCode::FORBIDDEN, "the account may not connect"),
        };
        let mut response = self.response(status, text);
        if status == StatusCode::UNAUTHORIZED {
            // A 401 must carry a challenge (RFC 9110 §15.5.2).
            put(&mut response, WWW_AUTHENTICATE, TOKEN);
        }
        response
    }

    fn response(&self, status: StatusCode, error: &str) -> Response<Full<Bytes>> {
        let body = Node::object([("error", Node::text(error))]).to_string();
        let mut response = Response::new(Full::from(body));
        *response.status_mut() = status;
        put(&mut response, CONTENT_TYPE, "application/json");
        put(&mut response, DATE, &self.clock.date());
        response
    }

    fn sessions(&self) -> MutexGuard<'_, BTreeMap<String, Vec<Arc<Session>>>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The service's end of one connection; dropping it takes the session off the list.
struct Line {
    service: Arc<Service>,
    session: Arc<Session>,
}

impl Drop for Line {
    fn drop(&mut self) {
        let mut sessions = self.service.sessions();
        if let Some(live) = sessions.get_mut(&self.session.account.token) {
            live.retain(|session| !Arc::ptr_eq(session, &self.session));
        }
    }
}

impl Party for Line {
    fn greet(&self) -> Vec<Out> {
        self.service.behaviour.greet(&self.session)
    }

    fn hear(&self, heard: Heard) -> Reaction {
        let (behaviour, session) = (&self.service.behaviour, &*self.session);
        Reaction::Now(match heard {
            Heard::Text(text) if behaviour.is_ping(&text) => behaviour.text_ping(session, session.count_text_ping()),
            Heard::Text(text) => return self.hear_call(&text),
            Heard::Binary(bytes) => {
                let honest = self.reply(None, &WsOutcome::Rejection(Rejection::Malformed));
                behaviour.binary(session, &bytes, honest)
            }
            Heard::Ping { payload, amid } => behaviour.opcode_ping(session, payload, amid),
            Heard::Pong(payload) => behaviour.pong(session, payload),
            Heard::Close(payload) => behaviour.close(session, &payload),
            Heard::ProtocolError(error) => behaviour.fail(session, error),
        })
    }

    fn tolerates(&self, error: ProtocolError) -> bool {
        self.service.behaviour.tolerates(error)
    }

    fn joins(&self) -> bool {
        self.service.behaviour.joins()
    }

    fn over(&self, amid: bool) {
        self.service.behaviour.left(&self.session, amid);
    }
}

impl Line {
    /// The order of the checks: it is JSON, the interface exists, it is paid for, it is recent.
    fn hear_call(&self, text: &str) -> Reaction {
        let (behaviour, session) = (&self.service.behaviour, &*self.session);
        let Some(call) = behaviour.read(session, text, session.count_call()) else {
            return Reaction::Now(self.reply(None, &WsOutcome::Rejection(Rejection::Malformed)));
        };
        behaviour.note(session, &call);
        let act = action::find(&call);
        let honest = match act {
            Err(rejection) => WsOutcome::Rejection(rejection),
            Ok(_) if behaviour.is_unpaid(session) => WsOutcome::Rejection(Rejection::Unpaid),
            Ok(_) if !behaviour.is_recent(&call, behaviour.judged_at(session, self.service.clock.now())) => {
                behaviour.stale()
            }
            Ok(act) => action::perform(act, &self.service, session, &call),
        };
        let takes = match (act, &honest) {
            (Ok(act), WsOutcome::Success(_)) => action::delay(act, &call),
            _ => Duration::ZERO,
        };
        let outcome = behaviour.decide(session, &call, honest);
        let delay = behaviour.delay(session, &call, takes);
        if delay.is_zero() {
            return Reaction::Now(self.reply(Some(&call), &outcome));
        }
        // The session stays on the list only as long as its connection: this line is not kept alive by an answer.
        let (service, session) = (Arc::clone(&self.service), Arc::clone(&self.session));
        Reaction::Later(delay, Box::new(move || service.reply(&session, Some(&call), &outcome)))
    }

    fn reply(&self, call: Option<&WsCall>, outcome: &WsOutcome) -> Vec<Out> {
        self.service.reply(&self.session, call, outcome)
    }
}
