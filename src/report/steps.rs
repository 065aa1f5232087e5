//! The steps of a case in words, each with the checks on what it shows. What an act does it says itself; nothing is read
//! again from the author's text.

use std::sync::Arc;

use super::{Language, layout::wrap, sanitize::line};
use crate::{
    check::{Check, Condition, Demand},
    plan::Row,
    suite::case::{Nested, Part, Step},
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
        match step.nested() {
            Nested::None => {}
            Nested::Steps(steps) => self.steps(steps, depth + 1),
            Nested::Sides(sides) => {
                for (i, side) in sides.iter().enumerate() {
                    let name = match self.language {
                        Language::En => format!("side {}", i + 1),
                        Language::Zh => format!("第 {} 路", i + 1),
                    };
                    self.put(depth + 1, "|", &name);
                    self.steps(side, depth + 2);
                }
            }
            Nested::Reply(reply) => self.step(reply, "-", depth + 1),
        }
    }

    fn check(&mut self, check: &Check, depth: usize) {
        let clause = check.requirement.as_ref().map(|clause| self.clause(clause));
        let text = match &check.demand {
            Demand::One(condition) => condition_text(condition),
            Demand::Snapshot(snapshot) => match self.language {
                Language::En => format!("compare with the accepted snapshot {}", line(&snapshot.name)),
                Language::Zh => format!("与已确认的快照 {} 比较", line(&snapshot.name)),
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
        let parts = step.words(self.language).into_iter();
        parts
            .map(|part| match part {
                Part::Said(text) => text,
                Part::Written(text) => line(&text),
            })
            .collect()
    }
}

/// A condition as its author wrote it.
fn condition_text(condition: &Condition) -> String {
    let told = condition.written.iter();
    let told: Vec<String> = told
        .map(|member| format!("{} {}", member.key, line(&member.value.to_string())))
        .collect();
    told.join(", ")
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
