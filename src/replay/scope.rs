//! What names mean while a row is replayed.

use std::time::Duration;

use super::{carried::Carried, context::Context};
use crate::{
    plan::names::{credential, descend, find},
    syntax::json::{Node, Value},
    syntax::template::{Scope, Template, Transform, Unbound},
    syntax::text::duration,
    target::TriggerMeans,
};

/// The names that one track sees at one step.
pub struct View<'m> {
    context: &'m Context,
    bound: &'m [(String, Node)],
    /// The values of the `repeat`s around the step.
    locals: &'m [(String, Template)],
    /// A name for the moment only: `probe`, `fence`.
    extra: Option<(&'static str, Node)>,
}

/// What names mean on a track, at a step with these values of `repeat`s.
pub fn view<'m>(context: &'m Context, carried: &'m Carried, locals: &'m [(String, Template)]) -> View<'m> {
    View {
        context,
        bound: carried.bound(),
        locals,
        extra: None,
    }
}

impl View<'_> {
    /// The same with one more name.
    pub fn with(mut self, name: &'static str, value: Node) -> Self {
        self.extra = Some((name, value));
        self
    }

    fn template(&self, bindings: &[(String, Template)], name: &str) -> Option<Node> {
        let (template, rest) = find(bindings, name)?;
        descend(template.resolve(self).ok()?, rest)
    }

    fn call(&self, path: &str) -> Option<Node> {
        let (name, rest) = path.split_once('.').unwrap_or((path, ""));
        match self.context.plan.target.calls.get(name)? {
            TriggerMeans::Call(node)
            | TriggerMeans::Url(_, node)
            | TriggerMeans::Command(_, node)
            | TriggerMeans::ByItself(_, node) => descend(node.clone(), rest),
        }
    }

    fn value(&self, path: &str) -> Option<Node> {
        let (name, rest) = path.split_once('.').unwrap_or((path, ""));
        let plan = &self.context.plan;
        let declared = || plan.suite.manifest.values.iter().find(|value| value.name == name);
        let value = plan.target.values.get(name).or_else(|| declared()?.default.as_ref())?;
        descend(value.clone(), rest)
    }

    /// `${window.now}`: the moment that the server takes for now, after a bisection bound `window`.
    fn bisected(&self, name: &str) -> Option<Node> {
        let bound = find(self.bound, name.strip_suffix(".now")?)?.0;
        let centre = bound.member("centre")?.as_integer()?;
        Some(Node::integer(self.context.clock.unix_seconds() + centre))
    }
}

impl Scope for View<'_> {
    fn lookup(&self, name: &str) -> Option<Node> {
        if let Some((extra, value)) = &self.extra
            && *extra == name
        {
            return Some(value.clone());
        }
        if let Some(value) = self.bisected(name) {
            return Some(value);
        }
        if let Some((value, rest)) = find(self.bound, name) {
            return descend(value.clone(), rest);
        }
        let Context {
            plan,
            supplies,
            clock,
            chance,
            ..
        } = self.context;
        if let Some(value) = self
            .template(self.locals, name)
            .or_else(|| self.template(&plan.row.values, name))
        {
            return Some(value);
        }
        if credential(name, &plan.suite.manifest).is_some() {
            return supplies
                .iter()
                .find(|(known, _)| known == name)
                .map(|(_, value)| value.clone());
        }
        match name {
            "row" => Some(Node::text(&plan.row.name)),
            "now" => Some(Node::integer(clock.target_time().as_secs())),
            "now.ms" => i128::try_from(clock.target_time().as_millis()).ok().map(Node::integer),
            "unique" => Some(Node::text(chance.unique())),
            "random.hex32" => Some(Node::text(format!("{:016x}{:016x}", chance.number(), chance.number()))),
            _ => match name.split_once('.') {
                Some(("call", path)) => self.call(path),
                Some(("value", path)) => self.value(path),
                _ => None,
            },
        }
    }

    fn derived(&self, name: &str, transform: Transform, text: &str) {
        let Some(Value::String(value)) = self.lookup(name).map(|node| node.value) else {
            return;
        };
        let shown = format!("{name} | {}", transform.name());
        self.context.witness.hide_derived(&value, &shown, text);
    }
}

/// A duration that a template gives.
///
/// # Errors
/// When a name has no value, or the text is no duration.
pub fn span(scope: &View<'_>, template: &Template) -> Result<Duration, Unbound> {
    let text = template.resolve_text(scope)?;
    duration(&text).ok_or_else(|| Unbound(format!("{text} (no duration)")))
}
