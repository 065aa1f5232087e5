//! Every decision of the server that a fault, or another lawful reading of the document, may take differently. The
//! default methods are the honest ones; what they must never do is keep state: that is in the [`Session`].

use std::{ops::RangeInclusive, sync::Arc, time::Duration};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{HeaderMap, Method, Response};

use super::{Account, Accounts, Disconnect, ErrorCode, Session, Standing, WsCall, WsOutcome, outcome};
use crate::{
    json::Node,
    listener::Opening,
    query,
    websocket::{Out, ProtocolError, upgrade},
};
use wire::{
    frame::{Frame, Opcode, split_close},
    handshake::accept_key,
};

/// The header and the query parameter that hold the token (A:33).
pub const TOKEN: &str = "Dev-Token";

/// The server as the document wants it.
pub struct HonestWs;

impl WsBehaviour for HonestWs {}

/// The tokens of a request, in both places.
#[derive(Clone, Debug, Default)]
pub struct Credentials {
    pub query: Option<String>,
    pub header: Option<String>,
}

/// Why a client is not let in (A:57-60).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    Missing,
    Unknown,
    Expired,
    UnderReview,
    Unpermitted,
}

/// The decisions, in the order in which they arise.
pub trait WsBehaviour: Send + Sync {
    /// Whether a path is the service (WS-UPGRADE-7).
    fn serves(&self, path: &str) -> bool {
        path == "/ws"
    }

    /// Whether a method opens a WebSocket (WS-UPGRADE-7).
    fn allows(&self, method: &Method) -> bool {
        method == Method::GET
    }

    /// Whether a handshake is taken in spite of an error (WS-UPGRADE-5).
    fn forgives(&self, _error: upgrade::HandshakeError) -> bool {
        false
    }

    /// Whether a version of the protocol is spoken (RFC 6455 §4.4, WS-UPGRADE-5).
    fn speaks(&self, version: &str) -> bool {
        version == "13"
    }

    /// Whether a key that is not the base64 of 16 bytes is hashed all the same (WS-UPGRADE-5).
    fn hashes(&self, _key: &str) -> bool {
        false
    }

    /// Whether the token's header is found under the name that the client spelled; case never matters (RFC 9110 §5.1,
    /// WS-UPGRADE-4).
    fn hears(&self, _spelled: &str) -> bool {
        true
    }

    /// Whether [`hears`](Self::hears) wants to be asked, which costs a copy of all that arrives.
    fn minds_spelling(&self) -> bool {
        false
    }

    /// The token in a query (WS-UPGRADE-8).
    fn query_token(&self, query: &str) -> Option<String> {
        query::first(query, TOKEN)
    }

    /// The token in the headers: the first of its name (WS-TOKEN-14, WS-TOKEN-16). Bytes that are no text make a token that
    /// nobody has.
    fn header_token(&self, headers: &HeaderMap) -> Option<String> {
        let value = headers.get(TOKEN)?;
        Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
    }

    /// Which of the tokens counts: the query's wherever there is one, even an empty one (A:34, WS-TOKEN-6, AMB-A2).
    fn token(&self, credentials: Credentials) -> Option<String> {
        credentials.query.or(credentials.header)
    }

    /// The account of a token (WS-TOKEN-5).
    fn identify(&self, accounts: &Accounts, token: &str) -> Option<Arc<Account>> {
        accounts.find(token).cloned()
    }

    /// Whether an account may connect (A:57-60). The unpaid may: they are not in that list (WS-TOKEN-10).
    fn admit(&self, standing: Standing) -> Result<(), Refusal> {
        match standing {
            Standing::Good | Standing::Unpaid => Ok(()),
            Standing::Expired => Err(Refusal::Expired),
            Standing::UnderReview => Err(Refusal::UnderReview),
            Standing::Unpermitted => Err(Refusal::Unpermitted),
        }
    }

    /// The account that is let in, or why none is.
    fn enter(&self, accounts: &Accounts, credentials: Credentials) -> Result<Arc<Account>, Refusal> {
        let token = self.token(credentials).ok_or(Refusal::Missing)?;
        let account = self.identify(accounts, &token).ok_or(Refusal::Unknown)?;
        self.admit(account.standing).map(|()| account)
    }

    /// How a client is turned away; `response` says why (WS-TOKEN-11).
    fn refuse(&self, _refusal: Refusal, response: Response<Full<Bytes>>) -> Opening {
        Opening::Respond(response)
    }

    /// The `Sec-WebSocket-Accept` for a key (WS-UPGRADE-3).
    fn accept(&self, key: &str) -> String {
        accept_key(key)
    }

    /// Changes the headers of the 101; no extension or subprotocol is ever agreed to (WS-UPGRADE-6).
    fn agree(&self, _asked: &HeaderMap, _answer: &mut HeaderMap) {}

    /// What is said before anything is heard: nothing (WS-HB-5).
    fn greet(&self, _session: &Arc<Session>) -> Vec<Out> {
        Vec::new()
    }

    /// Whether a protocol error is passed over.
    fn tolerates(&self, _error: ProtocolError) -> bool {
        false
    }

    /// Whether the fragments of a message are joined (RFC 6455 §5.4, WS-CALL-9).
    fn joins(&self) -> bool {
        true
    }

    /// Whether a text message is a heartbeat (WS-HB-1).
    fn is_ping(&self, text: &str) -> bool {
        text == "ping"
    }

    /// Answers the `nth` text heartbeat (WS-HB-1, WS-HB-4).
    fn text_ping(&self, _session: &Session, _nth: u64) -> Vec<Out> {
        vec![Out::text("pong")]
    }

    /// Answers an opcode heartbeat, which may come `amid` the fragments of a message (WS-HB-2, WS-HB-3, WS-HB-8).
    fn opcode_ping(&self, _session: &Session, payload: Vec<u8>, _amid: bool) -> Vec<Out> {
        vec![Out::Frame(Frame::new(Opcode::Pong, payload))]
    }

    /// Answers an unsolicited pong: not at all (RFC 6455 §5.5.3, WS-HB-8).
    fn pong(&self, _session: &Session, _payload: Vec<u8>) -> Vec<Out> {
        Vec::new()
    }

    /// Answers a close: the same code goes back, then the server closes first (RFC 6455 §5.5.1, §7.1.1).
    fn close(&self, _session: &Session, payload: &[u8]) -> Vec<Out> {
        let echo = match split_close(payload) {
            (Some(code), _) => Frame::close(code, ""),
            (None, _) => Frame::new(Opcode::Close, []),
        };
        vec![Out::Frame(echo), Out::End]
    }

    /// Answers a protocol error: the connection fails (RFC 6455 §7.1.7).
    fn fail(&self, _session: &Session, error: ProtocolError) -> Vec<Out> {
        vec![Out::Frame(Frame::close(error.status(), "")), Out::End]
    }

    /// Answers a binary message: only JSON text is a way to call (A:64, WS-CALL-11), so `honest` rejects it.
    fn binary(&self, _session: &Session, _bytes: &[u8], honest: Vec<Out>) -> Vec<Out> {
        honest
    }

    /// The connection is over; the client may have left `amid` a message.
    fn left(&self, _session: &Session, _amid: bool) {}

    /// Reads a call; `None` if the text is none (WS-CALL-4, WS-CALL-8).
    fn read(&self, _session: &Session, text: &str, nth: u64) -> Option<WsCall> {
        WsCall::read(text, nth)
    }

    /// Notes a call before it is looked at.
    fn note(&self, _session: &Session, _call: &WsCall) {}

    /// Whether an account has yet to pay (WS-CALL-5).
    fn is_unpaid(&self, session: &Session) -> bool {
        session.account.standing == Standing::Unpaid
    }

    /// By how many seconds `ts` may differ from the server's clock: ±5 minutes (A:66, AMB-A7).
    fn window(&self) -> RangeInclusive<i64> {
        -300..=300
    }

    /// The time that a call states: integer seconds in `params.ts` (WS-TS-1, WS-TS-7, WS-TS-9, AMB-A6).
    fn stated_time(&self, call: &WsCall, _now: i64) -> Option<i64> {
        call.integer_ts()?.parse().ok()
    }

    /// The time by which a call's `ts` is judged: that of the call (A:66, WS-TS-4).
    fn judged_at(&self, _session: &Session, now: i64) -> i64 {
        now
    }

    /// Whether a call is recent (WS-TS-2 to WS-TS-5).
    fn is_recent(&self, call: &WsCall, now: i64) -> bool {
        self.stated_time(call, now)
            .and_then(|ts| ts.checked_sub(now))
            .is_some_and(|ahead| self.window().contains(&ahead))
    }

    /// Changes what becomes of a call. `honest` is already done: a push, for one, is already on its way.
    fn decide(&self, _session: &Session, _call: &WsCall, honest: WsOutcome) -> WsOutcome {
        honest
    }

    /// How long a reply takes; `honest` is zero but for a slow call.
    fn delay(&self, _session: &Session, _call: &WsCall, honest: Duration) -> Duration {
        honest
    }

    /// The mark in a reply: as it was sent (A:66, WS-MARK-1 to WS-MARK-7). Asked when the reply is due.
    fn mark(&self, _session: &Session, call: &WsCall, _outcome: &WsOutcome) -> Option<Node> {
        call.mark().map(Node::raw)
    }

    /// The `ts` in a reply: as it was sent, unless it was no integer (A:93, AMB-A5).
    fn ts(&self, _session: &Session, call: &WsCall, _now: i64) -> Option<Node> {
        call.integer_ts().map(Node::raw)
    }

    /// Changes a whole reply; there is no call if the message could not be read as one.
    fn change_reply(&self, _session: &Session, _call: Option<&WsCall>, _outcome: &WsOutcome, _reply: &mut Node) {}

    /// The text of a reply or push.
    fn render(&self, reply: &Node) -> String {
        reply.to_string()
    }

    /// Sends a reply: one text frame (WS-CALL-1, WS-CALL-6).
    fn reply(&self, _session: &Session, _call: Option<&WsCall>, _outcome: &WsOutcome, text: String) -> Vec<Out> {
        vec![Out::text(text)]
    }

    /// Ends the connection: the message, then a close (A:8-9, WS-OFF-1 to WS-OFF-4).
    fn disconnect(&self, _session: &Session, _call: &WsCall, _disconnect: Disconnect, text: String) -> Vec<Out> {
        vec![Out::text(text), Out::Frame(Frame::close(1000, "")), Out::End]
    }

    /// Whether what an account triggers is heard by a session at all: by its own.
    fn reaches(&self, caller: &Session, receiver: &Session) -> bool {
        caller.account.token == receiver.account.token
    }

    /// Whether a session gets an event (WS-PUSH-4).
    fn wants(&self, session: &Session, event: &str) -> bool {
        session.subscribed(event)
    }

    /// The event that `call` triggered, for one of its receivers (A:23-24, WS-PUSH-1, WS-PUSH-2, WS-MARK-10).
    fn push(&self, _receiver: &Session, _call: &WsCall, event: &str, data: &str) -> Node {
        outcome::push(event, data)
    }

    /// Sends a push: one text frame (WS-PUSH-1).
    fn deliver(&self, _receiver: &Session, text: String) -> Vec<Out> {
        vec![Out::text(text)]
    }

    /// The failure of a call that is not recent (WS-TS-10, AMB-A4).
    fn stale(&self) -> WsOutcome {
        WsOutcome::Failure(ErrorCode::Illegal1)
    }
}
