//! The search for the edges of what the target accepts, probe by probe.

use std::time::Duration;

use super::{
    Machine,
    lane::{Begun, Pursued, State, not_open, waiting},
    search::{self, Next, Search, Side},
};
use crate::{
    suite::case::{self, Content, Search as Act},
    syntax::bytes::Bytes,
    syntax::json::{Member, Node, Value},
    syntax::template::Unbound,
    transcript::Outcome,
};

/// A middle this near to our own time, in seconds, is taken for ours: no clock is exact, and no window either.
const SKEW: i64 = 60;

/// A search that waits for the reply to a probe.
#[derive(Debug)]
pub struct Seeking {
    link: usize,
    pub step: usize,
    pub until: Duration,
    /// Up to where the inbox was searched.
    looked: usize,
    /// Where the middle is, in seconds from now.
    around: i64,
    search: Search,
}

impl Machine {
    pub(super) fn begin_search(&mut self, lane: usize, step: usize, search: &Act) -> Begun {
        let Some(link) = self.link(&search.connection).filter(|link| self.links[*link].is_open()) else {
            return Ok((not_open(&search.connection), State::Over));
        };
        let around = match &search.around {
            None => 0,
            Some(around) => {
                let value = around.resolve(&self.scope(lane, Some(step)))?;
                let value = value.as_integer().ok_or_else(|| Unbound("around".into()))?;
                value - self.now.unix.as_secs() as i64
            }
        };
        let mut seeking = Seeking {
            link,
            step,
            until: Duration::ZERO,
            looked: 0,
            around,
            search: Search::new(search.reach, search.precision),
        };
        self.probe(lane, &mut seeking, search)?;
        Ok((Outcome::Done, State::Searching(seeking)))
    }

    /// Sends the next probe.
    fn probe(&mut self, lane: usize, seeking: &mut Seeking, search: &Act) -> Result<(), Unbound> {
        seeking.until = self.expect_time(search.within);
        seeking.looked = self.links[seeking.link].inbox.len();
        if let Next::Probe(probe) = seeking.search.next() {
            let at = (lane, Some(seeking.step));
            let moment = search::moment(self.now, seeking.around, probe);
            let scope = self.scope(at.0, at.1).with("probe", Node::integer(moment));
            let text = search.json.resolve(&scope)?.to_string();
            self.write(seeking.link, &Content::Text(Bytes::fixed(text)), at, 1)?;
        }
        Ok(())
    }

    pub(super) fn pursue_search(&mut self, lane: usize, mut seeking: Seeking) -> Pursued {
        let Seeking { link, step, around, .. } = seeking;
        let written = self.step(step);
        let Some(case::Act::Search(act)) = written.as_deref().map(|step| &step.act) else {
            return (Some(State::Ready), true);
        };
        let reply = {
            let scope = self.scope(lane, Some(step));
            let items = self.links[link].inbox.iter().enumerate().skip(seeking.looked);
            let mut items = items.filter(|(_, item)| !item.taken && self.means(&item.message, None, &scope));
            items.next().map(|(at, item)| {
                let side = if act.inside.meets(&item.message, &scope) {
                    Some(Side::Inside)
                } else {
                    act.outside.meets(&item.message, &scope).then_some(Side::Outside)
                };
                (at, item.entry, side)
            })
        };
        match reply {
            None if self.links[link].ended.is_some() || self.now.elapsed >= seeking.until => {
                let why = "a probe got no reply".to_owned();
                return self.fail(lane, step, Outcome::Lost { reply: None, why });
            }
            None => {
                seeking.looked = self.links[link].inbox.len();
                return waiting(State::Searching(seeking));
            }
            Some((at, entry, side)) => {
                self.links[link].inbox[at].taken = true;
                match side {
                    Some(side) => seeking.search.take(side),
                    None => {
                        let why = "a reply is neither inside nor outside".to_owned();
                        return self.fail(
                            lane,
                            step,
                            Outcome::Lost {
                                reply: Some(entry),
                                why,
                            },
                        );
                    }
                }
            }
        }
        match seeking.search.next() {
            Next::Probe(_) => match self.probe(lane, &mut seeking, act) {
                Ok(()) => (Some(State::Searching(seeking)), true),
                Err(Unbound(name)) => self.fail(lane, step, Outcome::Skipped(format!("`{name}` has no value"))),
            },
            Next::Lost => {
                let why = "no value was accepted".to_owned();
                self.fail(lane, step, Outcome::Lost { reply: None, why })
            }
            Next::Found { low, high } => {
                let (low, high) = (low.map(|low| low + around), high.map(|high| high + around));
                if let (Some(low), Some(high)) = (low, high) {
                    let middle = (low + high).div_euclid(2);
                    self.searched = Some(middle).filter(|middle| middle.abs() > SKEW);
                }
                let value = span(low, high);
                self.lanes[lane].bind(&act.bind, value);
                let from = self.links[link].inbox.len();
                self.lanes[lane].arm(link, from);
                self.done(lane, step, Outcome::Span { low, high })
            }
        }
    }
}

/// What a search binds.
fn span(low: Option<i64>, high: Option<i64>) -> Node {
    let edge = |edge: Option<i64>| edge.map_or_else(|| Node::text("unbounded"), Node::integer);
    let (width, centre) = match (low, high) {
        (Some(low), Some(high)) => (Some(high - low), (low + high).div_euclid(2)),
        _ => (None, 0),
    };
    let members = [
        ("low", edge(low)),
        ("high", edge(high)),
        ("width", edge(width)),
        ("centre", Node::integer(centre)),
    ];
    let members = members.map(|(key, value)| Member {
        key: key.to_owned(),
        key_span: 0..0,
        value,
    });
    Value::Object(members.to_vec()).into()
}
