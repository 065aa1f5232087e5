//! What is written on a connection: messages, frames, its close.

use std::time::Duration;

use super::{
    Machine, by_peer,
    io::{Action, Write},
    lane::{Begun, PATIENCE, Pursued, State, not_open, waiting},
};
use crate::{
    suite::case::{Close, Content, FrameSpec, Send},
    syntax::bytes::Bytes,
    syntax::template::Unbound,
    transcript::{Outcome, WireEvent},
};
use wire::frame::{Frame, Opcode, close_payload};

/// A connection whose end is waited for.
#[derive(Clone, Copy, Debug)]
pub struct Closing {
    link: usize,
    pub step: usize,
    pub until: Duration,
}

impl Machine {
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
        self.record(WireEvent::Sent {
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

    pub(super) fn begin_send(&mut self, lane: usize, step: usize, send: &Send) -> Begun {
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
            self.record(WireEvent::Sent {
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
        (Outcome::Done, State::Closing(Closing { link, step, until }))
    }

    /// Waits for an end that the server makes.
    pub(super) fn begin_closed(&mut self, step: usize, connection: &str, within: Option<Duration>) -> (Outcome, State) {
        let Some(link) = self.link(connection) else {
            return (not_open(connection), State::Over);
        };
        let until = self.now.elapsed + within.unwrap_or(PATIENCE);
        (Outcome::Done, State::Closing(Closing { link, step, until }))
    }

    pub(super) fn pursue_close(&mut self, lane: usize, closing: Closing) -> Pursued {
        let link = &self.links[closing.link];
        if link.ended.is_none() && self.now.elapsed < closing.until {
            return waiting(State::Closing(closing));
        }
        let outcome = Outcome::Closed {
            frame: link.close_frame,
            ended: link.ended.clone().filter(by_peer),
        };
        self.done(lane, closing.step, outcome)
    }
}
