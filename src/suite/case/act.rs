//! The acts: what one step does.

use std::{sync::Arc, time::Duration};

use super::content::Content;
use crate::{
    check::Check,
    syntax::bytes::Bytes,
    syntax::selector::Selector,
    syntax::source::Place,
    syntax::template::{Placeholder, Template},
};

/// One step.
#[derive(Debug)]
pub struct Step {
    pub act: Act,
    /// The clause that the act itself stands for, or a template of the row's value.
    pub requirement: Option<Template>,
    pub checks: Vec<Check>,
    pub captures: Vec<Capture>,
    /// A precondition: its failure blocks the row and accuses nobody.
    pub given: bool,
    pub place: Place,
}

/// A name for a value of the message.
#[derive(Clone, Debug)]
pub struct Capture {
    pub name: String,
    pub at: String,
    pub secret: bool,
}

/// What a step does.
#[derive(Debug)]
pub enum Act {
    Let(Vec<(String, Template)>),
    Build(Vec<(String, Bytes)>),
    Open(Box<Open>),
    Send(Send),
    Expect(Expect),
    Silence(Silence),
    Closed {
        connection: String,
        within: Option<Duration>,
    },
    Close(Close),
    Request(Box<Request>),
    Provoke(Provoke),
    Search(Box<Search>),
    Wait(Template),
    Repeat {
        over: Over,
        name: String,
        overlap: bool,
        steps: Vec<Arc<Step>>,
    },
    Together(Vec<Vec<Arc<Step>>>),
}

/// What a handshake should come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Accepted,
    Refused,
    Any,
}

/// Where a request goes and what its head says.
#[derive(Clone, Debug, Default)]
pub struct Address {
    pub endpoint: Option<String>,
    pub suffix: Option<Template>,
    pub path: Option<Template>,
    pub query: Option<Template>,
    pub headers: Option<Template>,
}

#[derive(Debug)]
pub struct Open {
    pub connection: String,
    pub address: Address,
    pub method: Template,
    pub version: String,
    pub outcome: Outcome,
    pub probe: Option<Content>,
    pub within: Option<Duration>,
}

#[derive(Debug)]
pub struct Send {
    pub connection: String,
    pub content: Content,
    pub times: usize,
}

#[derive(Debug)]
pub struct Expect {
    pub connection: String,
    pub selector: Option<Selector>,
    pub within: Option<Duration>,
    pub or_silence: bool,
    pub or_closed: bool,
}

#[derive(Debug)]
pub struct Silence {
    pub connection: String,
    pub of: Option<Selector>,
    pub window: Option<Template>,
    pub fence: bool,
}

#[derive(Debug)]
pub struct Close {
    pub connection: String,
    pub code: Option<u16>,
    pub reason: String,
    pub abrupt: bool,
    pub within: Option<Duration>,
}

#[derive(Debug)]
pub struct Request {
    pub exchange: String,
    pub address: Address,
    pub method: Template,
    pub body: Option<Content>,
    pub chunked: bool,
    pub connection: Option<String>,
    pub within: Option<Duration>,
    pub or_closed: bool,
}

#[derive(Debug)]
pub struct Provoke {
    pub situation: String,
    pub connection: String,
    pub content: Content,
    /// An `expect` for the reply, left out when a hook provokes.
    pub reply: Option<Arc<Step>>,
}

#[derive(Debug)]
pub struct Search {
    pub connection: String,
    pub bind: String,
    pub json: Template,
    pub inside: Selector,
    pub outside: Selector,
    pub around: Option<Template>,
    /// Seconds.
    pub reach: i64,
    /// Seconds.
    pub precision: i64,
    pub within: Option<Duration>,
}

/// What a `repeat` counts.
#[derive(Debug)]
pub enum Over {
    Rounds(usize),
    Values(Vec<Template>),
}

impl Step {
    /// Shows this step and those inside it.
    pub fn walk<'s>(&'s self, visit: &mut dyn FnMut(&'s Step)) {
        visit(self);
        match &self.act {
            Act::Repeat { steps, .. } => steps.iter().for_each(|step| step.walk(visit)),
            Act::Together(lanes) => lanes.iter().flatten().for_each(|step| step.walk(visit)),
            Act::Provoke(provoke) => provoke.reply.iter().for_each(|step| step.walk(visit)),
            _ => {}
        }
    }

    /// Its act's name in reports, where the act itself is judged.
    pub fn label(&self) -> &'static str {
        match &self.act {
            Act::Open(_) => "open",
            Act::Expect(_) => "expect",
            Act::Silence(_) => "silence",
            Act::Closed { .. } => "closed",
            Act::Close(_) => "close",
            Act::Request(_) => "request",
            Act::Search(_) => "search",
            _ => "step",
        }
    }

    /// The connection that it is about.
    pub fn connection(&self) -> Option<&str> {
        Some(match &self.act {
            Act::Open(open) => &open.connection,
            Act::Send(send) => &send.connection,
            Act::Expect(expect) => &expect.connection,
            Act::Silence(silence) => &silence.connection,
            Act::Closed { connection, .. } => connection,
            Act::Close(close) => &close.connection,
            Act::Provoke(provoke) => &provoke.connection,
            Act::Search(search) => &search.connection,
            _ => return None,
        })
    }

    /// The names that it binds.
    pub fn binds(&self) -> Vec<String> {
        let mut names: Vec<String> = self.captures.iter().map(|capture| capture.name.clone()).collect();
        match &self.act {
            Act::Let(all) => names.extend(all.iter().map(|(name, _)| name.clone())),
            Act::Build(all) => names.extend(all.iter().map(|(name, _)| name.clone())),
            Act::Search(search) => names.push(search.bind.clone()),
            Act::Repeat { name, .. } => names.push(name.clone()),
            _ => {}
        }
        names
    }

    /// Shows every placeholder of this step itself to `visit`, its checks' among them; not those of steps inside it.
    pub fn placeholders<'t>(&'t self, visit: &mut dyn FnMut(&'t Placeholder)) {
        match &self.act {
            Act::Let(all) => all.iter().for_each(|(_, template)| template.placeholders(visit)),
            Act::Build(all) => all.iter().for_each(|(_, bytes)| bytes.placeholders(visit)),
            Act::Open(open) => {
                open.address.placeholders(visit);
                open.method.placeholders(visit);
                open.probe.iter().for_each(|probe| probe.placeholders(visit));
            }
            Act::Send(send) => send.content.placeholders(visit),
            Act::Expect(expect) => expect.selector.iter().for_each(|selector| selector.placeholders(visit)),
            Act::Silence(silence) => {
                silence.of.iter().for_each(|selector| selector.placeholders(visit));
                silence.window.iter().for_each(|window| window.placeholders(visit));
            }
            Act::Wait(span) => span.placeholders(visit),
            Act::Request(request) => {
                request.address.placeholders(visit);
                request.method.placeholders(visit);
                request.body.iter().for_each(|body| body.placeholders(visit));
            }
            Act::Provoke(provoke) => provoke.content.placeholders(visit),
            Act::Search(search) => {
                search.json.placeholders(visit);
                search.inside.placeholders(visit);
                search.outside.placeholders(visit);
                search.around.iter().for_each(|around| around.placeholders(visit));
            }
            Act::Repeat {
                over: Over::Values(values),
                ..
            } => values.iter().for_each(|value| value.placeholders(visit)),
            Act::Closed { .. } | Act::Close(_) | Act::Repeat { .. } | Act::Together(_) => {}
        }
        self.checks.iter().for_each(|check| check.placeholders(visit));
    }
}

impl Address {
    fn placeholders<'t>(&'t self, visit: &mut dyn FnMut(&'t Placeholder)) {
        for template in [&self.suffix, &self.path, &self.query, &self.headers]
            .into_iter()
            .flatten()
        {
            template.placeholders(visit);
        }
    }
}
