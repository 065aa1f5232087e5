//! The steps of a case in words, each with the checks on what it shows.

use std::{sync::Arc, time::Duration};

use super::{Language, layout::wrap, sanitize::line};
use crate::{
    check::{Check, Condition, Demand},
    plan::Row,
    suite::case::{Act, Outcome, Over, Step},
    syntax::json::{self, Node},
    syntax::source::Place,
    syntax::template::{Piece, Template},
};

/// Says steps, one a line, the nested ones further in.
pub struct StepWriter<'t> {
    pub language: Language,
    /// The row whose clauses are named; without one, a clause that a row decides is shown as it is written.
    pub row: Option<&'t Row>,
    pub out: String,
}

impl StepWriter<'_> {
    /// Says a list of steps.
    pub fn steps(&mut self, steps: &[Arc<Step>], depth: usize) {
        for (i, step) in steps.iter().enumerate() {
            self.step(step, &format!("{}.", i + 1), depth);
        }
    }

    fn put(&mut self, depth: usize, mark: &str, text: &str) {
        let first = format!("{}{mark} ", "    ".repeat(depth));
        self.out.push_str(&wrap(&first, text));
    }

    fn step(&mut self, step: &Step, number: &str, depth: usize) {
        let mut text = self.act(step);
        if let Some(clause) = &step.requirement {
            text = format!("{text} [{}]", self.clause(clause));
        }
        self.put(depth, number, &text);
        for check in &step.checks {
            self.check(check, depth + 1);
        }
        for capture in &step.captures {
            let (name, at) = (line(&capture.name), line(&capture.at));
            let text = match self.language {
                Language::En => format!("remember {at} as ${{{name}}}"),
                Language::Zh => format!("把 {at} 记为 ${{{name}}}"),
            };
            self.put(depth + 1, "-", &text);
        }
        match &step.act {
            Act::Repeat { steps, .. } => self.steps(steps, depth + 1),
            Act::Together(lanes) => {
                for (i, lane) in lanes.iter().enumerate() {
                    let lane_name = match self.language {
                        Language::En => format!("side {}", i + 1),
                        Language::Zh => format!("第 {} 路", i + 1),
                    };
                    self.put(depth + 1, "|", &lane_name);
                    self.steps(lane, depth + 2);
                }
            }
            Act::Provoke(provoke) => {
                if let Some(reply) = &provoke.reply {
                    self.step(reply, "-", depth + 1);
                }
            }
            _ => {}
        }
    }

    fn check(&mut self, check: &Check, depth: usize) {
        let clause = check.requirement.as_ref().map(|clause| self.clause(clause));
        let text = match &check.demand {
            Demand::One(condition) => condition_text(condition),
            Demand::Snapshot(snapshot) => match self.language {
                Language::En => format!("compare with the accepted snapshot {}", line(&snapshot.name)),
                Language::Zh => format!("与已接受的快照 {} 比较", line(&snapshot.name)),
            },
            Demand::Readings(_) => self.language.pick("one of these readings", "以下解读之一").to_owned(),
        };
        let clause = clause.map(|clause| format!("{clause}: ")).unwrap_or_default();
        self.put(depth, "-", &format!("{clause}{text}"));
        if let Demand::Readings(readings) = &check.demand {
            for reading in readings {
                let all: Vec<String> = reading.all.iter().map(condition_text).collect();
                let all = if all.is_empty() {
                    self.language.pick("anything else", "其他任何情况").to_owned()
                } else {
                    all.join(self.language.pick(" and ", " 且 "))
                };
                self.put(depth + 1, "-", &format!("{}: {all}", line(&reading.name)));
            }
        }
    }

    /// The clause that a template means.
    pub fn clause(&self, template: &Template) -> String {
        let known = self.row.and_then(|row| row.clause(template));
        line(&known.unwrap_or_else(|| written_template(template)))
    }

    fn act(&self, step: &Step) -> String {
        let node = node(&step.place);
        let part = |key: &str| {
            node.as_ref()
                .and_then(|node| node.member(key))
                .map(show)
                .unwrap_or_default()
        };
        let language = self.language;
        let within = |within: Option<Duration>| match (within, language) {
            (None, _) => String::new(),
            (Some(within), Language::En) => format!(" within {within:?}"),
            (Some(within), Language::Zh) => format!("，限时 {within:?}"),
        };
        let on = |name: &str| line(name);
        let en = language == Language::En;
        match &step.act {
            Act::Let(_) if en => format!("let {}", part("let")),
            Act::Let(_) => format!("设定 {}", part("let")),
            Act::Build(_) if en => format!("build {}", part("build")),
            Act::Build(_) => format!("构造 {}", part("build")),
            Act::Open(open) => {
                let outcome = match open.outcome {
                    Outcome::Accepted => language.pick("it must be accepted", "应被接受"),
                    Outcome::Refused => language.pick("it must be refused", "应被拒绝"),
                    Outcome::Any => language.pick("accepted or refused", "接受或拒绝均可"),
                };
                let keys = [
                    "method", "endpoint", "path", "suffix", "query", "headers", "version", "probe",
                ];
                let told = self.told(node.as_ref(), &keys);
                let head = language.pick("open the connection", "建立连接");
                format!(
                    "{head} {}{told}{}; {outcome}",
                    on(&open.connection),
                    within(open.within)
                )
            }
            Act::Send(send) => {
                let times = match (send.times, en) {
                    (1, _) => String::new(),
                    (times, true) => format!(", {times} times"),
                    (times, false) => format!("，共 {times} 次"),
                };
                let what = [
                    "json",
                    "text",
                    "binary",
                    "fragments",
                    "ping",
                    "pong",
                    "frame",
                    "frames",
                    "bytes",
                ];
                let what = self.told(node.as_ref(), &what);
                format!(
                    "{} {}{what}{times}",
                    language.pick("send on", "发送于"),
                    on(&send.connection)
                )
            }
            Act::Expect(expect) => {
                let matching = self.told(node.as_ref(), &["match"]);
                let mut or = String::new();
                if expect.or_silence {
                    or.push_str(language.pick(", or silence", "，或保持静默"));
                }
                if expect.or_closed {
                    or.push_str(language.pick(", or the connection's end", "，或连接结束"));
                }
                let head = language.pick("expect a message on", "等待消息于");
                format!(
                    "{head} {}{matching}{}{or}",
                    on(&expect.connection),
                    within(expect.within)
                )
            }
            Act::Silence(silence) => {
                let told = self.told(node.as_ref(), &["of", "window"]);
                let head = language.pick("expect nothing more on", "不应再有消息于");
                format!("{head} {}{told}", on(&silence.connection))
            }
            Act::Closed {
                connection,
                within: most,
            } => {
                let head = language.pick("expect the server to end", "服务器应结束连接");
                format!("{head} {}{}", on(connection), within(*most))
            }
            Act::Close(close) => {
                let head = if close.abrupt {
                    language.pick("drop the connection", "直接断开连接")
                } else {
                    language.pick("close the connection", "关闭连接")
                };
                let told = self.told(node.as_ref(), &["code", "reason"]);
                format!("{head} {}{told}{}", on(&close.connection), within(close.within))
            }
            Act::Request(request) => {
                let keys = [
                    "method",
                    "endpoint",
                    "path",
                    "suffix",
                    "query",
                    "headers",
                    "json",
                    "text",
                    "binary",
                    "chunked",
                    "connection",
                    "or",
                ];
                let told = self.told(node.as_ref(), &keys);
                let head = language.pick("send the request", "发送请求");
                format!("{head} {}{told}{}", on(&request.exchange), within(request.within))
            }
            Act::Provoke(provoke) => {
                let told = self.told(node.as_ref(), &["json"]);
                let head = language.pick("make this happen:", "触发情形：");
                let tail = language.pick("on", "于");
                format!(
                    "{head} {} {tail} {}{told}",
                    line(&provoke.situation),
                    on(&provoke.connection)
                )
            }
            Act::Search(search) => {
                let told = self.told(
                    node.as_ref(),
                    &["json", "around", "reach", "precision", "inside", "outside"],
                );
                let head = language.pick(
                    "search by bisection for the accepted span, called",
                    "二分查找被接受的区间，记为",
                );
                format!("{head} {}{told}", line(&search.bind))
            }
            Act::Wait(_) => format!("{} {}", language.pick("wait", "等待"), part("wait")),
            Act::Repeat {
                over, name, overlap, ..
            } => {
                let over = match over {
                    Over::Rounds(rounds) if en => format!("{rounds} times"),
                    Over::Rounds(rounds) => format!("{rounds} 次"),
                    Over::Values(values) if en => format!("for each of {} values", values.len()),
                    Over::Values(values) => format!("对 {} 个值各一次", values.len()),
                };
                let overlap = if *overlap {
                    language.pick(", all under way at once", "，同时进行")
                } else {
                    ""
                };
                format!(
                    "{} {over} (${{{}}}){overlap}",
                    language.pick("repeat", "重复"),
                    line(name)
                )
            }
            Act::Together(_) => language.pick("side by side", "并行").to_owned(),
        }
    }

    /// The named members of a step as they are written.
    fn told(&self, node: Option<&Node>, keys: &[&str]) -> String {
        let members = node.map(Node::members).unwrap_or_default();
        let told = members.iter().filter(|member| keys.contains(&member.key.as_str()));
        let told: String = told
            .map(|member| format!(", {} {}", member.key, show(&member.value)))
            .collect();
        told
    }
}

/// A condition as its author wrote it, without its clause and reading.
fn condition_text(condition: &Condition) -> String {
    let Ok(node) = json::parse(&condition.written) else {
        return condition.kind.to_owned();
    };
    let told = node.members().iter();
    let told = told.filter(|member| !matches!(member.key.as_str(), "requirement" | "reading"));
    let told: Vec<String> = told
        .map(|member| format!("{} {}", member.key, show(&member.value)))
        .collect();
    told.join(", ")
}

fn show(node: &Node) -> String {
    line(&node.to_string())
}

fn node(place: &Place) -> Option<Node> {
    json::parse(place.source.text().get(place.span.clone())?).ok()
}

fn written_template(template: &Template) -> String {
    match template {
        Template::Fixed(node) => node.as_str().map_or_else(|| node.to_string(), str::to_owned),
        Template::Placeholder(placeholder) => format!("${{{}}}", placeholder.name),
        Template::Text(pieces) => pieces
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) => text.clone(),
                Piece::Placeholder(placeholder) => format!("${{{}}}", placeholder.name),
            })
            .collect(),
        Template::Array(_) | Template::Object(_) => String::new(),
    }
}
