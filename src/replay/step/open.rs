//! `open`: the handshake, and whether a connection that should have been refused is served.

use std::{sync::Arc, time::Duration};

use crate::{
    plan::Instance,
    replay::{
        address::{destination, fields, handshake_fields},
        carried::Carried,
        connection::{Connection, HandshakeState},
        context::Context,
        inbox::InboxMessage,
        io::{Action, ConnectionId, Dial},
        scope::view,
        sending::write,
        state::{Progress, Start, StepState, no_value},
    },
    suite::case::{HandshakeOutcome, Open},
    syntax::{
        selector::{Message, Selector},
        template::Unbound,
    },
    transcript::{Served, StepOutcome, WireEvent, milliseconds},
};
use wire::http::values;

/// How long after a deadline the hands are not waited for any more. They give up sooner and say so.
const HANDS_GRACE: Duration = Duration::from_millis(500);

/// A handshake under way, or the question for service after it.
#[derive(Debug)]
struct Opening {
    instance: Arc<Instance>,
    open: Arc<Open>,
    connection: ConnectionId,
    stage: OpeningStage,
}

#[derive(Clone, Copy, Debug)]
enum OpeningStage {
    Handshake {
        until: Duration,
    },
    /// An accepted connection is asked whether it serves.
    Probe {
        until: Duration,
        /// The entry of the response.
        opened: usize,
        /// The inbox's length before it was asked.
        from: usize,
    },
}

/// Asks the hands for a connection.
pub fn start(
    context: &mut Context,
    carried: &Carried,
    instance: &Arc<Instance>,
    open: &Arc<Open>,
) -> Result<Start, Unbound> {
    let scope = view(context, carried, &instance.locals);
    let place = match destination(context, &open.address, "ws", &scope) {
        Ok(place) => place,
        Err(wrong) => return Ok(Start::Failed(wrong.outcome())),
    };
    let mut defaults = handshake_fields(&context.chance, &place.authority);
    defaults.extend(place.fields);
    let fields = fields(defaults, open.address.headers.as_ref(), &scope)?;
    let method = open.method.resolve_text(&scope)?;
    let key = values(&fields, "Sec-WebSocket-Key").last().map(str::to_owned);
    let request = wire::handshake::request_bytes(&method, &place.target, &open.version, &fields);
    let frame_mode = context.plan.script.frame_mode.contains(&open.connection);
    let connection = context
        .connections
        .add(Connection::new(&open.connection, frame_mode, key));
    context.record(WireEvent::Opening {
        connection: open.connection.clone(),
        request: request.clone(),
    });
    let deadline = context.after(context.plan.target.timeouts.connection(open.within));
    context.actions.push_back(Action::Open {
        connection,
        dial: Dial {
            secure: place.secure,
            host: place.host,
            port: place.port,
            request,
            message_mode: !frame_mode,
        },
        deadline,
    });
    Ok(Start::waiting(Opening {
        instance: instance.clone(),
        open: open.clone(),
        connection,
        stage: OpeningStage::Handshake {
            until: deadline + HANDS_GRACE,
        },
    }))
}

impl StepState for Opening {
    fn poll(&mut self, context: &mut Context, carried: &mut Carried) -> Progress {
        match self.stage {
            OpeningStage::Handshake { until } => self.poll_handshake(context, carried, until),
            OpeningStage::Probe { until, opened, from } => self.poll_probe(context, carried, until, (opened, from)),
        }
    }

    fn until(&self) -> Option<Duration> {
        match self.stage {
            OpeningStage::Handshake { until } | OpeningStage::Probe { until, .. } => Some(until),
        }
    }
}

impl Opening {
    fn poll_handshake(&mut self, context: &mut Context, carried: &Carried, until: Duration) -> Progress {
        let wanted = self.open.outcome;
        let connection = &context.connections[self.connection];
        let key = connection.key.clone();
        let opened = match &connection.handshake {
            HandshakeState::UnderWay if context.clock.elapsed() >= until => {
                return Progress::Failed(StepOutcome::Broken("the handshake was given up".into()));
            }
            HandshakeState::UnderWay => return Progress::Waiting,
            HandshakeState::Failed(failure) => {
                let outcome = StepOutcome::Failed(failure.clone());
                return Progress::over(wanted != HandshakeOutcome::Accepted, outcome);
            }
            HandshakeState::Declined(opened) => {
                let outcome = StepOutcome::Declined { opened: *opened, key };
                return Progress::over(wanted != HandshakeOutcome::Accepted, outcome);
            }
            HandshakeState::Accepted(opened) => *opened,
        };
        match (&self.open.probe, wanted) {
            (Some(probe), HandshakeOutcome::Refused | HandshakeOutcome::Any) => {
                let from = connection.inbox.len();
                match write(context, carried, &self.instance, self.connection, probe, 1) {
                    Ok(()) => self.ask(context, opened, from),
                    Err(unbound) => Progress::Failed(no_value(unbound)),
                }
            }
            // What is to be refused but can't be asked may still be dropped.
            (None, HandshakeOutcome::Refused) => self.ask(context, opened, 0),
            (_, HandshakeOutcome::Accepted) | (None, HandshakeOutcome::Any) => {
                Progress::Finished(StepOutcome::Accepted {
                    opened,
                    key,
                    served: Served::Unprobed,
                    waited_ms: None,
                })
            }
        }
    }

    /// Goes on to wait for service.
    fn ask(&mut self, context: &Context, opened: usize, from: usize) -> Progress {
        self.stage = OpeningStage::Probe {
            until: context.after(context.plan.target.timeouts.end(None)),
            opened,
            from,
        };
        Progress::Moved
    }

    fn poll_probe(
        &self,
        context: &mut Context,
        carried: &Carried,
        until: Duration,
        (opened, from): (usize, usize),
    ) -> Progress {
        let elapsed = context.clock.elapsed();
        let waited = context.plan.target.timeouts.end(None);
        let manifest = &context.plan.suite.manifest;
        let meets = |selector: &Selector, message: &Message| selector.meets(message, &view(context, carried, &[]));
        // A word of refusal is no service if the connection ends with it, and what may come at any time never is.
        let is_refusal = |message: &Message| {
            let answers = manifest.answers.as_ref();
            answers.is_some_and(|answers| meets(&answers.refused, message))
        };
        let is_ignored = |message: &Message| manifest.ignore.as_ref().is_some_and(|ignore| meets(ignore, message));
        let known = &context.connections[self.connection];
        let may_end = known.ended.is_some() || elapsed < until;
        let passed_over = |item: &InboxMessage| {
            let message = &item.message;
            item.received().opcode.is_control() || is_ignored(message) || (may_end && is_refusal(message))
        };
        let answer = known.inbox.from(from).find(|(_, item)| !passed_over(item));
        let answer = answer.map(|(at, _)| at);
        let connection = &mut context.connections[self.connection];
        let served = match answer {
            Some(at) => {
                connection.inbox.take(at);
                Served::Answered
            }
            None if connection.ended.is_some() => {
                let said: Vec<usize> = connection.inbox.waiting(from).map(|(at, _)| at).collect();
                for at in said {
                    connection.inbox.take(at);
                }
                Served::Dropped
            }
            None if elapsed >= until => Served::Silent,
            None => return Progress::Waiting,
        };
        Progress::Finished(StepOutcome::Accepted {
            opened,
            key: connection.key.clone(),
            served,
            waited_ms: (served == Served::Silent).then(|| milliseconds(waited)),
        })
    }
}
