//! What a track carries from step to step: the names that it has bound, and since when a reply counts as one.

use super::io::ConnectionId;
use crate::syntax::json::Node;

/// What steps leave for those after them.
#[derive(Clone, Debug, Default)]
pub struct Carried {
    /// Names bound so far, the latest last.
    bound: Vec<(String, Node)>,
    /// For each connection its inbox's length at this track's last send: what came before can be no reply.
    reply_from: Vec<(ConnectionId, usize)>,
}

impl Carried {
    pub fn bind(&mut self, name: &str, value: Node) {
        self.bound.retain(|(bound, _)| bound != name);
        self.bound.push((name.to_owned(), value));
    }

    pub fn bound(&self) -> &[(String, Node)] {
        &self.bound
    }

    /// From where on in a connection's inbox there may be replies.
    pub fn reply_from(&self, connection: ConnectionId) -> usize {
        let mut all = self.reply_from.iter().rev();
        all.find(|(known, _)| *known == connection).map_or(0, |(_, from)| *from)
    }

    /// Replies are from here on.
    pub fn set_reply_from(&mut self, connection: ConnectionId, from: usize) {
        self.reply_from.retain(|(known, _)| *known != connection);
        self.reply_from.push((connection, from));
    }

    /// Takes over what a track that ran beside others has left.
    pub fn join(&mut self, other: Self) {
        for (name, value) in other.bound {
            self.bind(&name, value);
        }
        for (connection, from) in other.reply_from {
            let from = from.max(self.reply_from(connection));
            self.set_reply_from(connection, from);
        }
    }
}
