//! Steps as they are read from a file that fits its shape.

use std::{sync::Arc, time::Duration};

use super::{
    act::{Act, Address, Capture, Close, Expect, Open, Outcome, Over, Provoke, Request, Search, Send, Silence, Step},
    content::Content,
    duration, kind,
};
use crate::{
    check::{self, Check, ObservationKind},
    syntax::bytes::Bytes,
    syntax::diagnostic::Diagnostic,
    syntax::json::Node,
    syntax::schema::Schemas,
    syntax::selector::Selector,
    syntax::source::{Place, Source},
    syntax::template::Template,
};

/// RFC 6455 §7.4.1.
const NORMAL_CLOSURE: u16 = 1000;

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
        let kind = kind(&act);
        let checks = node.member("checks").map(Node::items).unwrap_or_default();
        let checks: Vec<Check> = checks.iter().filter_map(|check| self.check(check, kind)).collect();
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

    fn check(&mut self, node: &Node, kind: ObservationKind) -> Option<Check> {
        let check = check::read(self.source, node, kind, self.schemas, self.found)?;
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
