//! What names mean while a row is replayed.

use super::Machine;
use crate::{
    plan::names::{credential, descend, find},
    syntax::json::{Node, Value},
    syntax::template::{Scope, Template, Transform},
    target::Trigger,
};

/// The names that one lane sees at one step.
pub struct View<'m> {
    machine: &'m Machine,
    bound: &'m [(String, Node)],
    locals: &'m [(String, Template)],
    /// A name for the moment only: `probe`, `fence`.
    extra: Option<(&'static str, Node)>,
}

impl Machine {
    /// What names mean in a lane, at a step.
    pub(super) fn scope(&self, lane: usize, step: Option<usize>) -> View<'_> {
        let instance = step.and_then(|step| self.plan.instances.get(step));
        View {
            machine: self,
            bound: self.lanes.get(lane).map_or(&[], |lane| &lane.bound),
            locals: instance.map_or(&[], |instance| &instance.locals),
            extra: None,
        }
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
        match self.machine.plan.target.calls.get(name)? {
            Trigger::Call(node) | Trigger::Url(_, node) | Trigger::Command(_, node) => descend(node.clone(), rest),
        }
    }

    fn value(&self, path: &str) -> Option<Node> {
        let (name, rest) = path.split_once('.').unwrap_or((path, ""));
        let plan = &self.machine.plan;
        let declared = || plan.suite.manifest.values.iter().find(|value| value.name == name);
        let value = plan.target.values.get(name).or_else(|| declared()?.default.as_ref())?;
        descend(value.clone(), rest)
    }

    /// `${window.now}`: the moment that the server takes for now, after a search bound `window`.
    fn searched(&self, name: &str) -> Option<Node> {
        let bound = find(self.bound, name.strip_suffix(".now")?)?.0;
        let centre = bound.member("centre")?.as_integer()?;
        Some(Node::integer(self.machine.now.unix.as_secs() as i64 + centre))
    }
}

impl Scope for View<'_> {
    fn lookup(&self, name: &str) -> Option<Node> {
        if let Some((extra, value)) = &self.extra
            && *extra == name
        {
            return Some(value.clone());
        }
        if let Some(value) = self.searched(name) {
            return Some(value);
        }
        if let Some((value, rest)) = find(self.bound, name) {
            return descend(value.clone(), rest);
        }
        let machine = self.machine;
        if let Some(value) = self
            .template(self.locals, name)
            .or_else(|| self.template(&machine.plan.row.values, name))
        {
            return Some(value);
        }
        if credential(name, &machine.plan.suite.manifest).is_some() {
            return machine
                .supplies
                .iter()
                .find(|(known, _)| known == name)
                .map(|(_, value)| value.clone());
        }
        match name {
            "row" => Some(Node::text(&machine.plan.row.name)),
            "now" => Some(Node::integer(machine.server_time().as_secs())),
            "now.ms" => i128::try_from(machine.server_time().as_millis())
                .ok()
                .map(Node::integer),
            "unique" => Some(Node::text(machine.unique())),
            "random.hex32" => Some(Node::text(format!(
                "{:016x}{:016x}",
                machine.random(),
                machine.random()
            ))),
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
        if self.machine.secrets.borrow().contains(&value) {
            let shown = format!("{name} | {}", transform.name());
            self.machine.redactor.borrow_mut().hide(&shown, text);
            self.machine.secrets.borrow_mut().push(text.to_owned());
        }
    }
}
