//! The gateway over HTTP (B:1-44): requests into calls, and their outcomes into responses.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::{
    HeaderMap, Method, Request, Response, StatusCode,
    body::{Body as _, Incoming},
    header::{ALLOW, CONTENT_TYPE, DATE},
    http::request::Parts,
};
use tokio::time::sleep;

use super::{
    Body, COMPANY, Exception, Field, GROUP, Gateway, GatewayCall, GatewayOutcome, Header, LANG, TIMESTAMP, TOKEN,
    TRACE, Transport, VERSION,
};
use crate::{
    clock::Stopwatch,
    listener::{Opening, Visit},
    response::put,
};

/// The longest body that is read, so that one client can't fill the memory.
const LONGEST_BODY: usize = 4 << 20;

impl Gateway {
    /// Answers a request whose path, below the gateway's, is `path`.
    pub async fn open(self: &Arc<Self>, path: &str, request: Request<Incoming>, visit: Visit) -> Opening {
        let since = Stopwatch::start();
        let (parts, body) = request.into_parts();
        if path == "/ws" {
            return self.open_socket(&parts, &visit);
        }
        let behaviour = self.behaviour();
        let route = behaviour.route(path);
        let mut call = self.call(&parts, &visit);
        call.route = route.as_ref().map(|(route, _)| *route);
        call.biz_type = route.and_then(|(_, biz_type)| biz_type);
        let refuse = |status, exception| self.respond(status, &call, &GatewayOutcome::Exception(exception), since);
        if call.route.is_none() {
            return refuse(StatusCode::NOT_FOUND, Exception::NoSuchInterface);
        }
        if !behaviour.allows(&parts.method) {
            return allow(
                refuse(StatusCode::METHOD_NOT_ALLOWED, Exception::MethodUnsupported),
                "POST",
            );
        }
        let content_type = parts
            .headers
            .get(CONTENT_TYPE)
            .map(|value| value.to_str().unwrap_or_default());
        if !behaviour.takes(content_type) {
            return refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE, Exception::ParamsIllegal);
        }
        // A length that is announced is not waited for (RFC 9110 §15.5.14).
        let announced = body.size_hint().lower();
        if announced > LONGEST_BODY as u64 {
            return refuse(StatusCode::PAYLOAD_TOO_LARGE, Exception::ParamsIllegal);
        }
        let bytes = match Limited::new(body, LONGEST_BODY).collect().await {
            Ok(collected) => collected.to_bytes(),
            Err(error) if error.is::<LengthLimitError>() => {
                return refuse(StatusCode::PAYLOAD_TOO_LARGE, Exception::ParamsIllegal);
            }
            // The client broke off.
            Err(_) => return Opening::Drop,
        };
        call.body = Body::of_bytes(behaviour.body(&parts, bytes.into()));
        let (outcome, takes) = self.execute(&mut call);
        if takes > Duration::ZERO {
            sleep(takes).await;
        }
        self.respond(StatusCode::OK, &call, &outcome, since)
    }

    /// An exception on the WebSocket's path, before there is a WebSocket.
    pub(super) fn refuse_socket(
        &self,
        parts: &Parts,
        visit: &Visit,
        status: StatusCode,
        exception: Exception,
    ) -> Opening {
        let opening = self.respond(
            status,
            &self.call(parts, visit),
            &GatewayOutcome::Exception(exception),
            Stopwatch::start(),
        );
        match parts.method {
            Method::GET => opening,
            _ => allow(opening, "GET"),
        }
    }

    fn call(&self, parts: &Parts, visit: &Visit) -> GatewayCall {
        GatewayCall {
            transport: Transport::Http,
            route: None,
            connection: visit.connection,
            nth: visit.nth,
            at_ms: 0,
            header: self.header(&parts.headers, &visit.spelled),
            biz_type: None,
            body: Body::Missing,
        }
    }

    /// The header of a call. Of two lines with one name the first counts.
    fn header(&self, headers: &HeaderMap, spelled: &[String]) -> Header {
        let unheard = |name: &str| {
            spelled
                .iter()
                .any(|spelled| spelled.eq_ignore_ascii_case(name) && !self.behaviour().hears(spelled))
        };
        [COMPANY, TRACE, TIMESTAMP, VERSION, GROUP, LANG, TOKEN]
            .into_iter()
            .filter(|name| !unheard(name))
            .filter_map(|name| {
                let text = self.behaviour().header_text(headers.get(name)?.as_bytes());
                Some((name.to_owned(), Field::of_text(text)))
            })
            .collect()
    }

    fn respond(&self, status: StatusCode, call: &GatewayCall, outcome: &GatewayOutcome, since: Stopwatch) -> Opening {
        let mut response = Response::new(Full::<Bytes>::from(self.reply(call, outcome, since)));
        *response.status_mut() = status;
        put(&mut response, CONTENT_TYPE, "application/json;charset=utf-8");
        put(&mut response, DATE, &self.clock().date());
        match self.behaviour().respond(call, outcome, response) {
            Some(response) => Opening::Respond(response),
            None => Opening::Drop,
        }
    }
}

/// A 405 says what is allowed (RFC 9110 §15.5.6).
fn allow(opening: Opening, methods: &str) -> Opening {
    match opening {
        Opening::Respond(mut response) if response.status() == StatusCode::METHOD_NOT_ALLOWED => {
            put(&mut response, ALLOW, methods);
            Opening::Respond(response)
        }
        other => other,
    }
}
