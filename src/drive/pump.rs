//! The thin pump: asks the machine, does what it says, tells it what happened. It decides nothing.

use super::{row::Row, world::World};
use crate::replay::io::{Action, Replay};

/// Runs a machine until it is done, on the runtime of this thread. Whatever is under way ends with this future, finished
/// or dropped: connections are closed, exchanges given up, programs killed.
pub async fn pump(world: &World, machine: &mut impl Replay) {
    let mut row = Row::new(world);
    loop {
        match machine.poll(row.now()) {
            Action::Done => return row.settle().await,
            Action::Wait { until } => {
                if let Some(event) = row.event(until).await {
                    machine.handle(row.now(), event);
                }
            }
            action => row.begin(action).await,
        }
    }
}
