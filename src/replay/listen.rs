//! Listening: the message that a step waits for, the silence that it asks for, and the fence that cuts silence short.

use std::time::Duration;

use super::{
    LEFTOVER_WINDOW, Machine,
    io::{Action, Write},
    lane::{Begun, Pursued, State, not_open, waiting},
};
use crate::{
    suite::case::{Act, Content, Expect, Silence, Step},
    syntax::json::{Node, parse},
    syntax::selector::{Message, Selector},
    syntax::template::Scope,
    transcript::{Outcome, WireEvent},
};
use wire::frame::{Frame, Opcode};

/// How long `silence` listens if the fence goes unanswered.
const WINDOW: Duration = Duration::from_secs(1);

/// A fence that was sent on a link.
#[derive(Clone, Debug)]
pub struct Fence {
    /// The inbox's length when it was sent.
    pub from: usize,
    /// Up to where the inbox was searched for its answer.
    looked: usize,
    pub token: Node,
}

/// A message that is waited for.
#[derive(Debug)]
pub struct Expecting {
    link: usize,
    pub step: usize,
    pub until: Duration,
    /// Up to where the inbox was searched: no message is asked twice, or many lanes beside many messages would take the
    /// time of everything else.
    looked: usize,
    fence: Option<Fence>,
}

/// A silence that is waited for.
#[derive(Debug)]
pub struct Quieting {
    link: usize,
    /// None at the end of the row.
    pub step: Option<usize>,
    pub until: Duration,
    from: usize,
    fence: Option<Fence>,
}

impl Machine {
    pub(super) fn begin_expect(&mut self, lane: usize, step: usize, expect: &Expect) -> (Outcome, State) {
        let Some(link) = self.link(&expect.connection).filter(|link| self.links[*link].accepted) else {
            return (not_open(&expect.connection), State::Over);
        };
        let until = self.expect_time(expect.within);
        let mut fence = None;
        if expect.or_silence {
            self.links[link].tolerant = true;
            fence = self.send_fence(link);
        }
        let looked = self.lanes[lane].armed(link);
        (
            Outcome::Done,
            State::Expecting(Expecting {
                link,
                step,
                until,
                looked,
                fence,
            }),
        )
    }

    /// Sends the suite's fence; `None` if it has none or the link is not open.
    pub(super) fn send_fence(&mut self, link: usize) -> Option<Fence> {
        let suite = self.plan.suite.clone();
        let fence = suite.manifest.fence.as_ref().filter(|_| self.links[link].is_open())?;
        let token = Node::text(self.unique());
        let from = self.links[link].inbox.len();
        let payload = {
            let scope = self.scope(0, None).with("fence", token.clone());
            match &fence.send {
                Content::Json(template) => template.resolve(&scope).ok()?.to_string().into_bytes(),
                Content::Text(text) => text.resolve(&scope).ok()?,
                _ => return None,
            }
        };
        let connection = self.links[link].connection.clone();
        self.record(WireEvent::Sent {
            connection,
            kind: "fence".into(),
            bytes: payload.clone(),
        });
        if self.links[link].raw {
            self.write_frames(link, &[Frame::new(Opcode::Text, payload)]);
        } else {
            let write = Write::Message(Opcode::Text, payload);
            self.actions.push_back(Action::Write { link, write });
        }
        let fence = Fence {
            from,
            looked: from,
            token,
        };
        self.links[link].fence = Some(fence.clone());
        Some(fence)
    }

    pub(super) fn begin_silence(&mut self, lane: usize, step: usize, silence: &Silence) -> Begun {
        let heard = |link: &usize| self.links[*link].accepted && !self.links[*link].unsent;
        let Some(link) = self.link(&silence.connection).filter(heard) else {
            return Ok((not_open(&silence.connection), State::Over));
        };
        let window = match &silence.window {
            Some(window) => self.span(lane, step, window)?,
            None => WINDOW,
        };
        let fence = if silence.fence { self.send_fence(link) } else { None };
        let until = self.now.elapsed + window;
        let from = self.lanes[lane].armed(link);
        let step = Some(step);
        Ok((
            Outcome::Done,
            State::Quieting(Quieting {
                link,
                step,
                until,
                from,
                fence,
            }),
        ))
    }

    /// Asks the next link of a leftover lane for silence.
    pub(super) fn fence_next(&mut self, lane: usize, window: Duration) {
        let Some(link) = self.lanes[lane].quiet.pop() else {
            self.lanes[lane].state = State::Over;
            return;
        };
        let fence = self.send_fence(link);
        self.lanes[lane].state = State::Quieting(Quieting {
            link,
            step: None,
            until: self.now.elapsed + if fence.is_some() { window } else { Duration::ZERO },
            from: 0,
            fence,
        });
    }

    pub(super) fn pursue_expect(&mut self, lane: usize, mut expecting: Expecting) -> Pursued {
        let Expecting { link, step, .. } = expecting;
        let written = self.step(step);
        let Some((written, expect)) = written.as_deref().and_then(|step| match &step.act {
            Act::Expect(expect) => Some((step, expect)),
            _ => None,
        }) else {
            return (Some(State::Ready), true);
        };
        let fence = expecting.fence.as_mut();
        let answered = fence.and_then(|fence| self.fence_answer(lane, link, fence));
        let found = {
            let scope = self.scope(lane, Some(step));
            let selector = expect.selector.as_ref();
            let items = self.links[link].inbox.iter().enumerate().skip(expecting.looked);
            let mut items = items.filter(|(at, item)| !item.taken && Some(*at) != answered);
            items
                .find(|(_, item)| self.means(&item.message, selector, &scope))
                .map(|(at, _)| at)
        };
        if let Some(at) = found {
            if let Some(answer) = answered {
                self.fenced(link, answer);
            }
            let item = &mut self.links[link].inbox[at];
            item.taken = true;
            self.links[link].progress = self.now.elapsed;
            let item = &self.links[link].inbox[at];
            let (entry, received) = (item.entry, item.received().clone());
            // Where the answer to a fence is still due, it must not be left over.
            if answered.is_none() && expecting.fence.is_some() {
                self.links[link].tolerant = true;
            }
            self.capture(lane, written, received.text());
            return self.done(lane, step, Outcome::Took(entry));
        }
        if let Some(answer) = answered {
            self.fenced(link, answer);
            return self.done(lane, step, Outcome::Nothing { ended: false });
        }
        // A server that answers one call after the other is still answering: the wait begins anew with each answer.
        let answering = self.links[link].progress + self.plan.target.timeouts.answer(expect.within);
        expecting.until = expecting.until.max(answering);
        let ended = self.links[link].ended.is_some();
        if ended || self.now.elapsed >= expecting.until {
            let allowed = if ended { expect.or_closed } else { expect.or_silence };
            let outcome = Outcome::Nothing { ended };
            return if allowed {
                self.done(lane, step, outcome)
            } else {
                self.fail(lane, step, outcome)
            };
        }
        expecting.looked = self.links[link].inbox.len();
        waiting(State::Expecting(expecting))
    }

    /// Whether a message is the one that a selector means; without one, any data message that is not passed over.
    pub(super) fn means(&self, message: &Message, selector: Option<&Selector>, scope: &dyn Scope) -> bool {
        let ignore = self.plan.suite.manifest.ignore.as_ref();
        let asked = |ignore: &&Selector| !selector.is_some_and(|selector| selector.mentions(ignore));
        let control = message.received.opcode.is_control();
        if control && !selector.is_some_and(Selector::wants_control) {
            return false;
        }
        if ignore.filter(asked).is_some_and(|ignore| ignore.meets(message, scope)) {
            return false;
        }
        selector.is_none_or(|selector| selector.meets(message, scope))
    }

    pub(super) fn fenced(&mut self, link: usize, at: usize) {
        self.links[link].inbox[at].taken = true;
        let entry = self.links[link].inbox[at].entry;
        self.record(WireEvent::Fenced(entry));
    }

    /// The place in the inbox of a fence's answer.
    pub(super) fn fence_answer(&self, lane: usize, link: usize, fence: &mut Fence) -> Option<usize> {
        let matching = &self.plan.suite.manifest.fence.as_ref()?.matching;
        let scope = self.scope(lane, None).with("fence", fence.token.clone());
        let inbox = &self.links[link].inbox;
        let mut items = inbox.iter().enumerate().skip(fence.looked);
        let answer = items
            .find(|(_, item)| !item.taken && matching.meets(&item.message, &scope))
            .map(|(at, _)| at);
        fence.looked = answer.unwrap_or(inbox.len());
        answer
    }

    pub(super) fn pursue_quiet(&mut self, lane: usize, mut quieting: Quieting) -> Pursued {
        let Quieting { link, step, from, .. } = quieting;
        let fence = quieting.fence.as_mut();
        let answer = fence.and_then(|fence| self.fence_answer(lane, link, fence));
        if answer.is_none() && self.links[link].ended.is_none() && self.now.elapsed < quieting.until {
            return waiting(State::Quieting(quieting));
        }
        match (answer, &quieting.fence) {
            (Some(answer), _) => self.fenced(link, answer),
            // A server that answers the fence in another way has answered the fence: that is not this step's matter.
            (None, Some(fence)) => {
                let mut items = self.links[link].inbox.iter().enumerate().skip(fence.from);
                let answer = items.find(|(_, item)| !item.taken && !item.received().opcode.is_control());
                if let Some(at) = answer.map(|(at, _)| at) {
                    self.fenced(link, at);
                }
            }
            (None, None) => {}
        }
        let Some(step) = step else {
            self.fence_next(lane, LEFTOVER_WINDOW);
            return (None, true);
        };
        let written = self.step(step);
        let of = match written.as_deref().map(|step| &step.act) {
            Some(Act::Silence(silence)) => silence.of.as_ref(),
            _ => None,
        };
        let disturbing: Vec<usize> = {
            let scope = self.scope(lane, Some(step));
            let items = self.links[link].inbox.iter().enumerate().skip(from);
            let items = items.filter(|(_, item)| !item.taken && self.means(&item.message, of, &scope));
            items.map(|(at, _)| at).collect()
        };
        if disturbing.is_empty() {
            return self.done(lane, step, Outcome::Quiet);
        }
        let mut entries = Vec::new();
        for at in disturbing {
            // Told here, so not told again as left over.
            self.links[link].inbox[at].taken = true;
            entries.push(self.links[link].inbox[at].entry);
        }
        self.done(lane, step, Outcome::Disturbed(entries))
    }

    pub(super) fn capture(&mut self, lane: usize, step: &Step, text: Option<&str>) {
        if step.captures.is_empty() {
            return;
        }
        let Some(message) = text.and_then(|text| parse(text).ok()) else {
            return;
        };
        for capture in &step.captures {
            if let Some(value) = message.pointer(&capture.at) {
                if let (true, Some(secret)) = (capture.secret, value.as_str()) {
                    self.redactor.borrow_mut().hide(&capture.name, secret);
                    self.secrets.borrow_mut().push(secret.to_owned());
                    // The message that brought it is in the transcript already.
                    self.transcript.hide(&self.redactor.borrow());
                }
                self.lanes[lane].bind(&capture.name, value.clone());
            }
        }
    }
}
