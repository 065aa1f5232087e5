//! The steps of a case in the order in which they are run: the same for every row of its tables.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use super::{connections, names::Mentions, needs_no_message};
use crate::{
    suite::Suite,
    suite::case::{Act, Case, Mention, Over, Step},
    syntax::json::Node,
    syntax::template::Template,
    target::{TargetSuite, TriggerMeans},
};

/// Which part of the row a step belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Given,
    Body,
    /// The sign of life after the row.
    Alive,
}

/// One step, as often as it is run.
#[derive(Clone, Debug)]
pub struct Instance {
    /// Its place among the row's steps.
    pub number: usize,
    pub step: Arc<Step>,
    /// Values of the `repeat`s around it.
    pub locals: Arc<Vec<(String, Template)>>,
    pub role: Role,
}

/// The order of the steps, by their numbers.
#[derive(Clone, Debug)]
pub enum Item {
    Step(usize),
    /// These run side by side.
    Fork(Vec<Vec<Item>>),
}

/// What the rows of a case do, resolved against a target.
#[derive(Debug)]
pub struct Script {
    pub instances: Vec<Arc<Instance>>,
    pub program: Vec<Item>,
    pub alive: Vec<Item>,
    /// Connections in frame mode: their bytes matter.
    pub frame_mode: BTreeSet<String>,
    /// The most connections that a row has at once.
    pub connections: usize,
    /// The longest time within which a situation comes about by itself that the rows wait for.
    pub by_itself: Duration,
    /// The names that the steps use.
    pub(super) mentions: Mentions,
}

impl Script {
    pub(super) fn new(case: &Case, suite: &Suite, target: &TargetSuite) -> Self {
        let mut builder = ProgramBuilder {
            instances: Vec::new(),
            locals: Arc::default(),
            target,
        };
        let mut program = builder.items(&case.given, Role::Given);
        program.extend(builder.items(&case.steps, Role::Body));
        let alive = match case.survives {
            Some(_) => builder.items(&suite.manifest.alive, Role::Alive),
            None => Vec::new(),
        };
        let instances = builder.instances;
        Self {
            frame_mode: in_frame_mode(case),
            connections: connections::most(&instances, [&program, &alive]),
            by_itself: by_itself(&instances, target),
            mentions: Mentions::of(case, &instances, &suite.manifest, target),
            instances,
            program,
            alive,
        }
    }
}

struct ProgramBuilder<'a> {
    instances: Vec<Arc<Instance>>,
    locals: Arc<Vec<(String, Template)>>,
    target: &'a TargetSuite,
}

impl ProgramBuilder<'_> {
    fn items(&mut self, steps: &[Arc<Step>], role: Role) -> Vec<Item> {
        let mut items = Vec::new();
        for step in steps {
            self.item(step, role, &mut items);
        }
        items
    }

    fn instance(&mut self, step: &Arc<Step>, role: Role) -> Item {
        let number = self.instances.len();
        self.instances.push(Arc::new(Instance {
            number,
            step: step.clone(),
            locals: Arc::clone(&self.locals),
            role,
        }));
        Item::Step(number)
    }

    fn item(&mut self, step: &Arc<Step>, role: Role, items: &mut Vec<Item>) {
        match &step.act {
            Act::Together(together) => {
                let sides = together.sides.iter().map(|side| self.items(side, role)).collect();
                items.push(Item::Fork(sides));
            }
            Act::Repeat(repeat) => {
                let values: Vec<Template> = match &repeat.over {
                    Over::Values(values) => values.clone(),
                    Over::Rounds(rounds) => {
                        let rounds = i128::try_from(*rounds).unwrap_or(i128::MAX);
                        (0..rounds).map(|round| Template::Fixed(Node::integer(round))).collect()
                    }
                };
                let mut rounds = Vec::new();
                let outer = Arc::clone(&self.locals);
                for value in values {
                    let mut locals = Vec::clone(&outer);
                    locals.push((repeat.name.clone(), value));
                    self.locals = Arc::new(locals);
                    rounds.push(self.items(&repeat.steps, role));
                }
                self.locals = outer;
                if repeat.overlap {
                    items.push(Item::Fork(rounds));
                } else {
                    items.extend(rounds.into_iter().flatten());
                }
            }
            Act::Trigger(trigger) => {
                items.push(self.instance(step, role));
                if let Some(reply) = &trigger.reply
                    && !needs_no_message(self.target, &trigger.situation)
                {
                    items.push(self.instance(reply, role));
                }
            }
            _ => items.push(self.instance(step, role)),
        }
    }
}

/// The connections on which bytes matter: what message mode can't send, or would not show.
fn in_frame_mode(case: &Case) -> BTreeSet<String> {
    let mut connections = BTreeSet::new();
    case.walk(&mut |step| {
        if step.needs_bytes()
            && let Some(connection) = step.connection()
        {
            connections.insert(connection.to_owned());
        }
    });
    connections
}

fn by_itself(instances: &[Arc<Instance>], target: &TargetSuite) -> Duration {
    let situations = instances
        .iter()
        .filter_map(|instance| match instance.step.act.deed().mention()? {
            Mention::Situation(situation) => target.calls.get(situation),
            Mention::Endpoint { .. } => None,
        });
    let times = situations.filter_map(|means| match means {
        TriggerMeans::ByItself(within, _) => Some(*within),
        _ => None,
    });
    times.max().unwrap_or_default()
}
