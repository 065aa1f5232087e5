//! The acts: what one step does.

use std::{sync::Arc, time::Duration};

use super::{content::Content, duration, sight};
use crate::{
    bytes::Bytes,
    check::{self, Check, Sight},
    diagnostic::Diagnostic,
    json::Node,
    schema::Schemas,
    selector::Selector,
    source::{Place, Source},
    template::{Hole, Template},
};

/// RFC 6455 §7.4.1.
const NORMAL_CLOSURE: u16 = 1000;

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

    /// Shows every hole of this step itself to `visit`, its checks' among them; not those of steps inside it.
    pub fn holes<'t>(&'t self, visit: &mut dyn FnMut(&'t Hole)) {
        match &self.act {
            Act::Let(all) => all.iter().for_each(|(_, template)| template.holes(visit)),
            Act::Build(all) => all.iter().for_each(|(_, bytes)| bytes.holes(visit)),
            Act::Open(open) => {
                open.address.holes(visit);
                open.method.holes(visit);
                open.probe.iter().for_each(|probe| probe.holes(visit));
            }
            Act::Send(send) => send.content.holes(visit),
            Act::Expect(expect) => expect.selector.iter().for_each(|selector| selector.holes(visit)),
            Act::Silence(silence) => {
                silence.of.iter().for_each(|selector| selector.holes(visit));
                silence.window.iter().for_each(|window| window.holes(visit));
            }
            Act::Wait(span) => span.holes(visit),
            Act::Request(request) => {
                request.address.holes(visit);
                request.method.holes(visit);
                request.body.iter().for_each(|body| body.holes(visit));
            }
            Act::Provoke(provoke) => provoke.content.holes(visit),
            Act::Search(search) => {
                search.json.holes(visit);
                search.inside.holes(visit);
                search.outside.holes(visit);
                search.around.iter().for_each(|around| around.holes(visit));
            }
            Act::Repeat {
                over: Over::Values(values),
                ..
            } => values.iter().for_each(|value| value.holes(visit)),
            Act::Closed { .. } | Act::Close(_) | Act::Repeat { .. } | Act::Together(_) => {}
        }
        self.checks.iter().for_each(|check| check.holes(visit));
    }
}

impl Address {
    fn holes<'t>(&'t self, visit: &mut dyn FnMut(&'t Hole)) {
        for template in [&self.suffix, &self.path, &self.query, &self.headers]
            .into_iter()
            .flatten()
        {
            template.holes(visit);
        }
    }
}

/// Reads steps that fit their shape.
pub struct Reader<'a> {
    pub source: &'a Source,
    pub schemas: &'a Schemas,
    pub given: bool,
    pub overlapped: bool,
    pub found: &'a mut Vec<Diagnostic>,
}

impl Reader<'_> {
    /// Reads a list of steps.
    pub fn steps(&mut self, node: Option<&Node>) -> Vec<Arc<Step>> {
        let items = node.map(Node::items).unwrap_or_default();
        items.iter().filter_map(|item| self.step(item).map(Arc::new)).collect()
    }

    fn step(&mut self, node: &Node) -> Option<Step> {
        let act = self.act(node)?;
        self.finish(node, act)
    }

    fn finish(&mut self, node: &Node, act: Act) -> Option<Step> {
        let place = self.place(node);
        let requirement = self.template(node, "requirement");
        let sight = sight(&act);
        let checks = node.member("checks").map(Node::items).unwrap_or_default();
        let checks: Vec<Check> = checks.iter().filter_map(|check| self.check(check, sight)).collect();
        let captures = node.member("capture").map(Node::members).unwrap_or_default().iter();
        let captures = captures.map(|member| Capture {
            name: member.key.clone(),
            at: member
                .value
                .as_str()
                .or(member.value.member("at").and_then(Node::as_str))
                .unwrap_or_default()
                .into(),
            secret: member.value.member("secret").and_then(Node::as_bool).unwrap_or(false),
        });
        let step = Step {
            act,
            requirement,
            checks,
            captures: captures.collect(),
            given: self.given,
            place,
        };
        self.demand_clause(&step);
        Some(step)
    }

    fn check(&mut self, node: &Node, sight: Sight) -> Option<Check> {
        let check = check::read(self.source, node, sight, self.schemas, self.found)?;
        let snapshot = matches!(check.demand, check::Demand::Snapshot(_));
        if check.requirement.is_none() && !self.given && !snapshot {
            self.found.push(
                Diagnostic::at(check.place.clone(), "a check without a clause", "needs `requirement`")
                    .help("name the clause of the catalogue that this check judges"),
            );
        }
        Some(check)
    }

    /// A step that can fail names the clause that it judges, unless it is a precondition.
    fn demand_clause(&mut self, step: &Step) {
        let judges = match &step.act {
            Act::Open(open) => open.outcome != Outcome::Any,
            Act::Expect(expect) => !expect.or_silence && !expect.or_closed,
            Act::Request(request) => !request.or_closed,
            Act::Silence(_) | Act::Closed { .. } | Act::Search(_) => true,
            _ => false,
        };
        if judges && step.requirement.is_none() && !self.given {
            let place = Place {
                span: step.place.span.start..step.place.span.start + 1,
                ..step.place.clone()
            };
            self.found.push(
                Diagnostic::at(place, "a step that can fail names no clause", "needs `requirement`")
                    .help("name the clause, or move the step into `given`"),
            );
        }
    }

    fn place(&self, node: &Node) -> Place {
        self.source.place(node.span.clone())
    }

    fn template(&mut self, node: &Node, key: &str) -> Option<Template> {
        node.member(key)
            .map(|value| Template::read(self.source, value, self.found))
    }

    fn selector(&mut self, node: &Node, key: &str) -> Option<Selector> {
        node.member(key)
            .map(|value| Selector::read(self.source, value, self.found))
    }

    fn address(&mut self, node: &Node) -> Address {
        Address {
            endpoint: text(node, "endpoint"),
            suffix: self.template(node, "suffix"),
            path: self.template(node, "path"),
            query: self.template(node, "query"),
            headers: self.template(node, "headers"),
        }
    }

    fn method(&mut self, node: &Node, default: &str) -> Template {
        self.template(node, "method")
            .unwrap_or_else(|| Template::Fixed(Node::text(default)))
    }

    fn expect(&mut self, node: &Node, connection: String) -> Act {
        let or = super::strings(node.member("or"));
        let selector = self.selector(node, "match");
        if self.overlapped && selector.is_none() {
            self.found.push(
                Diagnostic::at(
                    self.place(node),
                    "which message is meant?",
                    "needs `match`: steps overlap here",
                )
                .help("match by what the request and its reply share"),
            );
        }
        Act::Expect(Expect {
            connection,
            selector,
            within: span(node, "within"),
            or_silence: or.iter().any(|word| word == "silence"),
            or_closed: or.iter().any(|word| word == "closed"),
        })
    }

    fn act(&mut self, node: &Node) -> Option<Act> {
        let first = |key: &str| text(node, key);
        if let Some(all) = node.member("let") {
            let members = all.members().iter();
            let bound = members.map(|m| (m.key.clone(), Template::read(self.source, &m.value, self.found)));
            return Some(Act::Let(bound.collect()));
        }
        if let Some(all) = node.member("build") {
            let mut bound = Vec::new();
            for member in all.members() {
                bound.push((member.key.clone(), Bytes::read(self.source, &member.value, self.found)?));
            }
            return Some(Act::Build(bound));
        }
        if let Some(connection) = first("open") {
            let probe = match node.member("probe") {
                Some(probe) => Some(Content::read(self.source, probe, self.found)?),
                None => None,
            };
            return Some(Act::Open(Box::new(Open {
                connection,
                address: self.address(node),
                method: self.method(node, "GET"),
                version: first("version").unwrap_or_else(|| "HTTP/1.1".into()),
                outcome: match first("outcome").as_deref() {
                    Some("refused") => Outcome::Refused,
                    Some("any") => Outcome::Any,
                    _ => Outcome::Accepted,
                },
                probe,
                within: span(node, "within"),
            })));
        }
        if let Some(connection) = first("send") {
            return Some(Act::Send(Send {
                connection,
                content: Content::read(self.source, node, self.found)?,
                times: count(node, "times").unwrap_or(1),
            }));
        }
        if let Some(connection) = first("expect") {
            return Some(self.expect(node, connection));
        }
        if let Some(connection) = first("silence") {
            return Some(Act::Silence(Silence {
                connection,
                of: self.selector(node, "of"),
                window: self.template(node, "window"),
                fence: node.member("fence").and_then(Node::as_bool).unwrap_or(true),
            }));
        }
        if let Some(connection) = first("closed") {
            return Some(Act::Closed {
                connection,
                within: span(node, "within"),
            });
        }
        if let Some(connection) = first("close") {
            return Some(Act::Close(Close {
                connection,
                // A reason can't be sent without a code (RFC 6455 §5.5.1).
                code: node
                    .member("code")
                    .and_then(Node::as_integer)
                    .and_then(|code| u16::try_from(code).ok())
                    .or_else(|| node.member("reason").map(|_| NORMAL_CLOSURE)),
                reason: first("reason").unwrap_or_default(),
                abrupt: node.member("abrupt").and_then(Node::as_bool).unwrap_or(false),
                within: span(node, "within"),
            }));
        }
        if let Some(exchange) = first("request") {
            let has_body = ["json", "text", "binary"].iter().any(|key| node.member(key).is_some());
            let body = if has_body {
                Some(Content::read(self.source, node, self.found)?)
            } else {
                None
            };
            return Some(Act::Request(Box::new(Request {
                exchange,
                address: self.address(node),
                method: self.method(node, "POST"),
                body,
                chunked: node.member("chunked").and_then(Node::as_bool).unwrap_or(false),
                connection: first("connection"),
                within: span(node, "within"),
                or_closed: !super::strings(node.member("or")).is_empty(),
            })));
        }
        if let Some(situation) = first("provoke") {
            let connection = first("on").unwrap_or_default();
            let reply = match node.member("reply") {
                Some(reply) => {
                    let act = self.expect(reply, connection.clone());
                    Some(Arc::new(self.finish(reply, act)?))
                }
                None => None,
            };
            return Some(Act::Provoke(Provoke {
                situation,
                connection,
                content: Content::Json(self.template(node, "json")?),
                reply,
            }));
        }
        if let Some(connection) = first("search") {
            let seconds = |key, default| span(node, key).map_or(default, |span| span.as_secs() as i64);
            return Some(Act::Search(Box::new(Search {
                connection,
                bind: first("bind")?,
                json: self.template(node, "json")?,
                inside: self.selector(node, "inside")?,
                outside: self.selector(node, "outside")?,
                around: self.template(node, "around"),
                reach: seconds("reach", 86_400),
                precision: seconds("precision", 1).max(1),
                within: span(node, "within"),
            })));
        }
        if let Some(span) = self.template(node, "wait") {
            return Some(Act::Wait(span));
        }
        if let Some(over) = node.member("repeat") {
            let overlap = node.member("overlap").and_then(Node::as_bool).unwrap_or(false);
            let values = over
                .items()
                .iter()
                .map(|value| Template::read(self.source, value, self.found));
            let over = match count(node, "repeat") {
                Some(rounds) => Over::Rounds(rounds),
                None => Over::Values(values.collect()),
            };
            let name = first("as").unwrap_or_else(|| "i".into());
            let steps = self.inside(overlap, |reader| reader.steps(node.member("steps")));
            return Some(Act::Repeat {
                over,
                name,
                overlap,
                steps,
            });
        }
        let lanes = node.member("together")?;
        let lanes = lanes.items().iter();
        Some(Act::Together(self.inside(true, |reader| {
            lanes.map(|lane| reader.steps(Some(lane))).collect()
        })))
    }

    fn inside<T>(&mut self, overlap: bool, read: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.overlapped;
        self.overlapped |= overlap;
        let result = read(self);
        self.overlapped = before;
        result
    }
}

fn text(node: &Node, key: &str) -> Option<String> {
    node.member(key).and_then(Node::as_str).map(str::to_owned)
}

fn span(node: &Node, key: &str) -> Option<Duration> {
    node.member(key).and_then(Node::as_str).and_then(duration)
}

fn count(node: &Node, key: &str) -> Option<usize> {
    node.member(key)
        .and_then(Node::as_integer)
        .and_then(|count| usize::try_from(count).ok())
}
