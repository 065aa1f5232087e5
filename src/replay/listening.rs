//! Listening in silence: over when the fence is answered, when the connection ends, or when the time is up.

use std::time::Duration;

use super::{carried::Carried, connection::SentFence, context::Context, fence, io::ConnectionId};

/// A silence that is waited for.
#[derive(Debug)]
pub struct Listening {
    pub connection: ConnectionId,
    pub until: Duration,
    pub fence: Option<SentFence>,
    /// How long is listened behind the fence's answer for what it may have overtaken.
    pub overtaken: Duration,
}

impl Listening {
    /// Whether it is over. The answer to its fence is taken then.
    pub fn poll(&mut self, context: &mut Context, carried: &Carried) -> bool {
        let connection = self.connection;
        let answer = match &mut self.fence {
            Some(sent) => fence::answer(context, carried, connection, sent),
            None => None,
        };
        if let Some(at) = answer {
            fence::take_answer(context, connection, at);
            self.fence = None;
            self.until = self.until.min(context.after(self.overtaken));
        }
        let ended = context.connections[connection].ended.is_some();
        if !ended && context.clock.elapsed() < self.until {
            return false;
        }
        // A server that answers the fence in another way has answered the fence: that is not this step's matter.
        let other = self.fence.as_ref().and_then(|sent| {
            let mut waiting = context.connections[connection].inbox.waiting(sent.from);
            waiting.find(|(_, item)| !item.received().opcode.is_control())
        });
        if let Some(at) = other.map(|(at, _)| at) {
            fence::take_answer(context, connection, at);
        }
        true
    }
}
