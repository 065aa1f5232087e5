//! Messages that wait to be taken: every message of a connection stays until a step takes it.

use crate::syntax::selector::Message;
use wire::event::Received;

/// A message in an inbox.
#[derive(Debug)]
pub struct InboxMessage {
    pub entry: usize,
    pub message: Message,
    pub taken: bool,
}

impl InboxMessage {
    /// What came.
    pub fn received(&self) -> &Received {
        &self.message.received
    }
}

/// The messages of a connection, in the order in which they came.
#[derive(Debug, Default)]
pub struct MessageInbox(Vec<InboxMessage>);

impl MessageInbox {
    /// How many came, taken or not: the place of the next.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Takes in a message that the transcript has as `entry`.
    pub fn push(&mut self, entry: usize, received: Received) {
        self.0.push(InboxMessage {
            entry,
            message: Message::new(received),
            taken: false,
        });
    }

    /// What came from a place on, with the places.
    pub fn from(&self, from: usize) -> impl Iterator<Item = (usize, &InboxMessage)> {
        self.0.iter().enumerate().skip(from)
    }

    /// What came from a place on and no step has taken, with the places.
    pub fn waiting(&self, from: usize) -> impl Iterator<Item = (usize, &InboxMessage)> {
        self.from(from).filter(|(_, message)| !message.taken)
    }

    /// Takes the message at a place.
    pub fn take(&mut self, at: usize) -> &InboxMessage {
        let message = &mut self.0[at];
        message.taken = true;
        message
    }
}
