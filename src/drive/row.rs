//! What one machine has under way: its connections, exchanges and hooks, its clock and its bounds.
//!
//! Everything runs inside the one future that pumps the row. Nothing is spawned, so nothing can outlive it, and an event
//! takes no trip through the scheduler.

use std::{
    cell::Cell,
    collections::{BTreeMap, HashMap},
    future::poll_fn,
    pin::{Pin, pin},
    rc::Rc,
    task::{Context, Poll},
    time::Duration,
};

use futures_util::{FutureExt as _, StreamExt as _, future::LocalBoxFuture, stream::FuturesUnordered};
use tokio::{
    sync::oneshot,
    task::coop::unconstrained,
    time::{Instant, Sleep, sleep_until},
};

use super::{
    budget::Budget,
    connection::WebSocketConnection,
    exchange::{Exchange, Turn},
    hook,
    http_exact::KeptAlive,
    inbox::Inbox,
    network::{Network, Permit},
    outbox::Outbox,
};
use crate::replay::io::{Action, Event, Now, Write};
use wire::frame::Opcode;

/// Further away than any row lasts; for deadlines that no clock can hold.
const FAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// One machine's share of the network.
pub(super) struct RowTasks<'w> {
    network: &'w Network,
    began: Instant,
    began_unix: Duration,
    held: Duration,
    under_way: FuturesUnordered<LocalBoxFuture<'static, ()>>,
    inboxes: BTreeMap<usize, Rc<Inbox>>,
    named: HashMap<String, oneshot::Receiver<KeptAlive>>,
    connections: Rc<Cell<usize>>,
    budget: Rc<Budget>,
    outbox: Rc<Outbox>,
    alarm: Option<Pin<Box<Sleep>>>,
}

impl<'w> RowTasks<'w> {
    pub(super) fn new(network: &'w Network) -> Self {
        let budget = Rc::new(network.budget());
        Self {
            network,
            began: Instant::now(),
            began_unix: network.unix(),
            held: Duration::ZERO,
            under_way: FuturesUnordered::new(),
            inboxes: BTreeMap::new(),
            named: HashMap::new(),
            connections: Rc::default(),
            outbox: Rc::new(Outbox::new(Rc::clone(&budget))),
            budget,
            alarm: None,
        }
    }

    pub(super) fn now(&self) -> Now {
        let passed = self.began.elapsed();
        Now {
            elapsed: passed.saturating_sub(self.held),
            unix: self.began_unix + passed,
        }
    }

    fn at(&self, elapsed: Duration) -> Instant {
        let offset = elapsed.saturating_add(self.held);
        self.began.checked_add(offset).unwrap_or_else(|| Instant::now() + FAR)
    }

    /// Starts what the machine asks for.
    pub(super) async fn start(&mut self, action: Action) {
        match action {
            Action::Open {
                connection,
                dial,
                deadline,
            } => {
                self.keep_to_rate_limit().await;
                let permit = self.permit().await;
                let inbox = Rc::new(Inbox::default());
                self.inboxes.insert(connection, Rc::clone(&inbox));
                let opening = WebSocketConnection {
                    number: connection,
                    network: self.network.clone(),
                    dial,
                    deadline: self.at(deadline),
                    budget: Rc::clone(&self.budget),
                    permit,
                    inbox,
                    outbox: Rc::clone(&self.outbox),
                };
                self.under_way.push(opening.run().boxed_local());
            }
            Action::Write { connection, write } => {
                if is_request(&write) {
                    self.keep_to_rate_limit().await;
                }
                if let Some(inbox) = self.inboxes.get(&connection) {
                    inbox.push(write);
                }
            }
            Action::Drop { connection } => {
                if let Some(inbox) = self.inboxes.remove(&connection) {
                    inbox.drop_connection();
                }
            }
            Action::Exchange {
                exchange,
                request,
                connection,
                deadline,
            } => {
                self.keep_to_rate_limit().await;
                let permit = self.permit().await;
                let turn = connection.map(|name| {
                    let (behind, next) = oneshot::channel();
                    let before = self.named.insert(name, next);
                    Turn { before, behind }
                });
                let exchange = Exchange {
                    number: exchange,
                    network: self.network.clone(),
                    request,
                    turn,
                    deadline: self.at(deadline),
                    budget: Rc::clone(&self.budget),
                    permit,
                    outbox: Rc::clone(&self.outbox),
                };
                self.under_way.push(exchange.run().boxed_local());
            }
            Action::Hook {
                hook: number,
                call,
                deadline,
            } => {
                let (network, outbox, deadline) = (self.network.clone(), Rc::clone(&self.outbox), self.at(deadline));
                let calling = async move {
                    let outcome = hook::call(&network, call, deadline).await;
                    outbox.push(Event::Hooked { hook: number, outcome });
                };
                self.under_way.push(calling.boxed_local());
            }
            // The pump's own business.
            Action::Wait { .. } | Action::Done => {}
        }
    }

    /// The next event, or `None` when it is time.
    pub(super) async fn event(&mut self, until: Option<Duration>) -> Option<Event> {
        // What waits here already has no need of a clock.
        if let Some(event) = self.outbox.pop() {
            return Some(event);
        }
        let mut timed = false;
        if let Some(until) = until {
            timed = true;
            let at = self.at(until);
            match &mut self.alarm {
                Some(alarm) if alarm.deadline() == at => {}
                Some(alarm) => alarm.as_mut().reset(at),
                None => self.alarm = Some(Box::pin(sleep_until(at))),
            }
        }
        poll_fn(|cx| {
            self.advance(cx);
            if let Some(event) = self.outbox.pop() {
                return Poll::Ready(Some(event));
            }
            match &mut self.alarm {
                Some(alarm) if timed => alarm.as_mut().poll(cx).map(|()| None),
                _ => Poll::Pending,
            }
        })
        .await
    }

    /// Everything that is there already, without waiting for more.
    pub(super) async fn arrived(&mut self) -> Vec<Event> {
        let advance = poll_fn(|cx| {
            self.advance(cx);
            Poll::Ready(())
        });
        // The runtime's allowance for one turn may be used up by other rows; what arrived has arrived all the same.
        unconstrained(advance).await;
        std::iter::from_fn(|| self.outbox.pop()).collect()
    }

    /// Lets the last writes go as far as they can without waiting.
    pub(super) async fn finish(&mut self) {
        for inbox in self.inboxes.values() {
            inbox.drop_connection();
        }
        poll_fn(|cx| {
            self.advance(cx);
            Poll::Ready(())
        })
        .await;
    }

    fn advance(&mut self, cx: &mut Context<'_>) {
        while let Poll::Ready(Some(())) = self.under_way.poll_next_unpin(cx) {}
    }

    async fn keep_to_rate_limit(&mut self) {
        let network = self.network;
        if let Some(limit) = network.rate_limit() {
            self.hold(limit.turn()).await;
        }
    }

    async fn permit(&mut self) -> Permit {
        let network = self.network;
        if let Some(permit) = network.permit_now(&self.connections) {
            return permit;
        }
        let connections = Rc::clone(&self.connections);
        self.hold(network.permit(&connections)).await
    }

    /// Waits for the run, not for the target: the row's clock stands still meanwhile, or the target would be blamed for
    /// the queue it is kept in. What is under way goes on.
    async fn hold<T>(&mut self, what: impl Future<Output = T>) -> T {
        let since = Instant::now();
        let mut waited = false;
        let mut what = pin!(what);
        let done = poll_fn(|cx| {
            let done = what.as_mut().poll(cx);
            if done.is_pending() {
                waited = true;
                self.advance(cx);
            }
            done
        })
        .await;
        if waited {
            self.held += since.elapsed();
        }
        done
    }
}

/// Whether a write asks something of the target. Closes, pings and pongs are courtesy: late ones would break the
/// protocol that is being tested.
fn is_request(write: &Write) -> bool {
    let opcode = match write {
        Write::Message(opcode, _) => *opcode,
        Write::Bytes { bytes, .. } => Opcode::from_bits(bytes.first().copied().unwrap_or_default()),
    };
    !opcode.is_control()
}
