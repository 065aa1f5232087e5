//! The server's side of RFC 6455, whatever is said over it: handshake rules, messages out of frames, and the two loops
//! of a conversation. It must never look inside a message.

mod conversation;
mod inbox;
pub mod upgrade;

pub use conversation::{Guest, Out, Party, Reaction, part, queue};
pub use inbox::{Heard, ProtocolError};
