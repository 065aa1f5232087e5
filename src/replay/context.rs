//! What all steps of a row work on, in parts: its plan, clock, random values, connections, questions and witness.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use super::{answers::Answers, chance::Chance, clock::RowClock, connection::Connections, io::Action, witness::Witness};
use crate::{plan::Plan, syntax::json::Node, transcript::WireEvent};
use wire::{event::Failure, http::Response};

/// The parts of a row in the act of being replayed.
#[derive(Debug)]
pub struct Context {
    pub plan: Arc<Plan>,
    /// Credentials by name (`token.valid`, `token.valid.2`).
    pub supplies: Vec<(String, Node)>,
    pub clock: RowClock,
    pub chance: Chance,
    pub witness: Witness,
    pub connections: Connections,
    pub exchanges: Answers<Result<Response, Failure>>,
    pub hooks: Answers<Result<(), String>>,
    /// What the hands are still to do.
    pub actions: VecDeque<Action>,
}

impl Context {
    /// The parts of a row that has not begun.
    pub fn new(plan: Arc<Plan>, supplies: Vec<(String, String)>, seed: u64) -> Self {
        let mut witness = Witness::new(&plan.row.id, 4 * plan.script.instances.len());
        for (name, secret) in supplies.iter().chain(&plan.target.hidden()) {
            witness.hide(name, secret);
        }
        Self {
            supplies: supplies
                .into_iter()
                .map(|(name, secret)| (name, Node::text(secret)))
                .collect(),
            clock: RowClock::new(),
            chance: Chance::new(&plan.row.id, seed),
            witness,
            connections: Connections::default(),
            exchanges: Answers::default(),
            hooks: Answers::default(),
            actions: VecDeque::new(),
            plan,
        }
    }

    /// Writes down what happened now; gives the entry's number.
    pub fn record(&mut self, what: WireEvent) -> usize {
        self.witness.record(self.clock.elapsed(), what)
    }

    /// The moment so long from now.
    pub fn after(&self, span: Duration) -> Duration {
        self.clock.elapsed() + span
    }

    /// The moment until which an answer is waited for, where a case may say so itself.
    pub fn answer_due(&self, within: Option<Duration>) -> Duration {
        self.after(self.plan.target.timeouts.answer(within))
    }

    /// Gives up every connection.
    pub fn drop_connections(&mut self) {
        for connection in self.connections.give_up() {
            self.actions.push_back(Action::Drop { connection });
        }
    }
}
