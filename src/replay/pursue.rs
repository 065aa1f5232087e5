//! What a lane waits for: whether it has come, and what to do when it has or when the time is up.

use std::time::Duration;

use super::{
    Machine, by_peer,
    lane::{Fence, PATIENCE, State},
    search::{self, Next, Side},
};
use crate::{
    case::{Act, Outcome as Wanted, Step},
    json::{Member, Node, Value, parse},
    selector::{Letter, Selector},
    template::{Scope, Unbound},
    transcript::{Happening, Outcome, Served},
    wire::{event::Failure, http::Response},
};

impl Machine {
    /// Looks whether what a lane waits for has come.
    pub(super) fn pursue(&mut self, lane: usize, state: State) -> (Option<State>, bool) {
        let now = self.now.elapsed;
        match state {
            State::Opening { link, step, until } => self.pursue_open(lane, link, step, until),
            State::Probing {
                link,
                step,
                until,
                from,
            } => {
                let (opened, key) = (
                    self.links[link].opened.unwrap_or_default(),
                    self.links[link].key.clone(),
                );
                let mut items = self.links[link].inbox.iter_mut().skip(from);
                let answer = items
                    .find(|item| !item.received().opcode.is_control())
                    .map(|item| item.taken = true);
                let served = match answer {
                    Some(()) => Served::Answered,
                    None if self.links[link].ended.is_some() => Served::Dropped,
                    None if now >= until => Served::Silent,
                    None => {
                        let state = State::Probing {
                            link,
                            step,
                            until,
                            from,
                        };
                        return (Some(state), false);
                    }
                };
                self.done(lane, step, Outcome::Accepted { opened, key, served })
            }
            State::Expecting {
                link,
                step,
                until,
                looked,
                fence,
            } => self.pursue_expect(lane, step, (link, looked), until, fence),
            State::Quieting {
                link,
                step,
                until,
                from,
                fence,
            } => self.pursue_quiet(lane, link, step, until, (from, fence)),
            State::Closing { link, step, until } => {
                if self.links[link].ended.is_none() && now < until {
                    return (Some(State::Closing { link, step, until }), false);
                }
                let outcome = Outcome::Closed {
                    frame: self.links[link].close_frame,
                    ended: self.links[link].ended.clone().filter(by_peer),
                };
                self.done(lane, step, outcome)
            }
            State::Exchanging {
                exchange,
                step,
                until,
                result,
            } => self.pursue_exchange(lane, exchange, step, until, result),
            State::Hooking { hook, step, result } => match result {
                None => (Some(State::Hooking { hook, step, result }), false),
                Some(outcome) => {
                    let situation = match self.step(step).as_deref().map(|step| &step.act) {
                        Some(Act::Provoke(provoke)) => provoke.situation.clone(),
                        _ => String::new(),
                    };
                    self.record(Happening::Hooked {
                        situation,
                        outcome: outcome.clone(),
                    });
                    match outcome {
                        Ok(()) => self.done(lane, step, Outcome::Done),
                        Err(why) => self.fail(lane, step, Outcome::Broken(format!("the hook failed: {why}"))),
                    }
                }
            },
            State::Searching {
                link,
                step,
                until,
                from,
                around,
                search,
            } => self.pursue_search(lane, step, (link, until, from, around), search),
            State::Waiting { step, until } if now >= until => self.done(lane, step, Outcome::Done),
            State::Joining { lanes } => {
                if lanes
                    .iter()
                    .any(|child| !matches!(self.lanes[*child].state, State::Over))
                {
                    return (Some(State::Joining { lanes }), false);
                }
                for child in lanes {
                    let bound = std::mem::take(&mut self.lanes[child].bound);
                    let armed = std::mem::take(&mut self.lanes[child].armed);
                    self.lanes[lane].failed |= self.lanes[child].failed;
                    for (name, value) in bound {
                        self.lanes[lane].bind(&name, value);
                    }
                    for (link, from) in armed {
                        let from = from.max(self.lanes[lane].armed(link));
                        self.lanes[lane].arm(link, from);
                    }
                }
                (Some(State::Ready), true)
            }
            other => (Some(other), false),
        }
    }

    pub(super) fn pursue_open(
        &mut self,
        lane: usize,
        link: usize,
        step: usize,
        until: Duration,
    ) -> (Option<State>, bool) {
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
            // The hands give up at the same moment and say so; this is for hands that don't.
            if self.now.elapsed >= until + Duration::from_millis(500) {
                return self.fail(lane, step, Outcome::Broken("the handshake was given up".into()));
            }
            return (
                Some(State::Opening {
                    link,
                    step,
                    until: until + Duration::from_millis(500),
                }),
                false,
            );
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
                    Ok(()) => {
                        let until = self.now.elapsed + PATIENCE;
                        (
                            Some(State::Probing {
                                link,
                                step,
                                until,
                                from,
                            }),
                            true,
                        )
                    }
                    Err(Unbound(name)) => self.fail(lane, step, Outcome::Skipped(format!("`{name}` has no value"))),
                }
            }
            // What is to be refused but can't be asked may still be dropped.
            None if open.outcome == Wanted::Refused => {
                let until = self.now.elapsed + PATIENCE;
                (
                    Some(State::Probing {
                        link,
                        step,
                        until,
                        from: 0,
                    }),
                    true,
                )
            }
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

    pub(super) fn pursue_expect(
        &mut self,
        lane: usize,
        step: usize,
        (link, looked): (usize, usize),
        until: Duration,
        mut fence: Option<Fence>,
    ) -> (Option<State>, bool) {
        let written = self.step(step);
        let Some((written, expect)) = written.as_deref().and_then(|step| match &step.act {
            Act::Expect(expect) => Some((step, expect)),
            _ => None,
        }) else {
            return (Some(State::Ready), true);
        };
        let answered = fence.as_mut().and_then(|fence| self.fence_answer(lane, link, fence));
        let found = {
            let scope = self.scope(lane, Some(step));
            let selector = expect.selector.as_ref();
            let items = self.links[link].inbox.iter().enumerate().skip(looked);
            let mut items = items.filter(|(at, item)| !item.taken && Some(*at) != answered);
            items
                .find(|(_, item)| self.means(&item.letter, selector, &scope))
                .map(|(at, _)| at)
        };
        if let Some(at) = found {
            if let Some(answer) = answered {
                self.fenced(link, answer);
            }
            let item = &mut self.links[link].inbox[at];
            item.taken = true;
            let (entry, received) = (item.entry, item.received().clone());
            // Where the answer to a fence is still due, it must not be left over.
            if answered.is_none() && fence.is_some() {
                self.links[link].tolerant = true;
            }
            self.capture(lane, written, received.text());
            return self.done(lane, step, Outcome::Took(entry));
        }
        if let Some(answer) = answered {
            self.fenced(link, answer);
            return self.done(lane, step, Outcome::Nothing { ended: false });
        }
        let ended = self.links[link].ended.is_some();
        if ended || self.now.elapsed >= until {
            let allowed = if ended { expect.or_closed } else { expect.or_silence };
            let outcome = Outcome::Nothing { ended };
            return if allowed {
                self.done(lane, step, outcome)
            } else {
                self.fail(lane, step, outcome)
            };
        }
        let looked = self.links[link].inbox.len();
        (
            Some(State::Expecting {
                link,
                step,
                until,
                looked,
                fence,
            }),
            false,
        )
    }

    /// Whether a message is the one that a selector means; without one, any data message that is not passed over.
    pub(super) fn means(&self, letter: &Letter, selector: Option<&Selector>, scope: &dyn Scope) -> bool {
        let ignore = self.plan.suite.manifest.ignore.as_ref();
        let asked = |ignore: &&Selector| !selector.is_some_and(|selector| selector.mentions(ignore));
        let control = letter.received.opcode.is_control();
        if control && !selector.is_some_and(Selector::wants_control) {
            return false;
        }
        if ignore.filter(asked).is_some_and(|ignore| ignore.meets(letter, scope)) {
            return false;
        }
        selector.is_none_or(|selector| selector.meets(letter, scope))
    }

    pub(super) fn fenced(&mut self, link: usize, at: usize) {
        self.links[link].inbox[at].taken = true;
        let entry = self.links[link].inbox[at].entry;
        self.record(Happening::Fenced(entry));
    }

    /// The place in the inbox of a fence's answer.
    pub(super) fn fence_answer(&self, lane: usize, link: usize, fence: &mut Fence) -> Option<usize> {
        let matching = &self.plan.suite.manifest.fence.as_ref()?.matching;
        let scope = self.scope(lane, None).with("fence", fence.token.clone());
        let inbox = &self.links[link].inbox;
        let mut items = inbox.iter().enumerate().skip(fence.looked);
        let answer = items
            .find(|(_, item)| !item.taken && matching.meets(&item.letter, &scope))
            .map(|(at, _)| at);
        fence.looked = answer.unwrap_or(inbox.len());
        answer
    }

    pub(super) fn pursue_quiet(
        &mut self,
        lane: usize,
        link: usize,
        step: Option<usize>,
        until: Duration,
        (from, mut fence): (usize, Option<Fence>),
    ) -> (Option<State>, bool) {
        let answer = fence.as_mut().and_then(|fence| self.fence_answer(lane, link, fence));
        if answer.is_none() && self.links[link].ended.is_none() && self.now.elapsed < until {
            return (
                Some(State::Quieting {
                    link,
                    step,
                    until,
                    from,
                    fence,
                }),
                false,
            );
        }
        match (answer, &fence) {
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
            self.fence_next(lane, super::LEFTOVER_WINDOW);
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
            let items = items.filter(|(_, item)| !item.taken && self.means(&item.letter, of, &scope));
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

    pub(super) fn pursue_exchange(
        &mut self,
        lane: usize,
        exchange: usize,
        step: usize,
        until: Duration,
        result: Option<Result<Response, Failure>>,
    ) -> (Option<State>, bool) {
        let Some(result) = result else {
            return (
                Some(State::Exchanging {
                    exchange,
                    step,
                    until,
                    result: None,
                }),
                false,
            );
        };
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
                let entry = self.record(Happening::Responded {
                    exchange: name,
                    response,
                });
                self.done(lane, step, Outcome::Took(entry))
            }
            Err(failure) => {
                let allowed = request.or_closed;
                self.record(Happening::NoResponse {
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

    pub(super) fn pursue_search(
        &mut self,
        lane: usize,
        step: usize,
        (link, until, from, around): (usize, Duration, usize, i64),
        mut search: search::Search,
    ) -> (Option<State>, bool) {
        let written = self.step(step);
        let Some(Act::Search(act)) = written.as_deref().map(|step| &step.act) else {
            return (Some(State::Ready), true);
        };
        let reply = {
            let scope = self.scope(lane, Some(step));
            let items = self.links[link].inbox.iter().enumerate().skip(from);
            let mut items = items.filter(|(_, item)| !item.taken && self.means(&item.letter, None, &scope));
            items.next().map(|(at, item)| {
                let side = if act.inside.meets(&item.letter, &scope) {
                    Some(Side::Inside)
                } else {
                    act.outside.meets(&item.letter, &scope).then_some(Side::Outside)
                };
                (at, item.entry, side)
            })
        };
        match reply {
            None if self.links[link].ended.is_some() || self.now.elapsed >= until => {
                let why = "a probe got no reply".to_owned();
                return self.fail(lane, step, Outcome::Lost { reply: None, why });
            }
            None => {
                let from = self.links[link].inbox.len();
                return (
                    Some(State::Searching {
                        link,
                        step,
                        until,
                        from,
                        around,
                        search,
                    }),
                    false,
                );
            }
            Some((at, entry, side)) => {
                self.links[link].inbox[at].taken = true;
                match side {
                    Some(side) => search.take(side),
                    None => {
                        let why = "a reply is neither inside nor outside".to_owned();
                        return self.fail(
                            lane,
                            step,
                            Outcome::Lost {
                                reply: Some(entry),
                                why,
                            },
                        );
                    }
                }
            }
        }
        match search.next() {
            Next::Probe(_) => match self.probe(lane, step, link, act, around, &search) {
                Ok(from) => {
                    let until = self.expect_time(act.within);
                    (
                        Some(State::Searching {
                            link,
                            step,
                            until,
                            from,
                            around,
                            search,
                        }),
                        true,
                    )
                }
                Err(Unbound(name)) => self.fail(lane, step, Outcome::Skipped(format!("`{name}` has no value"))),
            },
            Next::Lost => {
                let why = "no value was accepted".to_owned();
                self.fail(lane, step, Outcome::Lost { reply: None, why })
            }
            Next::Found { low, high } => {
                let (low, high) = (low.map(|low| low + around), high.map(|high| high + around));
                if let (Some(low), Some(high)) = (low, high)
                    && !(low..=high).contains(&0)
                {
                    self.searched = Some((low + high).div_euclid(2));
                }
                let value = span(low, high);
                self.lanes[lane].bind(&act.bind, value);
                let from = self.links[link].inbox.len();
                self.lanes[lane].arm(link, from);
                self.done(lane, step, Outcome::Span { low, high })
            }
        }
    }
}

/// What a search binds.
fn span(low: Option<i64>, high: Option<i64>) -> Node {
    let edge = |edge: Option<i64>| edge.map_or_else(|| Node::text("unbounded"), Node::integer);
    let (width, centre) = match (low, high) {
        (Some(low), Some(high)) => (Some(high - low), (low + high).div_euclid(2)),
        _ => (None, 0),
    };
    let members = [
        ("low", edge(low)),
        ("high", edge(high)),
        ("width", edge(width)),
        ("centre", Node::integer(centre)),
    ];
    let members = members.map(|(key, value)| Member {
        key: key.to_owned(),
        key_span: 0..0,
        value,
    });
    Value::Object(members.to_vec()).into()
}
