//! The beginning of a step: what is written, and what the lane then waits for.

use std::time::Duration;

use super::{
    Machine, address,
    io::{Action, Dial, Hook, Write},
    lane::{Fence, PATIENCE, State, WINDOW},
    link::Link,
    search::{self, Next},
};
use crate::{
    bytes::Bytes,
    case::{Act, Close, Content, Expect, FrameSpec, Open, Provoke, Request, Search, Send, Silence, duration},
    json::Node,
    target::Provocation,
    template::{Template, Unbound},
    transcript::{Happening, Outcome},
    wire::{
        frame::{Frame, Opcode, close_payload},
        http::values,
    },
};

impl Machine {
    pub(super) fn begin(&mut self, lane: usize, step: usize) {
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
            Act::Expect(expect) => Ok(self.begin_expect(lane, step, expect)),
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

    pub(super) fn begin_let(
        &mut self,
        lane: usize,
        step: usize,
        all: &[(String, Template)],
    ) -> Result<(Outcome, State), Unbound> {
        for (name, template) in all {
            let value = template.resolve(&self.scope(lane, Some(step)))?;
            self.lanes[lane].bind(name, value);
        }
        Ok((Outcome::Done, State::Ready))
    }

    pub(super) fn begin_open(&mut self, lane: usize, step: usize, open: &Open) -> Result<(Outcome, State), Unbound> {
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
    pub(super) fn write(
        &mut self,
        link: usize,
        content: &Content,
        scope: (usize, Option<usize>),
        times: usize,
    ) -> Result<(), Unbound> {
        let view = self.scope(scope.0, scope.1);
        let bytes = |bytes: &Bytes| bytes.resolve(&view);
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

    pub(super) fn frame(&self, spec: &FrameSpec, payload: Vec<u8>) -> Frame {
        Frame {
            fin: spec.fin,
            rsv: spec.rsv,
            mask: spec.mask.then(|| self.mask()),
            ..Frame::new(spec.opcode, payload)
        }
    }

    pub(super) fn begin_send(&mut self, lane: usize, step: usize, send: &Send) -> Result<(Outcome, State), Unbound> {
        let Some(link) = self.link(&send.connection).filter(|link| self.links[*link].accepted) else {
            return Ok((not_open(&send.connection), State::Over));
        };
        let from = self.links[link].inbox.len();
        self.lanes[lane].arm(link, from);
        if self.links[link].is_ended_by_server() {
            // What is expected next will not come, and that is judged there.
            self.links[link].unsent = true;
            return Ok((Outcome::Done, State::Ready));
        }
        if !self.links[link].is_open() {
            return Ok((not_open(&send.connection), State::Over));
        }
        self.write(link, &send.content, (lane, Some(step)), send.times)?;
        Ok((Outcome::Done, State::Ready))
    }

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
            State::Expecting {
                link,
                step,
                until,
                looked,
                fence,
            },
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
        let fence = Fence {
            from,
            looked: from,
            token,
        };
        self.links[link].fence = Some(fence.clone());
        Some(fence)
    }

    /// A duration that a template gives.
    pub(super) fn span(&self, lane: usize, step: usize, template: &Template) -> Result<Duration, Unbound> {
        let text = template.resolve_text(&self.scope(lane, Some(step)))?;
        duration(&text).ok_or_else(|| Unbound(format!("{text} (no duration)")))
    }

    pub(super) fn begin_silence(
        &mut self,
        lane: usize,
        step: usize,
        silence: &Silence,
    ) -> Result<(Outcome, State), Unbound> {
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

    pub(super) fn begin_close(&mut self, step: usize, close: &Close) -> (Outcome, State) {
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

    pub(super) fn begin_request(
        &mut self,
        lane: usize,
        step: usize,
        request: &Request,
    ) -> Result<(Outcome, State), Unbound> {
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

    pub(super) fn begin_provoke(
        &mut self,
        lane: usize,
        step: usize,
        provoke: &Provoke,
    ) -> Result<(Outcome, State), Unbound> {
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

    pub(super) fn begin_search(
        &mut self,
        lane: usize,
        step: usize,
        search: &Search,
    ) -> Result<(Outcome, State), Unbound> {
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

    pub(super) fn probe(
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
            self.write(link, &Content::Text(Bytes::fixed(text)), (lane, Some(step)), 1)?;
        }
        Ok(from)
    }
}

fn not_open(connection: &str) -> Outcome {
    Outcome::Skipped(format!("the connection `{connection}` is not open"))
}
