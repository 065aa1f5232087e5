//! HTTP exchanges.

use std::time::Duration;

use super::{
    Machine, address,
    io::Action,
    lane::{Begun, Pursued, State, waiting},
};
use crate::{
    suite::case::{Act, Content, Request},
    transcript::{Outcome, WireEvent},
};
use wire::{event::Failure, http::Response};

/// An exchange under way.
#[derive(Debug)]
pub struct Exchanging {
    pub exchange: usize,
    pub step: usize,
    pub until: Duration,
    /// Its end, once it has come.
    pub result: Option<Result<Response, Failure>>,
}

impl Machine {
    pub(super) fn begin_request(&mut self, lane: usize, step: usize, request: &Request) -> Begun {
        let plan = self.plan.clone();
        let endpoint = plan
            .suite
            .manifest
            .endpoint(request.address.endpoint.as_deref(), "http");
        let Some(url) = endpoint.and_then(|endpoint| plan.target.endpoints.get(&endpoint.name)) else {
            return Ok((Outcome::Broken("the profile has no such endpoint".into()), State::Over));
        };
        let scope = self.scope(lane, Some(step));
        let place = match address::place(url, &request.address, &scope) {
            Ok(place) => place,
            Err(address::Wrong::Unbound(unbound)) => return Err(unbound),
            Err(wrong) => return Ok((Outcome::Broken(wrong.describe()), State::Over)),
        };
        let mut defaults = Vec::new();
        let body = match &request.body {
            None => Vec::new(),
            Some(Content::Json(template)) => {
                defaults.push(("Content-Type".to_owned(), "application/json".to_owned()));
                template.resolve(&scope)?.to_string().into_bytes()
            }
            Some(Content::Text(bytes) | Content::Binary(bytes)) => bytes.resolve(&scope)?,
            Some(_) => Vec::new(),
        };
        let scheme = if place.secure { "https" } else { "http" };
        let wire = wire::http::Request {
            method: request.method.resolve_text(&scope)?,
            url: format!("{scheme}://{}{}", place.authority, place.target),
            headers: address::fields(defaults, request.address.headers.as_ref(), &scope)?,
            body,
            chunked: request.chunked,
        };
        self.record(WireEvent::Requested {
            exchange: request.exchange.clone(),
            request: wire.clone(),
        });
        let exchange = self.exchanges;
        self.exchanges += 1;
        let until = self.expect_time(request.within);
        self.actions.push_back(Action::Exchange {
            exchange,
            request: wire,
            connection: request.connection.clone(),
            deadline: until,
        });
        Ok((
            Outcome::Done,
            State::Exchanging(Exchanging {
                exchange,
                step,
                until,
                result: None,
            }),
        ))
    }

    pub(super) fn pursue_exchange(&mut self, lane: usize, mut exchanging: Exchanging) -> Pursued {
        let Some(result) = exchanging.result.take() else {
            return waiting(State::Exchanging(exchanging));
        };
        let step = exchanging.step;
        let written = self.step(step);
        let Some((written, request)) = written.as_deref().and_then(|step| match &step.act {
            Act::Request(request) => Some((step, request)),
            _ => None,
        }) else {
            return (Some(State::Ready), true);
        };
        let name = request.exchange.clone();
        match result {
            Ok(response) => {
                // Captured first: what is secret must be hidden in the entry too.
                self.capture(lane, written, std::str::from_utf8(&response.body).ok());
                let entry = self.record(WireEvent::Responded {
                    exchange: name,
                    response,
                });
                self.done(lane, step, Outcome::Took(entry))
            }
            Err(failure) => {
                let allowed = request.or_closed;
                self.record(WireEvent::NoResponse {
                    exchange: name,
                    failure: failure.clone(),
                });
                let outcome = Outcome::Failed(failure);
                if allowed {
                    self.done(lane, step, outcome)
                } else {
                    self.fail(lane, step, outcome)
                }
            }
        }
    }
}
