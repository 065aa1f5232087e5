//! Steps as they are read from a file that fits its shape.
//!
//! What an act's own keys mean is read by the act; here stands what all of them share. Nothing that is wrong is passed
//! over in silence: a step that can't be read is told.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use super::{
    acts::{ACTS, Act},
    common::{Common, Preconditions, USE},
    step::{Capture, Step},
};
use crate::{
    check::{self, Check, ObservationKind},
    syntax::bytes::Bytes,
    syntax::diagnostic::{Diagnostic, nearest},
    syntax::json::Node,
    syntax::schema::Schemas,
    syntax::selector::Selector,
    syntax::source::{Place, Source},
    syntax::template::Template,
    syntax::text::duration,
};

/// Reads steps that fit their shape.
pub struct StepReader<'a> {
    pub source: &'a Source,
    pub schemas: &'a Schemas,
    pub common: &'a Common,
    pub given: bool,
    /// Whether other steps run at the same time.
    pub overlapped: bool,
    pub found: &'a mut Vec<Diagnostic>,
    /// The fragments that were used.
    pub used: BTreeSet<String>,
    /// The fragments that are being read, the outermost first.
    pub within: Vec<&'a str>,
    /// The fragments have mistakes by themselves, which are told already: no use of one tells them again.
    told: bool,
}

impl<'a> StepReader<'a> {
    /// Reads preconditions; what judges is read after `given` is set to false.
    pub fn new(source: &'a Source, schemas: &'a Schemas, common: &'a Common, found: &'a mut Vec<Diagnostic>) -> Self {
        Self {
            source,
            schemas,
            common,
            given: true,
            overlapped: false,
            found,
            used: BTreeSet::new(),
            within: Vec::new(),
            told: false,
        }
    }

    /// Reads a list of steps, with those of fragments in place.
    pub fn steps(&mut self, list: &Node) -> Vec<Arc<Step>> {
        let mut steps = Vec::new();
        for item in list.items() {
            match item.member(USE) {
                Some(name) => steps.extend(self.fragment(name)),
                None => steps.extend(self.step(item).map(Arc::new)),
            }
        }
        steps
    }

    /// The steps of the fragment that is named.
    fn fragment(&mut self, named: &Node) -> Vec<Arc<Step>> {
        let name = named.as_str().unwrap_or_default();
        let place = self.place(named);
        let common = self.common;
        let Some(fragment) = common.fragments.iter().find(|fragment| fragment.name == name) else {
            if common.is_complete() {
                let known = common.fragments.iter().map(|fragment| fragment.name.as_str());
                let what = format!("no fragment is called `{name}`");
                let diagnostic = Diagnostic::at(place, what, "not in the manifest's `fragments`");
                self.found.push(match nearest(name, known) {
                    Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                    None => diagnostic,
                });
            }
            return Vec::new();
        };
        if self.within.contains(&name) {
            let what = format!("the fragment `{name}` uses itself");
            self.found
                .push(Diagnostic::at(place, what, "its steps would never end"));
            return Vec::new();
        }
        self.used.insert(name.to_owned());
        if let (Some(given), true, false) = (&fragment.given, self.given, self.overlapped) {
            self.used.extend(given.fragments.iter().cloned());
            return given.steps.clone();
        }
        let outer = std::mem::replace(&mut self.source, &fragment.source);
        let before = self.found.len();
        self.within.push(&fragment.name);
        let steps = self.steps(&fragment.steps);
        self.within.pop();
        self.source = outer;
        if self.within.is_empty() && self.told {
            self.found.truncate(before);
        } else if self.within.is_empty() {
            // The fragment by itself is sound: what is wrong with it here is wrong with this use of it.
            for mistake in &mut self.found[before..] {
                let line = mistake.place.replace(place.clone()).map(|inner| inner.line());
                let help = mistake.help.take().map(|help| format!(": {help}"));
                mistake.help = Some(format!(
                    "it stands at {}{}",
                    line.unwrap_or_default(),
                    help.unwrap_or_default()
                ));
            }
        }
        steps
    }

    /// Reads every fragment by itself, as preconditions: for the mistakes in it, and for [`Common::keep`].
    pub fn fragments(&mut self) -> Vec<Option<Preconditions>> {
        let before = self.found.len();
        let mut given = Vec::new();
        for fragment in &self.common.fragments {
            let before = self.found.len();
            self.used.clear();
            self.within.push(&fragment.name);
            let steps = self.steps(&fragment.steps);
            self.within.pop();
            let fragments = std::mem::take(&mut self.used);
            given.push((self.found.len() == before).then_some(Preconditions { steps, fragments }));
        }
        self.used.clear();
        self.told = self.found.len() > before;
        given
    }

    fn step(&mut self, node: &Node) -> Option<Step> {
        let Some(kind) = ACTS.iter().find(|kind| node.member(kind.key).is_some()) else {
            let place = self.place(node);
            self.found
                .push(Diagnostic::at(place, "a step without an act", "needs the key of one"));
            return None;
        };
        let act = (kind.read)(self, node)?;
        Some(self.finish(node, act))
    }

    /// The step of an act: its clause, its checks and its captures.
    pub fn finish(&mut self, node: &Node, act: Act) -> Step {
        let (kind, shows) = (act.deed().kind(), act.deed().shows());
        let checks = node.member("checks").map(Node::items).unwrap_or_default();
        let checks: Vec<Check> = checks.iter().filter_map(|check| self.check(check, shows)).collect();
        let captures = node.member("capture").map(Node::members).unwrap_or_default().iter();
        let captures = captures.map(|member| Capture {
            name: member.key.clone(),
            at: member
                .value
                .as_str()
                .or(member.value.member("at").and_then(Node::as_str))
                .unwrap_or_default()
                .into(),
            secret: self.flag(&member.value, "secret", false),
        });
        let captures = captures.collect();
        let told = node.members().iter();
        let told = told.filter(|member| kind.told.contains(&member.key.as_str()));
        let step = Step {
            requirement: self.template(node, "requirement"),
            checks,
            captures,
            given: self.given,
            place: self.place(node),
            told: told.cloned().collect(),
            act,
        };
        self.demand_clause(&step);
        step
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
        if step.act.deed().can_fail() && step.requirement.is_none() && !self.given {
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

    /// Reads steps inside others, which may run at the same time as others.
    pub fn inside<T>(&mut self, overlap: bool, read: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.overlapped;
        self.overlapped |= overlap;
        let result = read(self);
        self.overlapped = before;
        result
    }

    /// Where a value stands.
    pub fn place(&self, node: &Node) -> Place {
        self.source.place(node.span.clone())
    }

    /// The value of a key that must be there.
    pub fn demand<'n>(&mut self, node: &'n Node, key: &str) -> Option<&'n Node> {
        let value = node.member(key);
        if value.is_none() {
            let place = self.place(node);
            let what = format!("the key `{key}` is missing");
            self.found.push(Diagnostic::at(place, what, format!("needs `{key}`")));
        }
        value
    }

    /// The text of a key that must be there.
    pub fn demand_text(&mut self, node: &Node, key: &str) -> Option<String> {
        let value = self.demand(node, key)?;
        if value.as_str().is_none() {
            let place = self.place(value);
            self.found.push(Diagnostic::at(
                place,
                format!("`{key}` is no text"),
                "expected a string",
            ));
        }
        value.as_str().map(str::to_owned)
    }

    /// The template that a value is.
    pub fn value(&mut self, node: &Node) -> Template {
        Template::read(self.source, node, self.found)
    }

    /// The bytes that a value means.
    pub fn bytes(&mut self, node: &Node) -> Option<Bytes> {
        Bytes::read(self.source, node, self.found)
    }

    /// The template under a key.
    pub fn template(&mut self, node: &Node, key: &str) -> Option<Template> {
        node.member(key).map(|value| self.value(value))
    }

    /// The selector under a key.
    pub fn selector(&mut self, node: &Node, key: &str) -> Option<Selector> {
        node.member(key)
            .map(|value| Selector::read(self.source, value, self.found))
    }

    /// The method of a request.
    pub fn method(&mut self, node: &Node, default: &str) -> Template {
        self.template(node, "method")
            .unwrap_or_else(|| Template::Fixed(Node::text(default)))
    }

    /// The text under a key.
    pub fn text(&self, node: &Node, key: &str) -> Option<String> {
        node.member(key).and_then(Node::as_str).map(str::to_owned)
    }

    /// The truth value under a key.
    pub fn flag(&self, node: &Node, key: &str, default: bool) -> bool {
        node.member(key).and_then(Node::as_bool).unwrap_or(default)
    }

    /// The duration under a key.
    pub fn span(&self, node: &Node, key: &str) -> Option<Duration> {
        node.member(key).and_then(Node::as_str).and_then(duration)
    }

    /// The count under a key.
    pub fn count(&self, node: &Node, key: &str) -> Option<usize> {
        node.member(key)
            .and_then(Node::as_integer)
            .and_then(|count| usize::try_from(count).ok())
    }
}
