//! `search`: the bisection for the edges of what the target accepts, probe by probe.

use std::{sync::Arc, time::Duration};

use crate::{
    plan::Instance,
    replay::{
        bisect::{Bisect, Next, Side},
        carried::Carried,
        context::Context,
        io::ConnectionId,
        scope::view,
        selection::is_meant,
        sending::write_text,
        state::{Progress, Start, StepState, no_value, not_open},
    },
    suite::case::Search,
    syntax::json::{Member, Node, Value},
    syntax::template::Unbound,
    transcript::StepOutcome,
};

/// A bisection that waits for the reply to a probe.
#[derive(Debug)]
struct Bisecting {
    instance: Arc<Instance>,
    act: Arc<Search>,
    connection: ConnectionId,
    until: Duration,
    /// Up to where the inbox was searched.
    looked: usize,
    /// Where the middle is, in seconds from now.
    around: i64,
    bisect: Bisect,
}

/// What a reply to a probe turned out to be.
struct Reply {
    at: usize,
    entry: usize,
    side: Option<Side>,
}

/// Sends the first probe.
pub fn start(
    context: &mut Context,
    carried: &Carried,
    instance: &Arc<Instance>,
    act: &Arc<Search>,
) -> Result<Start, Unbound> {
    let Some(connection) = context.connections.open(&act.connection) else {
        return Ok(Start::Failed(not_open(&act.connection)));
    };
    let around = match &act.around {
        None => 0,
        Some(around) => {
            let value = around.resolve(&view(context, carried, &instance.locals))?;
            let value = value.as_integer().ok_or_else(|| Unbound("around".into()))?;
            value - context.clock.unix_seconds()
        }
    };
    let (bisect, probe) = Bisect::new(act.reach, act.precision);
    let mut bisecting = Bisecting {
        instance: instance.clone(),
        act: act.clone(),
        connection,
        until: Duration::ZERO,
        looked: 0,
        around,
        bisect,
    };
    bisecting.probe(context, carried, probe)?;
    Ok(Start::waiting(bisecting))
}

impl StepState for Bisecting {
    fn poll(&mut self, context: &mut Context, carried: &mut Carried) -> Progress {
        let Some(reply) = self.reply(context, carried) else {
            let known = &context.connections[self.connection];
            let ended = known.ended.is_some();
            if ended || context.clock.elapsed() >= self.until {
                return lost(None, "a probe got no reply", ended);
            }
            self.looked = known.inbox.len();
            return Progress::Waiting;
        };
        context.connections[self.connection].inbox.take(reply.at);
        let Some(side) = reply.side else {
            return lost(Some(reply.entry), "a reply is neither inside nor outside", true);
        };
        match self.bisect.take(side) {
            Next::Probe(probe) => match self.probe(context, carried, probe) {
                Ok(()) => Progress::Moved,
                Err(unbound) => Progress::Failed(no_value(unbound)),
            },
            Next::Lost => lost(None, "no value was accepted", true),
            Next::Found { low, high } => self.found(context, carried, low, high),
        }
    }

    fn until(&self) -> Option<Duration> {
        Some(self.until)
    }
}

impl Bisecting {
    /// Sends a probe: so far from a middle that moves with the time.
    fn probe(&mut self, context: &mut Context, carried: &Carried, probe: i64) -> Result<(), Unbound> {
        self.until = context.answer_due(self.act.within);
        self.looked = context.connections[self.connection].inbox.len();
        let moment = context.clock.unix_seconds() + self.around + probe;
        let scope = view(context, carried, &self.instance.locals).with("probe", Node::integer(moment));
        let text = self.act.json.resolve(&scope)?.to_string();
        write_text(context, self.connection, text);
        Ok(())
    }

    /// The first message that may be the reply.
    fn reply(&self, context: &Context, carried: &Carried) -> Option<Reply> {
        let scope = view(context, carried, &self.instance.locals);
        let mut waiting = context.connections[self.connection].inbox.waiting(self.looked);
        let (at, item) = waiting.find(|(_, item)| is_meant(context, &item.message, None, &scope))?;
        let side = if self.act.inside.meets(&item.message, &scope) {
            Some(Side::Inside)
        } else {
            self.act.outside.meets(&item.message, &scope).then_some(Side::Outside)
        };
        Some(Reply {
            at,
            entry: item.entry,
            side,
        })
    }

    fn found(&self, context: &mut Context, carried: &mut Carried, low: Option<i64>, high: Option<i64>) -> Progress {
        let (low, high) = (low.map(|low| low + self.around), high.map(|high| high + self.around));
        if let (Some(low), Some(high)) = (low, high) {
            context.clock.note_centre(middle(low, high));
        }
        carried.bind(&self.act.bind, span(low, high));
        let from = context.connections[self.connection].inbox.len();
        carried.set_reply_from(self.connection, from);
        Progress::Finished(StepOutcome::Span { low, high })
    }
}

fn lost(reply: Option<usize>, why: &str, in_time: bool) -> Progress {
    let why = why.to_owned();
    Progress::Failed(StepOutcome::Lost { reply, why, in_time })
}

fn middle(low: i64, high: i64) -> i64 {
    (low + high).div_euclid(2)
}

/// What a search binds.
fn span(low: Option<i64>, high: Option<i64>) -> Node {
    let edge = |edge: Option<i64>| edge.map_or_else(|| Node::text("unbounded"), Node::integer);
    let (width, centre) = match (low, high) {
        (Some(low), Some(high)) => (Some(high - low), middle(low, high)),
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
