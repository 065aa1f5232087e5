//! The connections of a row, each with its inbox and how far it has come in its life.

use std::{
    ops::{Index, IndexMut},
    time::Duration,
};

use super::{inbox::MessageInbox, io::ConnectionId};
use crate::syntax::json::Node;
use wire::{
    event::{Ended, Failure, Received},
    frame::Opcode,
};

/// A fence that was sent on a connection.
#[derive(Clone, Debug)]
pub struct SentFence {
    /// The inbox's length when it was sent.
    pub from: usize,
    /// Up to where the inbox was searched for its answer.
    pub looked: usize,
    pub token: Node,
}

/// What became of a handshake.
#[derive(Clone, Debug)]
pub enum HandshakeState {
    UnderWay,
    Failed(Failure),
    /// The entry of a response with 101.
    Accepted(usize),
    /// The entry of any other response.
    Declined(usize),
}

/// A connection of the row.
#[derive(Debug)]
pub struct Connection {
    pub name: String,
    /// Bytes matter on it, so the machine writes frames, and answers pings and closes by itself.
    pub frame_mode: bool,
    /// The key of the handshake.
    pub key: Option<String>,
    pub handshake: HandshakeState,
    pub inbox: MessageInbox,
    /// The entry of the close frame.
    pub close_frame: Option<usize>,
    pub close_sent: bool,
    pub ended: Option<Ended>,
    /// This side has given it up.
    pub dropped: bool,
    /// When a step last took a message that it waited for.
    pub last_taken: Duration,
    /// The latest fence that was sent on it.
    pub fence: Option<SentFence>,
    /// Something could not be sent, because the server had ended it: silence proves nothing any more.
    pub unsent: bool,
    /// A step allowed silence where a message would do: a late one is no finding.
    pub tolerant: bool,
    /// How many messages were sent on it that no step has taken a message for.
    pub unanswered: usize,
    /// The payloads of the ping frames that were sent on it.
    pub pings: Vec<bytes::Bytes>,
}

impl Connection {
    /// A connection whose handshake is on its way.
    pub fn new(name: &str, frame_mode: bool, key: Option<String>) -> Self {
        Self {
            name: name.to_owned(),
            frame_mode,
            key,
            handshake: HandshakeState::UnderWay,
            inbox: MessageInbox::default(),
            close_frame: None,
            close_sent: false,
            ended: None,
            dropped: false,
            last_taken: Duration::ZERO,
            fence: None,
            unsent: false,
            tolerant: false,
            unanswered: 0,
            pings: Vec::new(),
        }
    }

    /// Whether this is a pong frame that answers none of ours: one may be sent at any time (RFC 6455 §5.5.3). Where no ping was
    /// sent, none can be told from an answer.
    pub fn is_stray_pong(&self, received: &Received) -> bool {
        received.opcode == Opcode::Pong
            && !self.pings.is_empty()
            && !self.pings.iter().any(|ping| ping == &received.payload)
    }

    /// Takes a message into the inbox.
    pub fn arrive(&mut self, entry: usize, received: Received) {
        if received.opcode == Opcode::Close {
            self.close_frame.get_or_insert(entry);
        }
        self.inbox.push(entry, received);
    }

    /// Whether the handshake was accepted, whatever came later.
    pub fn is_accepted(&self) -> bool {
        matches!(self.handshake, HandshakeState::Accepted(_))
    }

    /// Whether messages can still be sent.
    pub fn is_open(&self) -> bool {
        self.is_accepted() && self.ended.is_none() && !self.dropped && !self.close_sent && self.close_frame.is_none()
    }

    /// Whether the server has ended it, and not this side.
    pub fn is_ended_by_server(&self) -> bool {
        !self.dropped && !self.close_sent && (self.ended.is_some() || self.close_frame.is_some())
    }

    /// Whether the end of the row may ask it for a fence.
    pub fn may_be_fenced(&self) -> bool {
        self.is_open() && !self.tolerant && !self.frame_mode
    }
}

/// Every connection of a row, open or not.
#[derive(Debug, Default)]
pub struct Connections(Vec<Connection>);

impl Connections {
    /// Adds a connection.
    pub fn add(&mut self, connection: Connection) -> ConnectionId {
        self.0.push(connection);
        self.0.len() - 1
    }

    /// The connection that a name means now.
    pub fn named(&self, name: &str) -> Option<ConnectionId> {
        self.0.iter().rposition(|connection| connection.name == name)
    }

    /// The connection that a name means now, if its handshake was accepted.
    pub fn accepted(&self, name: &str) -> Option<ConnectionId> {
        self.named(name).filter(|connection| self[*connection].is_accepted())
    }

    /// The connection that a name means now, if messages can still be sent on it.
    pub fn open(&self, name: &str) -> Option<ConnectionId> {
        self.named(name).filter(|connection| self[*connection].is_open())
    }

    /// Whether there is one of this number that this side has not given up.
    pub fn is_heard(&self, connection: ConnectionId) -> bool {
        self.0.get(connection).is_some_and(|connection| !connection.dropped)
    }

    /// Every one with its number.
    pub fn iter(&self) -> impl Iterator<Item = (ConnectionId, &Connection)> {
        self.0.iter().enumerate()
    }

    /// Gives up those that are not given up yet, and says which.
    pub fn give_up(&mut self) -> Vec<ConnectionId> {
        let mut given_up = Vec::new();
        for (number, connection) in self.0.iter_mut().enumerate() {
            if !std::mem::replace(&mut connection.dropped, true) {
                given_up.push(number);
            }
        }
        given_up
    }
}

impl Index<ConnectionId> for Connections {
    type Output = Connection;

    fn index(&self, connection: ConnectionId) -> &Connection {
        &self.0[connection]
    }
}

impl IndexMut<ConnectionId> for Connections {
    fn index_mut(&mut self, connection: ConnectionId) -> &mut Connection {
        &mut self.0[connection]
    }
}
