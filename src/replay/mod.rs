//! The machine that replays a row, without hands: `poll` says what to do, `handle` takes what happened.
//!
//! It decides which message answers which step, carries values forward and knows when to give up. It never decides
//! right or wrong, and it never looks at a clock: time is an argument.

mod address;
mod begin;
mod exchange;
pub mod io;
mod lane;
mod link;
mod listen;
mod open;
mod pursue;
mod scope;
mod search;
mod seek;
mod write;

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    sync::Arc,
    time::Duration,
};

use self::{
    io::{Action, Event, Now, Replay},
    lane::{Lane, State},
    link::Link,
};
use crate::{
    plan::Plan,
    syntax::json::Node,
    transcript::{Cut, Outcome, Redactor, Settled, Transcript, WireEvent},
};
use wire::{
    event::{Ended, Received},
    frame::{Frame, Opcode},
    http::Response,
};

/// How long the end of a row listens for leftovers if the fence goes unanswered.
const LEFTOVER_WINDOW: Duration = Duration::from_millis(250);
/// A `Date` header this near to our own clock tells nothing: it counts whole seconds.
const DATE_TOLERANCE: i64 = 2;

/// Where in the row the machine is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Steps,
    /// Listening for what nobody expected.
    Leftovers,
    Alive,
    Done,
}

/// One row in the act of being replayed.
pub struct Machine {
    plan: Arc<Plan>,
    /// Credentials by name (`token.valid`, `token.valid.2`).
    supplies: Vec<(String, Node)>,
    lanes: Vec<Lane>,
    links: Vec<Link>,
    actions: VecDeque<Action>,
    exchanges: usize,
    transcript: Transcript,
    redactor: RefCell<Redactor>,
    /// Values that must never be shown, for what is made from them.
    secrets: RefCell<Vec<String>>,
    phase: Phase,
    now: Now,
    /// Seconds by which the target's clock is ahead of ours, as far as its `Date` tells.
    offset: i64,
    /// A `Date` came.
    dated: bool,
    /// What a search says of the target's clock, if it takes our time for a wrong one.
    searched: Option<i64>,
    random: Cell<u64>,
    counter: Cell<u64>,
    tag: String,
}

impl Machine {
    /// A machine for a row. `supplies` are the credentials that were leased for it, `seed` makes its random values.
    pub fn new(plan: Arc<Plan>, supplies: Vec<(String, String)>, seed: u64) -> Self {
        let mut redactor = Redactor::default();
        for (name, secret) in &supplies {
            redactor.hide(name, secret);
        }
        // FNV-1a, so that rows of one run differ.
        let mixed = plan.row.id.bytes().fold(seed ^ 0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        let mut transcript = Transcript::new(&plan.row.id);
        transcript.entries.reserve(4 * plan.instances.len());
        Self {
            lanes: vec![Lane::new(plan.program.clone(), Vec::new())],
            links: Vec::new(),
            actions: VecDeque::new(),
            exchanges: 0,
            transcript,
            redactor: RefCell::new(redactor),
            secrets: RefCell::new(supplies.iter().map(|(_, secret)| secret.clone()).collect()),
            supplies: supplies
                .into_iter()
                .map(|(name, secret)| (name, Node::text(secret)))
                .collect(),
            phase: Phase::Steps,
            now: Now {
                elapsed: Duration::ZERO,
                unix: Duration::ZERO,
            },
            offset: 0,
            dated: false,
            searched: None,
            random: Cell::new(mixed),
            counter: Cell::new(0),
            tag: format!("u{:08x}", mixed >> 32),
            plan,
        }
    }

    /// Keeps these secrets out of the transcript too.
    pub fn hide(&mut self, secrets: Arc<Redactor>) {
        self.redactor.get_mut().and(secrets);
    }

    /// Tells by how many seconds the target's clock is ahead of ours; a `Date` that comes knows better.
    pub fn set_clock(&mut self, ahead: i64) {
        self.offset = ahead;
    }

    /// By how many seconds the target's clock is ahead of ours, if a search found our time refused and no `Date` came.
    pub fn clock(&self) -> Option<i64> {
        self.searched.filter(|_| !self.dated)
    }

    /// What was seen; ends the replay.
    pub fn into_transcript(self) -> Transcript {
        self.transcript
    }

    /// Ends the row where it stands.
    pub fn cut(&mut self, cut: Cut) {
        if self.phase == Phase::Done {
            return;
        }
        self.transcript.cut = Some(cut);
        for lane in 0..self.lanes.len() {
            if let Some(step) = self.lanes[lane].state.step() {
                self.settle(lane, step, Outcome::Skipped("the row was cut short".into()));
            }
            self.lanes[lane].state = State::Over;
        }
        self.finish();
    }

    fn finish(&mut self) {
        self.drop_links();
        self.phase = Phase::Done;
    }

    fn drop_links(&mut self) {
        for link in 0..self.links.len() {
            if !std::mem::replace(&mut self.links[link].dropped, true) {
                self.actions.push_back(Action::Drop { link });
            }
        }
    }

    fn record(&mut self, what: WireEvent) -> usize {
        self.transcript.record(self.now.elapsed, what, &self.redactor.borrow())
    }

    /// The step is over. What its checks will ask for is kept with it.
    fn settle(&mut self, lane: usize, step: usize, outcome: Outcome) {
        let mut values: Vec<(String, String)> = Vec::new();
        if let Some(instance) = self.plan.instances.get(step) {
            let scope = self.scope(lane, Some(step));
            let mut ask = |name: &str| {
                if !values.iter().any(|(known, _)| known == name)
                    && let Some(value) = crate::syntax::template::Scope::lookup(&scope, name)
                {
                    values.push((name.to_owned(), value.to_string()));
                }
            };
            for check in &instance.step.checks {
                check.placeholders(&mut |placeholder| ask(&placeholder.name));
            }
        }
        self.record(WireEvent::Step(Settled { step, outcome, values }));
    }

    fn random(&self) -> u64 {
        // SplitMix64.
        let state = self.random.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
        self.random.set(state);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn unique(&self) -> String {
        let count = self.counter.get() + 1;
        self.counter.set(count);
        format!("{}-{count}", self.tag)
    }

    /// Seconds since the epoch by the target's clock, as far as known.
    fn server_time(&self) -> Duration {
        let offset = Duration::from_secs(self.offset.unsigned_abs());
        if self.offset < 0 {
            self.now.unix.saturating_sub(offset)
        } else {
            self.now.unix + offset
        }
    }

    fn learn_clock(&mut self, response: &Response) {
        let date = response
            .header("Date")
            .next()
            .and_then(|date| httpdate::parse_http_date(date).ok());
        let Some(theirs) = date.and_then(|date| date.duration_since(std::time::UNIX_EPOCH).ok()) else {
            return;
        };
        self.dated = true;
        let (theirs, ours) = (theirs.as_secs() as i64, self.now.unix.as_secs() as i64);
        let offset = theirs - ours;
        self.offset = if offset.abs() > DATE_TOLERANCE { offset } else { 0 };
    }

    fn run(&mut self) {
        loop {
            let mut progress = false;
            for lane in 0..self.lanes.len() {
                progress |= self.advance(lane);
            }
            if progress {
                continue;
            }
            if !matches!(self.lanes[0].state, State::Over) {
                return;
            }
            match self.phase {
                Phase::Steps => self.begin_leftovers(),
                Phase::Leftovers => {
                    self.settle_leftovers();
                    self.begin_alive();
                }
                Phase::Alive => self.finish(),
                Phase::Done => return,
            }
        }
    }

    fn begin_leftovers(&mut self) {
        self.phase = Phase::Leftovers;
        let listens = self.plan.suite.manifest.leftover.is_some() && self.lanes.iter().all(|lane| !lane.failed);
        let mut lane = Lane::new(Vec::new(), Vec::new());
        if listens {
            for link in 0..self.links.len() {
                if self.links[link].is_quietable() {
                    lane.quiet.push(link);
                }
            }
        }
        self.lanes = vec![lane];
        self.fence_next(0, LEFTOVER_WINDOW);
    }

    fn settle_leftovers(&mut self) {
        if self.plan.suite.manifest.leftover.is_none() {
            return;
        }
        let mut left = Vec::new();
        let scope = self.scope(0, None);
        let unsolicited = self.plan.suite.unsolicited(&self.plan.row.case);
        let ignore = self.plan.suite.manifest.ignore.as_ref();
        let fence = self.plan.suite.manifest.fence.as_ref();
        for link in self.links.iter().filter(|link| !link.tolerant && !link.raw) {
            for (at, item) in link.inbox.iter().enumerate() {
                // A further answer to a fence is the harness's own doing; the cases about that exchange judge it.
                let to_fence = link.fence.as_ref().zip(fence).is_some_and(|(sent, fence)| {
                    let scope = self.scope(0, None).with("fence", sent.token.clone());
                    at >= sent.from && fence.matching.meets(&item.message, &scope)
                });
                if item.taken || item.received().opcode.is_control() || to_fence {
                    continue;
                }
                let lawful = |selector: &crate::syntax::selector::Selector| selector.meets(&item.message, &scope);
                if !unsolicited.is_some_and(lawful) && !ignore.is_some_and(lawful) {
                    left.push(item.entry);
                }
            }
        }
        let step = self.plan.instances.len();
        self.record(WireEvent::Step(Settled {
            step,
            outcome: Outcome::Leftover(left),
            values: Vec::new(),
        }));
    }

    fn begin_alive(&mut self) {
        self.drop_links();
        self.phase = Phase::Alive;
        self.lanes = vec![Lane::new(self.plan.alive.clone(), Vec::new())];
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::Opened { link, response } => {
                self.learn_clock(&response);
                let connection = self.links[link].connection.clone();
                self.links[link].response = Some(response.clone());
                let status = response.status;
                let entry = self.record(WireEvent::Opened { connection, response });
                self.links[link].opened = Some(entry);
                self.links[link].accepted = status == 101;
            }
            Event::OpenFailed { link, failure } => {
                let connection = self.links[link].connection.clone();
                self.links[link].failed = Some(failure.clone());
                self.record(WireEvent::OpenFailed { connection, failure });
            }
            Event::Received { link, received } => self.receive(link, received),
            Event::Ended { link, ended } => {
                let connection = self.links[link].connection.clone();
                self.links[link].ended = Some(ended.clone());
                self.record(WireEvent::Ended { connection, ended });
            }
            Event::Responded { exchange, response } => {
                self.learn_clock(&response);
                for lane in &mut self.lanes {
                    lane.respond(exchange, Ok(response.clone()));
                }
            }
            Event::ExchangeFailed { exchange, failure } => {
                for lane in &mut self.lanes {
                    lane.respond(exchange, Err(failure.clone()));
                }
            }
            Event::Hooked { hook, outcome } => {
                for lane in &mut self.lanes {
                    lane.hooked(hook, &outcome);
                }
            }
        }
    }

    fn receive(&mut self, link: usize, received: Received) {
        let opcode = received.opcode;
        let connection = self.links[link].connection.clone();
        let entry = self.record(WireEvent::Received {
            connection,
            received: received.clone(),
        });
        if self.links[link].raw && !self.links[link].dropped {
            // A polite lane does this by itself (RFC 6455 §5.5.1, §5.5.2).
            if opcode == Opcode::Ping {
                self.write_frames(link, &[Frame::new(Opcode::Pong, received.payload.clone())]);
            } else if opcode == Opcode::Close && !self.links[link].close_sent {
                self.links[link].close_sent = true;
                self.write_frames(link, &[Frame::new(Opcode::Close, received.payload.clone())]);
            }
        }
        self.links[link].arrive(entry, received);
    }

    fn mask(&self) -> [u8; 4] {
        let bytes = self.random().to_be_bytes();
        [bytes[0], bytes[1], bytes[2], bytes[3]]
    }

    /// Writes well-formed frames on a raw link.
    fn write_frames(&mut self, link: usize, frames: &[Frame]) {
        let mut bytes = Vec::new();
        for frame in frames {
            let masked = Frame {
                mask: Some(self.mask()),
                ..frame.clone()
            };
            bytes.extend(masked.encode(None));
        }
        self.actions.push_back(Action::Write {
            link,
            write: io::Write::Bytes {
                bytes,
                cuts: Vec::new(),
            },
        });
    }

    /// The moment at which something is due.
    fn next_moment(&self) -> Option<Duration> {
        let lanes = self.lanes.iter().filter_map(|lane| lane.state.until());
        lanes.chain([self.plan.deadline()]).min()
    }
}

impl Replay for Machine {
    fn poll(&mut self, now: Now) -> Action {
        self.now = now;
        if self.phase != Phase::Done {
            self.run();
            if self.phase != Phase::Done && now.elapsed >= self.plan.deadline() {
                self.cut(Cut::Deadline);
            }
        }
        if let Some(action) = self.actions.pop_front() {
            return action;
        }
        match self.phase {
            Phase::Done => Action::Done,
            _ => Action::Wait {
                until: self.next_moment(),
            },
        }
    }

    fn handle(&mut self, now: Now, event: Event) {
        self.now = now;
        let known = match &event {
            Event::Opened { link, .. }
            | Event::OpenFailed { link, .. }
            | Event::Received { link, .. }
            | Event::Ended { link, .. } => self.links.get(*link).is_some_and(|link| !link.dropped),
            _ => true,
        };
        // What a dropped connection still has to say belongs to nobody.
        if known && self.phase != Phase::Done {
            self.take(event);
        }
    }
}

/// Whether a connection's end is the peer's doing.
fn by_peer(ended: &Ended) -> bool {
    *ended != Ended::Local
}
