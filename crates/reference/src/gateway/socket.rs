//! The gateway over a WebSocket (B:46-111): messages into calls and heartbeats, and their outcomes into messages.

use std::{sync::Arc, time::Duration};

use hyper::{
    StatusCode,
    header::{CONNECTION, DATE, SEC_WEBSOCKET_VERSION, UPGRADE},
    http::request::Parts,
};

use super::{Body, Connection, Exception, Gateway, GatewayCall, GatewayOutcome, Header, Ping};
use crate::{
    clock::Stopwatch,
    json::RawMembers,
    listener::{Opening, Visit},
    response::put,
    websocket::{self, Guest, Heard, Out, Party, ProtocolError, Reaction, upgrade},
};

impl Gateway {
    /// Answers an opening handshake. There is nothing to log in with yet, so everybody is let in (GW-WS-1).
    pub(super) fn open_socket(self: &Arc<Self>, request: &Parts, visit: &Visit) -> Opening {
        let refuse = |status, exception| self.refuse_socket(request, visit, status, exception);
        if !self.behaviour().shakes(&request.method) {
            return refuse(StatusCode::METHOD_NOT_ALLOWED, Exception::MethodUnsupported);
        }
        let error = upgrade::errors(request)
            .into_iter()
            .find(|error| !self.behaviour().forgives(*error));
        match error {
            Some(upgrade::HandshakeError::Version) => {
                // RFC 6455 §4.4 says which version to try; RFC 9110 §15.5.22 wants an Upgrade header.
                let mut opening = refuse(StatusCode::UPGRADE_REQUIRED, Exception::ParamsIllegal);
                if let Opening::Respond(response) = &mut opening {
                    put(response, SEC_WEBSOCKET_VERSION, "13");
                    put(response, UPGRADE, "websocket");
                    put(response, CONNECTION, "Upgrade");
                }
                return opening;
            }
            Some(_) => return refuse(StatusCode::BAD_REQUEST, Exception::ParamsIllegal),
            None if !self.behaviour().upgrades(&request.headers) => {
                return refuse(StatusCode::BAD_REQUEST, Exception::ParamsIllegal);
            }
            None => {}
        }
        let key = upgrade::key(&request.headers).unwrap_or_default();
        let mut response = upgrade::switch(&self.behaviour().accept(key));
        put(&mut response, DATE, &self.clock().date());
        self.behaviour().agree(&request.headers, response.headers_mut());
        let ends = websocket::queue();
        let line = Line {
            gateway: Arc::clone(self),
            connection: Arc::new(Connection::new(self.count_socket(), ends.0.clone())),
        };
        Opening::Upgrade(response, Guest::new(Arc::new(line), ends))
    }
}

/// The gateway's end of one connection.
struct Line {
    gateway: Arc<Gateway>,
    connection: Arc<Connection>,
}

impl Party for Line {
    fn greet(&self) -> Vec<Out> {
        self.gateway.behaviour().greet(&self.connection)
    }

    fn hear(&self, heard: Heard) -> Reaction {
        let (behaviour, connection) = (self.gateway.behaviour(), &*self.connection);
        match heard {
            Heard::Text(text) => self.hear_message(&text),
            // Only text is a way to call (AMB-B14 has no other example); it is answered like any other unreadable one.
            Heard::Binary(_) => {
                let honest = self.refuse("", Header::default(), Exception::ParamsIllegal);
                Reaction::Now(behaviour.binary(connection, honest))
            }
            Heard::Ping { payload, .. } => Reaction::Now(behaviour.opcode_ping(connection, payload)),
            // RFC 6455 §5.5.3: an unsolicited pong is not answered.
            Heard::Pong(_) => Reaction::Now(Vec::new()),
            Heard::Close(payload) => Reaction::Now(behaviour.close(connection, &payload)),
            Heard::ProtocolError(error) => Reaction::Now(behaviour.fail(connection, error)),
        }
    }

    fn tolerates(&self, error: ProtocolError) -> bool {
        self.gateway.behaviour().tolerates(error)
    }

    fn joins(&self) -> bool {
        self.gateway.behaviour().joins()
    }
}

impl Line {
    fn hear_message(&self, text: &str) -> Reaction {
        // GW-WS-10: what is no object, or has something else for a header, is an exception; the connection lives.
        let refuse = |exception| Reaction::Now(self.refuse(text, Header::default(), exception));
        let Ok(message) = serde_json::from_str::<RawMembers>(text) else {
            return refuse(Exception::ParamsIllegal);
        };
        let given = |name| message.get(name).map(|raw| raw.get()).filter(|raw| *raw != "null");
        let Some(header) = given("header") else {
            return refuse(Exception::HeaderMissing);
        };
        let Ok(header) = serde_json::from_str::<RawMembers>(header) else {
            return refuse(Exception::ParamsIllegal);
        };
        // What a null is to a call, its behaviour decides.
        let body = message.get("body").map(|raw| raw.get());
        if Ping::is(&header) {
            let ping = Ping {
                connection: self.connection.number,
                header,
                has_body: given("body").is_some(),
                nth: self.connection.count_ping(),
            };
            return Reaction::Now(self.hear_ping(text, ping));
        }
        let body = body.map_or(Body::Missing, |raw| Body::Text(raw.to_owned()));
        self.hear_call(Header::of_members(&header), body)
    }

    fn hear_ping(&self, text: &str, ping: Ping) -> Vec<Out> {
        let behaviour = self.gateway.behaviour();
        match behaviour.takes_ping(&ping) {
            Ok(()) => {
                let honest = ping.pong(self.gateway.clock().now_ms());
                let pong = behaviour.render(&behaviour.pong(&ping, honest));
                behaviour.answer_ping(&self.connection, &ping, pong)
            }
            Err(exception) => self.refuse(text, Header::of_members(&ping.header), exception),
        }
    }

    fn hear_call(&self, header: Header, body: Body) -> Reaction {
        let since = Stopwatch::start();
        let connection = &self.connection;
        let mut call = GatewayCall::of_message(connection.number, connection.count_call(), header, body);
        let (outcome, takes) = self.gateway.execute(&mut call);
        if takes == Duration::ZERO {
            return Reaction::Now(self.reply(&call, &outcome, since));
        }
        // Answers may overtake each other: the trace tells them apart (GW-WS-7).
        connection.start();
        let line = Self {
            gateway: Arc::clone(&self.gateway),
            connection: Arc::clone(connection),
        };
        Reaction::Later(
            takes,
            Box::new(move || {
                line.connection.finish();
                line.reply(&call, &outcome, since)
            }),
        )
    }

    /// Answers what is no call with an exception.
    fn refuse(&self, text: &str, header: Header, exception: Exception) -> Vec<Out> {
        let call = GatewayCall::of_message(self.connection.number, 0, header, Body::Missing);
        let honest = self.reply(&call, &GatewayOutcome::Exception(exception), Stopwatch::start());
        let behaviour = self.gateway.behaviour();
        behaviour.unreadable(&self.connection, exception, text, honest)
    }

    fn reply(&self, call: &GatewayCall, outcome: &GatewayOutcome, since: Stopwatch) -> Vec<Out> {
        let text = self.gateway.reply(call, outcome, since);
        self.gateway.behaviour().reply(&self.connection, call, outcome, text)
    }
}
