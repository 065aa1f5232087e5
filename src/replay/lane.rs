//! A line of steps and what it waits for. Lanes run side by side; each takes its steps in order.

use std::{sync::Arc, time::Duration};

use super::{
    Machine, address, by_peer,
    io::{Action, Dial, Hook, Write},
    link::Link,
    search::{self, Next, Side},
};
use crate::{
    case::{
        Act, Close, Content, Expect, FrameSpec, Open, Outcome as Wanted, Provoke, Request, Search, Send, Silence, Step,
        duration,
    },
    json::{Member, Node, Value, parse},
    plan::Item,
    selector::{Letter, Selector},
    target::Provocation,
    template::{Scope, Template, Unbound},
    transcript::{Happening, Outcome, Served},
    wire::{
        event::Failure,
        frame::{Frame, Opcode, close_payload},
        http::Response,
        http::values,
    },
};

/// How long a probed connection may stay silent, and a close may take (requirements: a refusal is done within 2 s).
const PATIENCE: Duration = Duration::from_secs(2);
/// How long `silence` listens if the fence goes unanswered.
const WINDOW: Duration = Duration::from_secs(1);

/// A fence that was sent on a link.
#[derive(Clone, Debug)]
pub struct Fence {
    /// The inbox's length when it was sent.
    pub from: usize,
    pub token: Node,
}

/// What a lane waits for.
#[derive(Debug)]
pub enum State {
    Ready,
    Opening {
        link: usize,
        step: usize,
        until: Duration,
    },
    Probing {
        link: usize,
        step: usize,
        until: Duration,
        from: usize,
    },
    Expecting {
        link: usize,
        step: usize,
        until: Duration,
        fence: Option<Fence>,
    },
    Quieting {
        link: usize,
        step: Option<usize>,
        until: Duration,
        from: usize,
        fence: Option<Fence>,
    },
    Closing {
        link: usize,
        step: usize,
        until: Duration,
    },
    Exchanging {
        exchange: usize,
        step: usize,
        until: Duration,
        result: Option<Result<Response, Failure>>,
    },
    Hooking {
        hook: usize,
        step: usize,
        result: Option<Result<(), String>>,
    },
    Searching {
        link: usize,
        step: usize,
        until: Duration,
        from: usize,
        around: i64,
        search: search::Search,
    },
    Waiting {
        step: usize,
        until: Duration,
    },
    Joining {
        lanes: Vec<usize>,
    },
    Over,
}

impl State {
    /// The step that is under way.
    pub fn step(&self) -> Option<usize> {
        match self {
            Self::Opening { step, .. }
            | Self::Probing { step, .. }
            | Self::Expecting { step, .. }
            | Self::Closing { step, .. }
            | Self::Exchanging { step, .. }
            | Self::Hooking { step, .. }
            | Self::Searching { step, .. }
            | Self::Waiting { step, .. } => Some(*step),
            Self::Quieting { step, .. } => *step,
            Self::Ready | Self::Joining { .. } | Self::Over => None,
        }
    }

    /// When the waiting is over whatever happens.
    pub fn until(&self) -> Option<Duration> {
        match self {
            Self::Opening { until, .. }
            | Self::Probing { until, .. }
            | Self::Expecting { until, .. }
            | Self::Quieting { until, .. }
            | Self::Closing { until, .. }
            | Self::Exchanging { until, .. }
            | Self::Searching { until, .. }
            | Self::Waiting { until, .. } => Some(*until),
            Self::Ready | Self::Hooking { .. } | Self::Joining { .. } | Self::Over => None,
        }
    }
}

/// A line of steps.
#[derive(Debug)]
pub struct Lane {
    items: Vec<Item>,
    at: usize,
    pub state: State,
    /// Names bound so far, the latest last.
    pub bound: Vec<(String, Node)>,
    /// For each link the inbox's length at this lane's last send.
    armed: Vec<(usize, usize)>,
    /// A step failed to get what it needs to go on.
    pub failed: bool,
    /// Links whose silence is still to be shown.
    pub quiet: Vec<usize>,
}

impl Lane {
    /// A lane at its first step.
    pub fn new(items: Vec<Item>, bound: Vec<(String, Node)>) -> Self {
        Self {
            items,
            at: 0,
            state: State::Ready,
            bound,
            armed: Vec::new(),
            failed: false,
            quiet: Vec::new(),
        }
    }

    fn armed(&self, link: usize) -> usize {
        self.armed
            .iter()
            .rev()
            .find(|(armed, _)| *armed == link)
            .map_or(0, |(_, from)| *from)
    }

    fn arm(&mut self, link: usize, from: usize) {
        self.armed.retain(|(armed, _)| *armed != link);
        self.armed.push((link, from));
    }

    fn bind(&mut self, name: &str, value: Node) {
        self.bound.retain(|(bound, _)| bound != name);
        self.bound.push((name.to_owned(), value));
    }

    /// Takes the end of an exchange, if it is this lane's.
    pub fn respond(&mut self, number: usize, outcome: Result<Response, Failure>) {
        if let State::Exchanging { exchange, result, .. } = &mut self.state
            && *exchange == number
        {
            *result = Some(outcome);
        }
    }

    /// Takes the end of a hook, if it is this lane's.
    pub fn hooked(&mut self, number: usize, outcome: &Result<(), String>) {
        if let State::Hooking { hook, result, .. } = &mut self.state
            && *hook == number
        {
            *result = Some(outcome.clone());
        }
    }
}

impl Machine {
    fn step(&self, step: usize) -> Option<Arc<Step>> {
        self.plan.instances.get(step).map(|instance| instance.step.clone())
    }

    /// The link that a connection's name means now.
    fn link(&self, connection: &str) -> Option<usize> {
        self.links.iter().rposition(|link| link.connection == connection)
    }

    fn expect_time(&self, within: Option<Duration>) -> Duration {
        self.now.elapsed + within.unwrap_or(self.plan.site.patience.expect)
    }

    /// Moves a lane on as far as it goes; whether anything changed.
    pub(super) fn advance(&mut self, lane: usize) -> bool {
        let state = std::mem::replace(&mut self.lanes[lane].state, State::Over);
        match state {
            State::Over => false,
            State::Ready => {
                self.begin_next(lane);
                true
            }
            state => {
                let (state, moved) = self.pursue(lane, state);
                // `pursue` may have begun something of its own.
                if let Some(state) = state {
                    self.lanes[lane].state = state;
                }
                moved
            }
        }
    }

    fn done(&mut self, lane: usize, step: usize, outcome: Outcome) -> (Option<State>, bool) {
        self.settle(lane, step, outcome);
        (Some(State::Ready), true)
    }

    /// The step came to nothing that the lane could go on with.
    fn fail(&mut self, lane: usize, step: usize, outcome: Outcome) -> (Option<State>, bool) {
        self.settle(lane, step, outcome);
        self.lanes[lane].failed = true;
        (Some(State::Ready), true)
    }

    fn begin_next(&mut self, lane: usize) {
        let at = self.lanes[lane].at;
        let Some(item) = self.lanes[lane].items.get(at).cloned() else {
            self.lanes[lane].state = State::Over;
            return;
        };
        self.lanes[lane].at += 1;
        self.lanes[lane].state = State::Ready;
        match item {
            Item::Step(step) if self.lanes[lane].failed => {
                self.settle(lane, step, Outcome::Skipped("an earlier step failed".into()));
            }
            Item::Fork(lanes) if self.lanes[lane].failed => {
                for item in lanes.into_iter().flatten() {
                    self.skip(lane, &item);
                }
            }
            Item::Step(step) => self.begin(lane, step),
            Item::Fork(lanes) => {
                let first = self.lanes.len();
                let bound = self.lanes[lane].bound.clone();
                let armed = self.lanes[lane].armed.clone();
                for items in lanes {
                    let mut child = Lane::new(items, bound.clone());
                    child.armed = armed.clone();
                    self.lanes.push(child);
                }
                let lanes = (first..self.lanes.len()).collect();
                self.lanes[lane].state = State::Joining { lanes };
            }
        }
    }

    fn skip(&mut self, lane: usize, item: &Item) {
        match item {
            Item::Step(step) => self.settle(lane, *step, Outcome::Skipped("an earlier step failed".into())),
            Item::Fork(lanes) => lanes.iter().flatten().for_each(|item| self.skip(lane, item)),
        }
    }

    fn begin(&mut self, lane: usize, step: usize) {
        let Some(written) = self.step(step) else { return };
        let begun = match &written.act {
            Act::Let(all) => self.begin_let(lane, step, all),
            Act::Build(all) => {
                let mut built = Ok(());
                for (name, bytes) in all {
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
            Act::Expect(expect) => Ok(self.begin_expect(step, expect)),
            Act::Silence(silence) => self.begin_silence(lane, step, silence),
            Act::Closed { connection, within } => Ok(match self.link(connection) {
                Some(link) => (
                    Outcome::Done,
                    State::Closing {
                        link,
                        step,
                        until: self.now.elapsed + within.unwrap_or(PATIENCE),
                    },
                ),
                None => (not_open(connection), State::Over),
            }),
            Act::Close(close) => Ok(self.begin_close(step, close)),
            Act::Request(request) => self.begin_request(lane, step, request),
            Act::Provoke(provoke) => self.begin_provoke(lane, step, provoke),
            Act::Search(search) => self.begin_search(lane, step, search),
            Act::Wait(span) => self.span(lane, step, span).map(|span| {
                let until = self.now.elapsed + span;
                (Outcome::Done, State::Waiting { step, until })
            }),
            Act::Repeat { .. } | Act::Together(_) => Ok((Outcome::Done, State::Ready)),
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

    fn begin_let(&mut self, lane: usize, step: usize, all: &[(String, Template)]) -> Result<(Outcome, State), Unbound> {
        for (name, template) in all {
            let value = template.resolve(&self.scope(lane, Some(step)))?;
            self.lanes[lane].bind(name, value);
        }
        Ok((Outcome::Done, State::Ready))
    }

    fn begin_open(&mut self, lane: usize, step: usize, open: &Open) -> Result<(Outcome, State), Unbound> {
        let plan = self.plan.clone();
        let endpoint = plan.suite.manifest.endpoint(open.address.endpoint.as_deref(), "ws");
        let Some(url) = endpoint.and_then(|endpoint| plan.site.endpoint(&endpoint.name)) else {
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
        let request = crate::wire::handshake::request_bytes(&method, &place.target, &open.version, &fields);
        let raw = plan.raw.contains(&open.connection);
        let link = self.links.len();
        self.links.push(Link {
            connection: open.connection.clone(),
            raw,
            key,
            ..Link::default()
        });
        self.record(Happening::Opening {
            connection: open.connection.clone(),
            request: request.clone(),
        });
        let until = self.now.elapsed + open.within.unwrap_or(plan.site.patience.connect);
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
        Ok((Outcome::Done, State::Opening { link, step, until }))
    }

    /// Sends content on an open link.
    fn write(
        &mut self,
        link: usize,
        content: &Content,
        scope: (usize, Option<usize>),
        times: usize,
    ) -> Result<(), Unbound> {
        let view = self.scope(scope.0, scope.1);
        let bytes = |bytes: &crate::bytes::Bytes| bytes.resolve(&view);
        let whole = |opcode, payload: Vec<u8>| vec![Frame::new(opcode, payload)];
        let mut cuts = Vec::new();
        let (kind, frames, raw) = match content {
            Content::Json(template) => (
                "text",
                whole(Opcode::Text, template.resolve(&view)?.to_string().into_bytes()),
                None,
            ),
            Content::Text(text) => ("text", whole(Opcode::Text, bytes(text)?), None),
            Content::Binary(data) => ("binary", whole(Opcode::Binary, bytes(data)?), None),
            Content::Ping(data) => ("ping", whole(Opcode::Ping, bytes(data)?), None),
            Content::Pong(data) => ("pong", whole(Opcode::Pong, bytes(data)?), None),
            Content::Fragments(parts) => {
                let mut frames = Vec::new();
                for (i, part) in parts.iter().enumerate() {
                    let opcode = if i == 0 { Opcode::Text } else { Opcode::Continuation };
                    frames.push(Frame {
                        fin: i + 1 == parts.len(),
                        ..Frame::new(opcode, bytes(part)?)
                    });
                }
                ("fragments", frames, None)
            }
            Content::Frames(specs) => {
                let mut out = Vec::new();
                for spec in specs {
                    let frame = self.frame(spec, bytes(&spec.payload)?);
                    cuts.extend(spec.pause.iter().map(|at| out.len() + at));
                    out.extend(frame.encode(spec.length));
                }
                ("frames", Vec::new(), Some(out))
            }
            Content::Raw(data) => ("bytes", Vec::new(), Some(bytes(data)?)),
        };
        let shown = match &raw {
            Some(bytes) => bytes.clone(),
            None => frames.iter().flat_map(|frame| frame.payload.clone()).collect(),
        };
        let connection = self.links[link].connection.clone();
        self.record(Happening::Sent {
            connection,
            kind: if times > 1 {
                format!("{kind} ×{times}")
            } else {
                kind.to_owned()
            },
            bytes: shown,
        });
        for _ in 0..times {
            match &raw {
                Some(bytes) => self.actions.push_back(Action::Write {
                    link,
                    write: Write::Bytes {
                        bytes: bytes.clone(),
                        cuts: cuts.clone(),
                    },
                }),
                None if self.links[link].raw => self.write_frames(link, &frames),
                None => {
                    for frame in &frames {
                        let write = Write::Message(frame.opcode, frame.payload.clone());
                        self.actions.push_back(Action::Write { link, write });
                    }
                }
            }
        }
        Ok(())
    }

    fn frame(&self, spec: &FrameSpec, payload: Vec<u8>) -> Frame {
        Frame {
            fin: spec.fin,
            rsv: spec.rsv,
            mask: spec.mask.then(|| self.mask()),
            ..Frame::new(spec.opcode, payload)
        }
    }

    fn begin_send(&mut self, lane: usize, step: usize, send: &Send) -> Result<(Outcome, State), Unbound> {
        let Some(link) = self.link(&send.connection).filter(|link| self.links[*link].is_open()) else {
            return Ok((not_open(&send.connection), State::Over));
        };
        let from = self.links[link].inbox.len();
        self.lanes[lane].arm(link, from);
        self.write(link, &send.content, (lane, Some(step)), send.times)?;
        Ok((Outcome::Done, State::Ready))
    }

    fn begin_expect(&mut self, step: usize, expect: &Expect) -> (Outcome, State) {
        let Some(link) = self.link(&expect.connection).filter(|link| self.links[*link].accepted) else {
            return (not_open(&expect.connection), State::Over);
        };
        let until = self.expect_time(expect.within);
        let mut fence = None;
        if expect.or_silence {
            self.links[link].tolerant = true;
            fence = self.send_fence(link);
        }
        (
            Outcome::Done,
            State::Expecting {
                link,
                step,
                until,
                fence,
            },
        )
    }

    /// Sends the suite's fence; `None` if it has none or the link is not open.
    fn send_fence(&mut self, link: usize) -> Option<Fence> {
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
        self.record(Happening::Sent {
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
        let fence = Fence { from, token };
        self.links[link].fence = Some(fence.clone());
        Some(fence)
    }

    /// A duration that a template gives.
    fn span(&self, lane: usize, step: usize, template: &Template) -> Result<Duration, Unbound> {
        let text = template.resolve_text(&self.scope(lane, Some(step)))?;
        duration(&text).ok_or_else(|| Unbound(format!("{text} (no duration)")))
    }

    fn begin_silence(&mut self, lane: usize, step: usize, silence: &Silence) -> Result<(Outcome, State), Unbound> {
        let Some(link) = self.link(&silence.connection).filter(|link| self.links[*link].accepted) else {
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
            State::Quieting {
                link,
                step,
                until,
                from,
                fence,
            },
        ))
    }

    /// Asks the next link of a leftover lane for silence.
    pub(super) fn fence_next(&mut self, lane: usize, window: Duration) {
        let Some(link) = self.lanes[lane].quiet.pop() else {
            self.lanes[lane].state = State::Over;
            return;
        };
        let fence = self.send_fence(link);
        self.lanes[lane].state = State::Quieting {
            link,
            step: None,
            until: self.now.elapsed + if fence.is_some() { window } else { Duration::ZERO },
            from: 0,
            fence,
        };
    }

    fn begin_close(&mut self, step: usize, close: &Close) -> (Outcome, State) {
        let Some(link) = self.link(&close.connection).filter(|link| self.links[*link].accepted) else {
            return (not_open(&close.connection), State::Over);
        };
        if close.abrupt {
            self.links[link].dropped = true;
            self.actions.push_back(Action::Drop { link });
            return (Outcome::Done, State::Ready);
        }
        if self.links[link].is_open() {
            let payload = close
                .code
                .map(|code| close_payload(code, &close.reason))
                .unwrap_or_default();
            self.links[link].close_sent = true;
            let connection = self.links[link].connection.clone();
            self.record(Happening::Sent {
                connection,
                kind: "close".into(),
                bytes: payload.clone(),
            });
            if self.links[link].raw {
                self.write_frames(link, &[Frame::new(Opcode::Close, payload)]);
            } else {
                let write = Write::Message(Opcode::Close, payload);
                self.actions.push_back(Action::Write { link, write });
            }
        }
        let until = self.now.elapsed + close.within.unwrap_or(PATIENCE);
        (Outcome::Done, State::Closing { link, step, until })
    }

    fn begin_request(&mut self, lane: usize, step: usize, request: &Request) -> Result<(Outcome, State), Unbound> {
        let plan = self.plan.clone();
        let endpoint = plan
            .suite
            .manifest
            .endpoint(request.address.endpoint.as_deref(), "http");
        let Some(url) = endpoint.and_then(|endpoint| plan.site.endpoint(&endpoint.name)) else {
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
        let wire = crate::wire::http::Request {
            method: request.method.resolve_text(&scope)?,
            url: format!("{scheme}://{}{}", place.authority, place.target),
            headers: address::fields(defaults, request.address.headers.as_ref(), &scope)?,
            body,
            chunked: request.chunked,
        };
        self.record(Happening::Requested {
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
            State::Exchanging {
                exchange,
                step,
                until,
                result: None,
            },
        ))
    }

    fn begin_provoke(&mut self, lane: usize, step: usize, provoke: &Provoke) -> Result<(Outcome, State), Unbound> {
        let call = match self.plan.site.part.calls.get(&provoke.situation) {
            Some(Provocation::Url(url, _)) => Hook::Url(url.clone()),
            Some(Provocation::Command(command, _)) => Hook::Command(command.clone()),
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

    fn begin_search(&mut self, lane: usize, step: usize, search: &Search) -> Result<(Outcome, State), Unbound> {
        let Some(link) = self.link(&search.connection).filter(|link| self.links[*link].is_open()) else {
            return Ok((not_open(&search.connection), State::Over));
        };
        let around = match &search.around {
            None => 0,
            Some(around) => {
                let value = around.resolve(&self.scope(lane, Some(step)))?;
                let value = value.as_integer().ok_or_else(|| Unbound("around".into()))?;
                value - self.now.unix.as_secs() as i64
            }
        };
        let state = search::Search::new(search.reach, search.precision);
        let from = self.probe(lane, step, link, search, around, &state)?;
        let until = self.expect_time(search.within);
        Ok((
            Outcome::Done,
            State::Searching {
                link,
                step,
                until,
                from,
                around,
                search: state,
            },
        ))
    }

    fn probe(
        &mut self,
        lane: usize,
        step: usize,
        link: usize,
        search: &Search,
        around: i64,
        state: &search::Search,
    ) -> Result<usize, Unbound> {
        let from = self.links[link].inbox.len();
        if let Next::Probe(probe) = state.next() {
            let moment = search::moment(self.now, around, probe);
            let scope = self.scope(lane, Some(step)).with("probe", Node::integer(moment));
            let text = search.json.resolve(&scope)?.to_string();
            self.write(
                link,
                &Content::Text(crate::bytes::Bytes::fixed(text)),
                (lane, Some(step)),
                1,
            )?;
        }
        Ok(from)
    }

    /// Looks whether what a lane waits for has come.
    fn pursue(&mut self, lane: usize, state: State) -> (Option<State>, bool) {
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
                fence,
            } => self.pursue_expect(lane, link, step, until, fence),
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

    fn pursue_open(&mut self, lane: usize, link: usize, step: usize, until: Duration) -> (Option<State>, bool) {
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

    fn pursue_expect(
        &mut self,
        lane: usize,
        link: usize,
        step: usize,
        until: Duration,
        fence: Option<Fence>,
    ) -> (Option<State>, bool) {
        let written = self.step(step);
        let Some((written, expect)) = written.as_deref().and_then(|step| match &step.act {
            Act::Expect(expect) => Some((step, expect)),
            _ => None,
        }) else {
            return (Some(State::Ready), true);
        };
        let from = self.lanes[lane].armed(link);
        let answered = fence.as_ref().and_then(|fence| self.fence_answer(lane, link, fence));
        let found = {
            let scope = self.scope(lane, Some(step));
            let selector = expect.selector.as_ref();
            let items = self.links[link].inbox.iter().enumerate().skip(from);
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
        (
            Some(State::Expecting {
                link,
                step,
                until,
                fence,
            }),
            false,
        )
    }

    /// Whether a message is the one that a selector means; without one, any data message that is not passed over.
    fn means(&self, letter: &Letter, selector: Option<&Selector>, scope: &dyn Scope) -> bool {
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

    fn fenced(&mut self, link: usize, at: usize) {
        self.links[link].inbox[at].taken = true;
        let entry = self.links[link].inbox[at].entry;
        self.record(Happening::Fenced(entry));
    }

    /// The place in the inbox of a fence's answer.
    fn fence_answer(&self, lane: usize, link: usize, fence: &Fence) -> Option<usize> {
        let matching = &self.plan.suite.manifest.fence.as_ref()?.matching;
        let scope = self.scope(lane, None).with("fence", fence.token.clone());
        let mut items = self.links[link].inbox.iter().enumerate().skip(fence.from);
        items
            .find(|(_, item)| !item.taken && matching.meets(&item.letter, &scope))
            .map(|(at, _)| at)
    }

    fn pursue_quiet(
        &mut self,
        lane: usize,
        link: usize,
        step: Option<usize>,
        until: Duration,
        (from, fence): (usize, Option<Fence>),
    ) -> (Option<State>, bool) {
        let answer = fence.as_ref().and_then(|fence| self.fence_answer(lane, link, fence));
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

    fn pursue_exchange(
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

    fn capture(&mut self, lane: usize, step: &Step, text: Option<&str>) {
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

    fn pursue_search(
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

fn not_open(connection: &str) -> Outcome {
    Outcome::Skipped(format!("the connection `{connection}` is not open"))
}
