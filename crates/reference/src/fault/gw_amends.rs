//! What the faults of replies share: a conduct that changes nothing else.

use crate::{
    gateway::{Call, Conduct, Outcome},
    json::Node,
};

/// Changes a whole reply.
pub struct Amends(pub fn(&Call, &Outcome, &mut Node));

impl Conduct for Amends {
    fn amend(&self, call: &Call, outcome: &Outcome, reply: &mut Node) {
        self.0(call, outcome, reply);
    }
}
