//! The thin pump: asks the machine, does what it says, tells it what happened. It decides nothing.

use tokio::task::yield_now;

use super::{network::Network, row::RowTasks};
use crate::replay::io::{Action, Replay};

/// Events in a row after which others get a turn: a peer that floods its row must not keep the rows of honest servers waiting.
const TURN: usize = 32;

/// Runs a machine until it is done, on the runtime of this thread. Whatever is under way ends with this future, finished
/// or dropped: connections are closed, exchanges given up, programs killed.
pub async fn pump(network: &Network, machine: &mut impl Replay) {
    let mut row = RowTasks::new(network);
    let mut due = None;
    let mut taken = 0;
    loop {
        let now = row.now();
        if due.is_some_and(|due| now.elapsed >= due) {
            // What has arrived by now counts before the deadline does: a machine that was busy with other rows must not
            // blame the target. The runtime gets a turn to notice it.
            yield_now().await;
            for event in row.arrived().await {
                machine.handle(now, event);
            }
        }
        match machine.poll(now) {
            Action::Done => return row.finish().await,
            Action::Wait { until } => {
                due = until;
                if let Some(event) = row.event(until).await {
                    machine.handle(row.now(), event);
                    taken += 1;
                    if taken % TURN == 0 {
                        yield_now().await;
                    }
                }
            }
            action => row.start(action).await,
        }
    }
}
