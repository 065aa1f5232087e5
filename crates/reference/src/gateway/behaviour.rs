//! Every decision of the gateway that a fault may take differently. The default methods are the honest ones; what they
//! must never do is keep state: that is in the [`Gateway`](super::Gateway) and its [`Connection`]s.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{HeaderMap, Method, Response, http::request::Parts};

use super::{
    BizService, COMPANY, Connection, Exception, GatewayCall, GatewayOutcome, Language, Login, LoginState, Params, Ping,
    Route, Sessions, TIMESTAMP, TOKEN, TRACE, call::is_long, catalogue, member::COMPANIES, outcome::null, route,
};
use crate::{
    json::Node,
    websocket::{Out, ProtocolError, upgrade},
};
use wire::{
    frame::{Frame, Opcode, split_close},
    handshake::accept_key,
};

/// The server as the document wants it.
pub struct HonestGateway;

impl GatewayBehaviour for HonestGateway {}

/// The decisions, in the order in which they arise: those of HTTP, those of the WebSocket, those of a call on either.
pub trait GatewayBehaviour: Send + Sync {
    /// The route and bizType of a path (GW-HTTP-1 to GW-HTTP-4).
    fn route(&self, path: &str) -> Option<(Route, Option<String>)> {
        route::find(path)
    }

    /// Whether a method executes calls: only POST does (B:19, GW-HTTP-5).
    fn allows(&self, method: &Method) -> bool {
        method == Method::POST
    }

    /// Whether a body of this type is read: JSON, whatever its parameters (B:25, GW-HTTP-6), and a body that does not
    /// say what it is (GW-HTTP-7, AMB-B12).
    fn takes(&self, content_type: Option<&str>) -> bool {
        let essence = content_type.map(|value| value.split(';').next().unwrap_or_default().trim());
        essence.is_none_or(|essence| essence.eq_ignore_ascii_case("application/json"))
    }

    /// Whether a header is found under the name that the client spelled; case never matters (RFC 9110 §5.1, GW-HDR-10).
    fn hears(&self, _spelled: &str) -> bool {
        true
    }

    /// Whether [`hears`](Self::hears) wants to be asked, which costs a copy of all that arrives.
    fn minds_spelling(&self) -> bool {
        false
    }

    /// The text of an HTTP header. RFC 9110 §5.5 leaves bytes beyond ASCII open; UTF-8 is what the body has.
    fn header_text(&self, bytes: &[u8]) -> String {
        String::from_utf8_lossy(bytes).into_owned()
    }

    /// The bytes of a call's body.
    fn body(&self, _asked: &Parts, bytes: Vec<u8>) -> Vec<u8> {
        bytes
    }

    /// Changes a whole HTTP response; none closes the connection without a word.
    fn respond(
        &self,
        _call: &GatewayCall,
        _outcome: &GatewayOutcome,
        response: Response<Full<Bytes>>,
    ) -> Option<Response<Full<Bytes>>> {
        Some(response)
    }

    /// Whether a request of this method may be a handshake: RFC 6455 §4.1 knows only GET (GW-WS-15).
    fn shakes(&self, method: &Method) -> bool {
        method == Method::GET
    }

    /// Whether a handshake is taken although it breaks a rule (GW-WS-1).
    fn forgives(&self, _error: upgrade::HandshakeError) -> bool {
        false
    }

    /// Whether a handshake that breaks no rule is taken: nobody has to log in for it (GW-WS-1).
    fn upgrades(&self, _asked: &HeaderMap) -> bool {
        true
    }

    /// The `Sec-WebSocket-Accept` for a key (GW-WS-1).
    fn accept(&self, key: &str) -> String {
        accept_key(key)
    }

    /// Adds to the 101 what is agreed: nothing, because nothing is offered that is needed (GW-WS-16).
    fn agree(&self, _asked: &HeaderMap, _answer: &mut HeaderMap) {}

    /// What is said before anything is heard: nothing.
    fn greet(&self, _connection: &Arc<Connection>) -> Vec<Out> {
        Vec::new()
    }

    /// Whether a protocol error is passed over.
    fn tolerates(&self, _error: ProtocolError) -> bool {
        false
    }

    /// Whether the fragments of a message are joined (RFC 6455 §5.4, GW-WS-12).
    fn joins(&self) -> bool {
        true
    }

    /// Answers an opcode heartbeat (RFC 6455 §5.5.2, GW-WS-12).
    fn opcode_ping(&self, _connection: &Connection, payload: Vec<u8>) -> Vec<Out> {
        vec![Out::Frame(Frame::new(Opcode::Pong, payload))]
    }

    /// Answers a close: the same code goes back, then the server closes first (RFC 6455 §5.5.1, §7.1.1).
    fn close(&self, _connection: &Connection, payload: &[u8]) -> Vec<Out> {
        let echo = match split_close(payload) {
            (Some(code), _) => Frame::close(code, ""),
            (None, _) => Frame::new(Opcode::Close, []),
        };
        vec![Out::Frame(echo), Out::End]
    }

    /// Answers a protocol error: the connection fails (RFC 6455 §7.1.7).
    fn fail(&self, _connection: &Connection, error: ProtocolError) -> Vec<Out> {
        vec![Out::Frame(Frame::close(error.status(), "")), Out::End]
    }

    /// Answers a message that is no call: `honest` tells the exception, and the connection lives on (GW-WS-5, GW-WS-10).
    fn unreadable(&self, _: &Connection, _exception: Exception, _text: &str, honest: Vec<Out>) -> Vec<Out> {
        honest
    }

    /// Answers a binary message: `honest` tells the exception, as for any other message that is no call (GW-WS-10).
    fn binary(&self, _connection: &Connection, honest: Vec<Out>) -> Vec<Out> {
        honest
    }

    /// Whether a heartbeat is taken; none of the required headers is required of it (GW-HB-8, AMB-B4).
    fn takes_ping(&self, _ping: &Ping) -> Result<(), Exception> {
        Ok(())
    }

    /// Changes a pong (GW-HB-2 to GW-HB-9).
    fn pong(&self, _ping: &Ping, honest: Node) -> Node {
        honest
    }

    /// Sends a pong: one, at once, whatever is under way (GW-HB-1, GW-HB-10).
    fn answer_ping(&self, _connection: &Connection, _ping: &Ping, text: String) -> Vec<Out> {
        vec![Out::text(text)]
    }

    /// Sends a reply: one text frame (GW-WS-2, GW-WS-7).
    fn reply(
        &self,
        _connection: &Connection,
        _call: &GatewayCall,
        _outcome: &GatewayOutcome,
        text: String,
    ) -> Vec<Out> {
        vec![Out::text(text)]
    }

    /// Changes a call before anything else is done with it.
    fn receive(&self, _call: &mut GatewayCall) {}

    /// Whether a header is required: the document's three (B:32-34, GW-HDR-1 to GW-HDR-3, GW-HDR-5, GW-WS-3).
    fn requires(&self, _call: &GatewayCall, name: &str) -> bool {
        matches!(name, COMPANY | TRACE | TIMESTAMP)
    }

    /// Whether a header that is a long is one (GW-HDR-4, GW-WS-9).
    fn is_long(&self, call: &GatewayCall, name: &str) -> bool {
        call.header.text(name).is_some_and(is_long)
    }

    /// Whether a company exists (GW-HDR-11).
    fn knows(&self, company: i64) -> bool {
        COMPANIES.contains(&company)
    }

    /// The service that a call names (GW-HTTP-9, GW-HTTP-10, GW-WS-4).
    fn find(&self, call: &GatewayCall) -> Result<&'static BizService, Exception> {
        catalogue::find(call)
    }

    /// The parameters of a call: its body, which is required of both transports (B:44, B:63, GW-BODY-1 to GW-BODY-5,
    /// GW-WS-5).
    fn params(&self, call: &GatewayCall) -> Result<Params, Exception> {
        call.body.read()
    }

    /// The token of a call (B:38, GW-WS-11).
    fn token(&self, call: &GatewayCall) -> Option<String> {
        call.header.text(TOKEN).map(str::to_owned)
    }

    /// Whether a session counts: it is live, and belongs to the company that is named (GW-HDR-7, GW-HDR-11).
    fn honours(&self, _call: &GatewayCall, session: &Login, company: i64) -> bool {
        session.state == LoginState::Live && session.member.company == company
    }

    /// The session of a call to a service for members (GW-HDR-6 to GW-HDR-8).
    fn authenticate(
        &self,
        sessions: &Sessions,
        call: &GatewayCall,
        company: i64,
    ) -> Result<(Login, String), Exception> {
        let token = self.token(call).ok_or(Exception::TokenMissing)?;
        match sessions.find(&token) {
            Some(session) if self.honours(call, &session, company) => Ok((session, token)),
            _ => Err(Exception::LoginExpired),
        }
    }

    /// Changes what becomes of a call. `honest` is already done.
    fn decide(&self, _call: &GatewayCall, honest: GatewayOutcome) -> GatewayOutcome {
        honest
    }

    /// How long a reply takes; `honest` is zero but for a slow call.
    fn delay(&self, _call: &GatewayCall, honest: Duration) -> Duration {
        honest
    }

    /// The language of a reply (B:37, GW-HDR-9).
    fn language(&self, call: &GatewayCall) -> Language {
        Language::of(call.header.text(super::LANG))
    }

    /// The trace in a reply: as it was sent (B:121, GW-RSP-7, GW-WS-6). Asked when the reply is due.
    fn trace(&self, call: &GatewayCall, _outcome: &GatewayOutcome) -> Node {
        call.header
            .field(TRACE)
            .map_or_else(null, |field| Node::raw(&*field.raw))
    }

    /// The processing time in a reply: whole milliseconds (B:120, GW-RSP-5, GW-RSP-6).
    fn tm(&self, _call: &GatewayCall, _outcome: &GatewayOutcome, took: Duration) -> Node {
        Node::raw(took.as_millis().to_string())
    }

    /// Changes a whole reply.
    fn change_reply(&self, _call: &GatewayCall, _outcome: &GatewayOutcome, _reply: &mut Node) {}

    /// The JSON text of a reply or a pong: as short as it can be.
    fn render(&self, reply: &Node) -> String {
        reply.to_string()
    }
}
