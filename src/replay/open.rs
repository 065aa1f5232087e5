//! Connections: the handshake, and whether a connection that should have been refused is served.

use std::time::Duration;

use super::{
    Machine, address,
    io::{Action, Dial},
    lane::{Begun, PATIENCE, Pursued, State, waiting},
    link::Link,
};
use crate::{
    suite::case::{Act, Open, Outcome as Wanted},
    syntax::template::Unbound,
    transcript::{Outcome, Served, WireEvent},
};
use wire::http::values;

/// How long after a deadline the hands are not waited for any more.
const GRACE: Duration = Duration::from_millis(500);

/// A handshake under way.
#[derive(Clone, Copy, Debug)]
pub struct Opening {
    link: usize,
    pub step: usize,
    pub until: Duration,
}

/// An accepted connection that is asked whether it serves.
#[derive(Clone, Copy, Debug)]
pub struct Probing {
    link: usize,
    pub step: usize,
    pub until: Duration,
    /// The inbox's length before it was asked.
    from: usize,
}

impl Machine {
    pub(super) fn begin_open(&mut self, lane: usize, step: usize, open: &Open) -> Begun {
        let plan = self.plan.clone();
        let endpoint = plan.suite.manifest.endpoint(open.address.endpoint.as_deref(), "ws");
        let Some(url) = endpoint.and_then(|endpoint| plan.target.endpoints.get(&endpoint.name)) else {
            return Ok((Outcome::Broken("the profile has no such endpoint".into()), State::Over));
        };
        let scope = self.scope(lane, Some(step));
        let place = match address::place(url, &open.address, &scope) {
            Ok(place) => place,
            Err(address::Wrong::Unbound(unbound)) => return Err(unbound),
            Err(wrong) => return Ok((Outcome::Broken(wrong.describe()), State::Over)),
        };
        let defaults = self.handshake_fields(&place.authority);
        let fields = address::fields(defaults, open.address.headers.as_ref(), &scope)?;
        let method = open.method.resolve_text(&scope)?;
        let key = values(&fields, "Sec-WebSocket-Key").last().map(str::to_owned);
        let request = wire::handshake::request_bytes(&method, &place.target, &open.version, &fields);
        let raw = plan.raw.contains(&open.connection);
        let link = self.links.len();
        self.links.push(Link {
            connection: open.connection.clone(),
            raw,
            key,
            ..Link::default()
        });
        self.record(WireEvent::Opening {
            connection: open.connection.clone(),
            request: request.clone(),
        });
        let until = self.now.elapsed + open.within.unwrap_or(plan.target.timeouts.connect);
        self.actions.push_back(Action::Open {
            link,
            dial: Dial {
                secure: place.secure,
                host: place.host,
                port: place.port,
                request,
                polite: !raw,
            },
            deadline: until,
        });
        let until = until + GRACE;
        Ok((Outcome::Done, State::Opening(Opening { link, step, until })))
    }

    pub(super) fn pursue_open(&mut self, lane: usize, opening: Opening) -> Pursued {
        let Opening { link, step, until } = opening;
        let written = self.step(step);
        let Some(Act::Open(open)) = written.as_deref().map(|step| &step.act) else {
            return (Some(State::Ready), true);
        };
        let key = self.links[link].key.clone();
        if let Some(failure) = self.links[link].failed.clone() {
            let outcome = Outcome::Failed(failure);
            return match open.outcome {
                Wanted::Accepted => self.fail(lane, step, outcome),
                _ => self.done(lane, step, outcome),
            };
        }
        let Some(opened) = self.links[link].opened else {
            // The hands give up sooner and say so; this is for hands that don't.
            if self.now.elapsed >= until {
                return self.fail(lane, step, Outcome::Broken("the handshake was given up".into()));
            }
            return waiting(State::Opening(opening));
        };
        if !self.links[link].accepted {
            let outcome = Outcome::Declined { opened, key };
            return match open.outcome {
                Wanted::Accepted => self.fail(lane, step, outcome),
                _ => self.done(lane, step, outcome),
            };
        }
        match &open.probe {
            Some(probe) if open.outcome != Wanted::Accepted => {
                let from = self.links[link].inbox.len();
                match self.write(link, probe, (lane, Some(step)), 1) {
                    Ok(()) => (Some(self.probing(link, step, from)), true),
                    Err(Unbound(name)) => self.fail(lane, step, Outcome::Skipped(format!("`{name}` has no value"))),
                }
            }
            // What is to be refused but can't be asked may still be dropped.
            None if open.outcome == Wanted::Refused => (Some(self.probing(link, step, 0)), true),
            _ => self.done(
                lane,
                step,
                Outcome::Accepted {
                    opened,
                    key,
                    served: Served::Unprobed,
                },
            ),
        }
    }

    fn probing(&self, link: usize, step: usize, from: usize) -> State {
        State::Probing(Probing {
            link,
            step,
            until: self.now.elapsed + PATIENCE,
            from,
        })
    }

    pub(super) fn pursue_probe(&mut self, lane: usize, probing: Probing) -> Pursued {
        let Probing {
            link,
            step,
            until,
            from,
        } = probing;
        let mut items = self.links[link].inbox.iter_mut().skip(from);
        let answer = items
            .find(|item| !item.received().opcode.is_control())
            .map(|item| item.taken = true);
        let served = match answer {
            Some(()) => Served::Answered,
            None if self.links[link].ended.is_some() => Served::Dropped,
            None if self.now.elapsed >= until => Served::Silent,
            None => return waiting(State::Probing(probing)),
        };
        let opened = self.links[link].opened.unwrap_or_default();
        let key = self.links[link].key.clone();
        self.done(lane, step, Outcome::Accepted { opened, key, served })
    }
}
