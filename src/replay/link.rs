//! One connection and its inbox: every message stays until a step takes it.

use std::time::Duration;

use super::listen::Fence;
use crate::syntax::selector::Message;
use wire::{
    event::{Ended, Failure, Received},
    frame::Opcode,
    http::Response,
};

/// A message in an inbox.
#[derive(Debug)]
pub struct Item {
    pub entry: usize,
    pub message: Message,
    pub taken: bool,
}

impl Item {
    /// What came.
    pub fn received(&self) -> &Received {
        &self.message.received
    }
}

/// A connection of the row.
#[derive(Debug, Default)]
pub struct Link {
    pub connection: String,
    pub raw: bool,
    /// The key of the handshake.
    pub key: Option<String>,
    pub opened: Option<usize>,
    pub response: Option<Response>,
    pub accepted: bool,
    pub failed: Option<Failure>,
    pub inbox: Vec<Item>,
    /// The entry of the close frame.
    pub close_frame: Option<usize>,
    pub close_sent: bool,
    pub ended: Option<Ended>,
    /// This side has given it up.
    pub dropped: bool,
    /// When a step last took a message that it waited for.
    pub progress: Duration,
    /// The latest fence that was sent on it.
    pub fence: Option<Fence>,
    /// Something could not be sent, because the server had ended it: silence proves nothing any more.
    pub unsent: bool,
    /// A step allowed silence where a message would do: a late one is no finding.
    pub tolerant: bool,
}

impl Link {
    /// Takes a message into the inbox.
    pub fn arrive(&mut self, entry: usize, received: Received) {
        if received.opcode == Opcode::Close {
            self.close_frame.get_or_insert(entry);
        }
        self.inbox.push(Item {
            entry,
            message: Message::new(received),
            taken: false,
        });
    }

    /// Whether messages can still be sent.
    pub fn is_open(&self) -> bool {
        self.accepted && self.ended.is_none() && !self.dropped && !self.close_sent && self.close_frame.is_none()
    }

    /// Whether the server has ended it, and not this side.
    pub fn is_ended_by_server(&self) -> bool {
        !self.dropped && !self.close_sent && (self.ended.is_some() || self.close_frame.is_some())
    }

    /// Whether the end of the row may ask it for a fence.
    pub fn is_quietable(&self) -> bool {
        self.is_open() && !self.tolerant && !self.raw
    }
}
