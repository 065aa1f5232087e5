//! How many connections a row has at once, at most: rows are run side by side only as far as the target's limit allows.

use std::{collections::BTreeSet, sync::Arc};

use super::{Instance, Item};
use crate::suite::case::{Act, HandshakeOutcome};

/// Counts on the safe side, except that a connection that the server should refuse is taken to be over at once.
pub(super) fn most(instances: &[Arc<Instance>], programs: [&[Item]; 2]) -> usize {
    let mut counter = Counter {
        instances,
        shared: BTreeSet::new(),
    };
    programs
        .iter()
        .map(|items| counter.items(items).0)
        .max()
        .unwrap_or_default()
}

struct Counter<'a> {
    instances: &'a [Arc<Instance>],
    /// HTTP connections that several exchanges share.
    shared: BTreeSet<&'a str>,
}

impl Counter<'_> {
    /// The most that are open on the way, and how many more are open in the end.
    fn items(&mut self, items: &[Item]) -> (usize, isize) {
        let (mut most, mut open) = (0, 0);
        for item in items {
            let (way, end) = match item {
                Item::Step(step) => self.step(*step),
                Item::Fork(sides) => {
                    let sides: Vec<(usize, isize)> = sides.iter().map(|side| self.items(side)).collect();
                    (
                        sides.iter().map(|(way, _)| way).sum(),
                        sides.iter().map(|(_, end)| end).sum(),
                    )
                }
            };
            most = most.max(way.saturating_add_signed(open));
            open = (open + end).max(0);
        }
        (most, open)
    }

    fn step(&mut self, step: usize) -> (usize, isize) {
        let Some(instance) = self.instances.get(step) else {
            return (0, 0);
        };
        match &instance.step.act {
            Act::Open(open) => (1, isize::from(open.outcome != HandshakeOutcome::Refused)),
            Act::Close(_) | Act::Closed(_) => (0, -1),
            Act::Request(request) => match &request.connection {
                Some(name) => match self.shared.insert(name) {
                    true => (1, 1),
                    false => (0, 0),
                },
                None => (1, 0),
            },
            _ => (0, 0),
        }
    }
}
