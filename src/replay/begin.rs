//! The beginning of a step: what is written, and what the lane then waits for.

use std::time::Duration;

use super::{
    Machine,
    io::{Action, Hook},
    lane::{Begun, State, not_open},
};
use crate::{
    suite::case::{self, Act},
    syntax::json::Node,
    syntax::template::{Template, Unbound},
    syntax::text::duration,
    target::Trigger,
    transcript::Outcome,
};

impl Machine {
    pub(super) fn begin(&mut self, lane: usize, step: usize) {
        let Some(written) = self.step(step) else { return };
        let begun = match &written.act {
            Act::Let(act) => self.begin_let(lane, step, &act.bindings),
            Act::Build(act) => {
                let mut built = Ok(());
                for (name, bytes) in &act.bindings {
                    let value = bytes.resolve(&self.scope(lane, Some(step)));
                    match value {
                        Ok(bytes) => self.lanes[lane].bind(name, Node::text(String::from_utf8_lossy(&bytes))),
                        Err(unbound) => built = Err(unbound),
                    }
                }
                built.map(|()| (Outcome::Done, State::Ready))
            }
            Act::Open(open) => self.begin_open(lane, step, open),
            Act::Send(send) => self.begin_send(lane, step, send),
            Act::Expect(expect) => Ok(self.begin_expect(lane, step, expect)),
            Act::Silence(silence) => self.begin_silence(lane, step, silence),
            Act::Closed(closed) => Ok(self.begin_closed(step, &closed.connection, closed.within)),
            Act::Close(close) => Ok(self.begin_close(step, close)),
            Act::Request(request) => self.begin_request(lane, step, request),
            Act::Trigger(provoke) => self.begin_provoke(lane, step, provoke),
            Act::Search(search) => self.begin_search(lane, step, search),
            Act::Wait(wait) => self.span(lane, step, &wait.span).map(|span| {
                let until = self.now.elapsed + span;
                (Outcome::Done, State::Waiting { step, until })
            }),
            Act::Repeat(_) | Act::Together(_) => Ok((Outcome::Done, State::Ready)),
        };
        match begun {
            Ok((outcome, State::Ready)) => self.settle(lane, step, outcome),
            // `Over` says: it could not begin.
            Ok((outcome, State::Over)) => {
                self.fail(lane, step, outcome);
            }
            Ok((_, state)) => self.lanes[lane].state = state,
            Err(Unbound(name)) => {
                self.fail(lane, step, Outcome::Skipped(format!("`{name}` has no value")));
            }
        }
    }

    fn begin_let(&mut self, lane: usize, step: usize, all: &[(String, Template)]) -> Begun {
        for (name, template) in all {
            let value = template.resolve(&self.scope(lane, Some(step)))?;
            self.lanes[lane].bind(name, value);
        }
        Ok((Outcome::Done, State::Ready))
    }

    /// A duration that a template gives.
    pub(super) fn span(&self, lane: usize, step: usize, template: &Template) -> Result<Duration, Unbound> {
        let text = template.resolve_text(&self.scope(lane, Some(step)))?;
        duration(&text).ok_or_else(|| Unbound(format!("{text} (no duration)")))
    }

    fn begin_provoke(&mut self, lane: usize, step: usize, provoke: &case::Trigger) -> Begun {
        let call = match self.plan.target.calls.get(&provoke.situation) {
            Some(Trigger::Url(url, _)) => Hook::Url(url.clone()),
            Some(Trigger::Command(command, _)) => Hook::Command(command.clone()),
            _ => {
                let Some(link) = self
                    .link(&provoke.connection)
                    .filter(|link| self.links[*link].is_open())
                else {
                    return Ok((not_open(&provoke.connection), State::Over));
                };
                let from = self.links[link].inbox.len();
                self.lanes[lane].arm(link, from);
                self.write(link, &provoke.content, (lane, Some(step)), 1)?;
                return Ok((Outcome::Done, State::Ready));
            }
        };
        let hook = self.exchanges;
        self.exchanges += 1;
        let deadline = self.plan.deadline();
        self.actions.push_back(Action::Hook { hook, call, deadline });
        Ok((
            Outcome::Done,
            State::Hooking {
                hook,
                step,
                result: None,
            },
        ))
    }
}
