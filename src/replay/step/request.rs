//! `request`: an HTTP exchange.

use std::{sync::Arc, time::Duration};

use crate::{
    plan::Instance,
    replay::{
        address::{destination, fields},
        capture::capture,
        carried::Carried,
        context::Context,
        io::Action,
        scope::view,
        state::{Progress, Start, StepState},
    },
    suite::case::{Request, RequestBody},
    syntax::template::Unbound,
    transcript::{StepOutcome, WireEvent},
};

/// An exchange under way.
#[derive(Debug)]
struct Requesting {
    instance: Arc<Instance>,
    request: Arc<Request>,
    exchange: usize,
    until: Duration,
}

/// Asks the hands for an exchange.
pub fn start(
    context: &mut Context,
    carried: &Carried,
    instance: &Arc<Instance>,
    request: &Arc<Request>,
) -> Result<Start, Unbound> {
    let scope = view(context, carried, &instance.locals);
    let place = match destination(context, &request.address, "http", &scope) {
        Ok(place) => place,
        Err(wrong) => return Ok(Start::Failed(wrong.outcome())),
    };
    let mut defaults = place.fields;
    // Without it any coding would do (RFC 9110 §12.5.3), and the evidence would be bytes that nobody can read.
    let asked = defaults
        .iter()
        .any(|(name, _)| name.eq_ignore_ascii_case("Accept-Encoding"));
    if !asked {
        defaults.push(("accept-encoding".to_owned(), "identity".to_owned()));
    }
    let body = match &request.body {
        None => Vec::new(),
        Some(RequestBody::Json(template)) => {
            defaults.push(("Content-Type".to_owned(), "application/json".to_owned()));
            template.resolve(&scope)?.to_string().into_bytes()
        }
        Some(RequestBody::Bytes(bytes)) => bytes.resolve(&scope)?,
    };
    let scheme = if place.secure { "https" } else { "http" };
    let wire = wire::http::Request {
        method: request.method.resolve_text(&scope)?,
        url: format!("{scheme}://{}{}", place.authority, place.target),
        headers: fields(defaults, request.address.headers.as_ref(), &scope)?,
        body,
        chunked: request.chunked,
    };
    context.record(WireEvent::Requested {
        exchange: request.exchange.clone(),
        request: wire.clone(),
    });
    let exchange = context.exchanges.ask();
    let until = context.answer_due(request.within);
    context.actions.push_back(Action::Exchange {
        exchange,
        request: wire,
        connection: request.connection.clone(),
        deadline: until,
    });
    Ok(Start::waiting(Requesting {
        instance: instance.clone(),
        request: request.clone(),
        exchange,
        until,
    }))
}

impl StepState for Requesting {
    fn poll(&mut self, context: &mut Context, carried: &mut Carried) -> Progress {
        // The hands say when the time is up.
        let Some(result) = context.exchanges.take(self.exchange) else {
            return Progress::Waiting;
        };
        let exchange = self.request.exchange.clone();
        match result {
            Ok(response) => {
                // Captured first: what is secret must be hidden in the entry too.
                let text = std::str::from_utf8(&response.body).ok();
                capture(context, carried, &self.instance.step.captures, text);
                let entry = context.record(WireEvent::Responded { exchange, response });
                Progress::Finished(StepOutcome::Took(entry))
            }
            Err(failure) => {
                context.record(WireEvent::NoResponse {
                    exchange,
                    failure: failure.clone(),
                });
                Progress::over(self.request.or_closed, StepOutcome::Failed(failure))
            }
        }
    }

    fn until(&self) -> Option<Duration> {
        Some(self.until)
    }
}
