//! A row that can't be wrong any more: its steps in order, its values, and what of the target it needs.

mod check;
mod checks;
mod connections;
mod interface;
pub mod names;
mod places;
mod script;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

pub use self::{
    check::{check, check_draft},
    checks::checks,
    interface::interfaces,
    script::{Instance, Item, Role, Script},
};
use crate::{
    suite::Suite,
    suite::case::{Act, Case, Step},
    suite::manifest::Manifest,
    syntax::effects::Effects,
    syntax::json::Node,
    syntax::template::{Scope, Template},
    target::{TargetSuite, TriggerMeans},
};

/// One row of a case.
#[derive(Clone, Debug)]
pub struct Row {
    /// `SUITE/AREA/NAME#ROW`, or the case's id if it has no table.
    pub id: String,
    /// The part after `#`.
    pub name: String,
    pub case: Arc<Case>,
    /// The tables' values in this row.
    pub values: Vec<(String, Template)>,
}
/// Something of the target that a row can't do without.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    Endpoint(String),
    /// So many credentials of this name.
    Credential(String, usize),
    Call(String),
    Value(String),
    Effects(Effects),
}

/// A row, resolved against a target.
#[derive(Clone, Debug)]
pub struct Plan {
    pub row: Row,
    pub suite: Arc<Suite>,
    pub target: Arc<TargetSuite>,
    pub script: Arc<Script>,
    pub needs: Vec<Need>,
}

impl Need {
    /// How a report names it.
    pub fn describe(&self) -> String {
        match self {
            Self::Endpoint(name) => format!("endpoints.{name}"),
            Self::Credential(name, 1) => name.clone(),
            Self::Credential(name, count) => format!("{count} of {name}"),
            Self::Call(name) => format!("calls.{name}"),
            Self::Value(name) => format!("values.{name}"),
            Self::Effects(effects) => format!("limits.effects with \"{}\"", effects.name()),
        }
    }
}

impl Need {
    /// Whether a target has it.
    fn is_met(&self, target: &TargetSuite, manifest: &Manifest) -> bool {
        match self {
            Self::Endpoint(name) => target.endpoints.contains_key(name),
            Self::Credential(name, count) => target.credentials.get(name).is_some_and(|all| all.len() >= *count),
            Self::Call(name) => target.calls.contains_key(name),
            Self::Value(name) => {
                let default = manifest
                    .values
                    .iter()
                    .any(|value| value.name == *name && value.default.is_some());
                default || target.values.contains_key(name)
            }
            Self::Effects(effects) => target.effects.contains(effects),
        }
    }
}

/// Every row of a case.
pub fn rows(case: &Arc<Case>) -> Vec<Row> {
    let mut rows = vec![(String::new(), Vec::new())];
    for table in &case.tables {
        let before = std::mem::take(&mut rows);
        for (name, values) in before {
            for row in &table.rows {
                let separator = if name.is_empty() { "" } else { "." };
                let mut values: Vec<(String, Template)> = values.clone();
                values.push((table.name.clone(), row.value.clone()));
                rows.push((format!("{name}{separator}{}", row.name), values));
            }
        }
    }
    let row = |(name, values): (String, Vec<(String, Template)>)| Row {
        id: if name.is_empty() {
            case.id.clone()
        } else {
            format!("{}#{name}", case.id)
        },
        name,
        case: case.clone(),
        values,
    };
    rows.into_iter().map(row).collect()
}

/// The plans of the rows of a case that are `wanted`.
pub fn plans(
    case: &Arc<Case>,
    suite: &Arc<Suite>,
    target: &Arc<TargetSuite>,
    wanted: impl Fn(&Row) -> bool,
) -> Vec<Plan> {
    let mut script = None;
    let rows = rows(case).into_iter().filter(wanted);
    let plans = rows.map(|row| {
        let script = script.get_or_insert_with(|| Arc::new(Script::new(case, suite, target)));
        Plan::of(row, script.clone(), suite, target)
    });
    plans.collect()
}

/// A row's own values, for clauses and nothing else.
struct Fixed<'r>(&'r Row);

impl Scope for Fixed<'_> {
    fn lookup(&self, name: &str) -> Option<Node> {
        if name == "row" {
            return Some(Node::text(&self.0.name));
        }
        names::find(&self.0.values, name)
            .and_then(|(template, rest)| names::descend(template.resolve(self).ok()?, rest))
    }
}

impl Row {
    /// The clause that a step or check of this row names.
    pub fn clause(&self, template: &Template) -> Option<String> {
        template.resolve_text(&Fixed(self)).ok()
    }
}

impl Plan {
    /// Resolves a row against a target.
    pub fn new(row: Row, suite: &Arc<Suite>, target: &Arc<TargetSuite>) -> Self {
        let script = Arc::new(Script::new(&row.case, suite, target));
        Self::of(row, script, suite, target)
    }

    fn of(row: Row, script: Arc<Script>, suite: &Arc<Suite>, target: &Arc<TargetSuite>) -> Self {
        Self {
            needs: script.mentions.needs(&row, &script.instances, &suite.manifest),
            row,
            suite: suite.clone(),
            target: target.clone(),
            script,
        }
    }

    /// What the target's profile lacks for this row.
    pub fn missing(&self) -> Vec<&Need> {
        let lacks = |need: &&Need| !need.is_met(&self.target, &self.suite.manifest);
        self.needs.iter().filter(lacks).collect()
    }

    /// The credentials to lease: name and count.
    pub fn leases(&self) -> impl Iterator<Item = (&str, usize)> {
        self.needs.iter().filter_map(|need| match need {
            Need::Credential(name, count) => Some((name.as_str(), *count)),
            _ => None,
        })
    }

    /// The most that the row may take.
    pub fn deadline(&self) -> Duration {
        let waits = self.script.instances.iter();
        let waits = waits.filter(|instance| matches!(instance.step.act, Act::Expect(_) | Act::Silence(_)));
        let waits = u32::try_from(waits.count()).unwrap_or(u32::MAX);
        let usual = self.target.timeouts.row(self.row.case.deadline, self.requests());
        usual.saturating_add(self.of_itself().saturating_mul(waits))
    }

    /// How long is waited at the least for what comes about by itself: twice the time within which the profile says it does.
    pub fn of_itself(&self) -> Duration {
        self.script.by_itself.saturating_mul(2 * self.target.timeouts.times)
    }

    /// The reason, if the profile says that nothing this row judges applies to the target.
    pub fn not_applicable(&self) -> Option<&str> {
        let clauses = self.clauses();
        let reasons: Option<Vec<&String>> = clauses
            .iter()
            .map(|clause| self.target.not_applicable.get(clause))
            .collect();
        reasons?.first().map(|reason| reason.as_str())
    }

    /// Whether the row waits by design.
    pub fn waits(&self) -> bool {
        self.script
            .instances
            .iter()
            .any(|instance| instance.step.act.deed().waits())
    }

    /// Whether it may keep the server from serving others, so that rows beside it would be harmed with it: it asks whether the
    /// server survives, and what it sends is large.
    pub fn burdens(&self) -> bool {
        self.row.case.survives.is_some() && self.makes() >= BURDEN
    }

    /// About how many handshakes, requests and messages it sends, the fences at its end among them.
    pub fn requests(&self) -> usize {
        let fenced = usize::from(self.suite.manifest.fence.is_some());
        let acts = self.script.instances.iter().map(|instance| match &instance.step.act {
            act @ Act::Open(_) => act.deed().requests() + fenced,
            act => act.deed().requests(),
        });
        acts.fold(0, usize::saturating_add)
    }

    /// How many bytes it makes at the least, where they may be many.
    pub fn makes(&self) -> usize {
        let acts = self.script.instances.iter().map(|instance| instance.step.act.deed());
        acts.fold(0, |all, act| all.saturating_add(act.makes()))
    }

    /// Every clause that this row can judge.
    pub fn clauses(&self) -> BTreeSet<String> {
        clauses(
            &self.row,
            self.script
                .instances
                .iter()
                .filter(|i| i.role == Role::Body)
                .map(|i| &*i.step),
        )
    }
}

/// Whether a situation comes about without a message of the row's.
fn needs_no_message(target: &TargetSuite, situation: &str) -> bool {
    matches!(
        target.calls.get(situation),
        Some(TriggerMeans::Url(..) | TriggerMeans::Command(..) | TriggerMeans::ByItself(..))
    )
}

/// Every clause that steps of a row can judge.
pub fn clauses<'s>(row: &Row, steps: impl Iterator<Item = &'s Step>) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for step in steps {
        let own = step.requirement.iter();
        let checks = step.checks.iter().filter_map(|check| check.requirement.as_ref());
        all.extend(own.chain(checks).filter_map(|clause| row.clause(clause)));
    }
    all.extend(row.case.survives.iter().filter_map(|clause| row.clause(clause)));
    all
}

/// So many bytes of one row are a burden, in text or in depth.
const BURDEN: usize = 16 << 10;

/// How many of each credential the names of a row ask for.
pub(crate) type Counts = BTreeMap<String, usize>;
