//! What the machine asks of the hands, and what the hands tell it.

use std::time::Duration;

use wire::{
    event::{Ended, Failure, Received},
    frame::Opcode,
    http::{Request, Response},
};

/// The time, as an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// Since the row began, monotonic.
    pub elapsed: Duration,
    /// Since the Unix epoch, by this machine's clock.
    pub unix: Duration,
}

/// The number of a connection in its row: of the first that was opened 0.
pub type ConnectionId = usize;

/// What the machine wants done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Connect, write the handshake, read the response's head.
    Open {
        connection: ConnectionId,
        dial: Dial,
        /// When to give up, since the row began.
        deadline: Duration,
    },
    Write {
        connection: ConnectionId,
        write: Write,
    },
    /// Drop the TCP connection; no close frame. One that has ended may be dropped too.
    Drop {
        connection: ConnectionId,
    },
    Exchange {
        exchange: usize,
        request: Request,
        /// Requests with the same name share one kept-alive connection, in order.
        connection: Option<String>,
        deadline: Duration,
    },
    Hook {
        hook: usize,
        call: Hook,
        deadline: Duration,
    },
    /// Nothing to do before this moment (since the row began) unless an event comes; `None`: until an event comes.
    Wait {
        until: Option<Duration>,
    },
    Done,
}

/// A WebSocket connection to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dial {
    /// TLS or plain TCP.
    pub secure: bool,
    pub host: String,
    pub port: u16,
    /// The whole request head, and whatever the case sends behind it.
    pub request: Vec<u8>,
    /// Message mode: through tungstenite. Otherwise frame mode: every byte is written and read by our own strict code.
    pub message_mode: bool,
}

/// Something to write on a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Write {
    /// A whole message or control frame; only in message mode.
    Message(Opcode, bytes::Bytes),
    /// These bytes; only in frame mode. The write is flushed at each of `cuts` (byte offsets, rising).
    Bytes { bytes: bytes::Bytes, cuts: Vec<usize> },
}

/// A way, given by the profile, to make the target do something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hook {
    /// POST to this URL.
    Url(String),
    /// Run this program with these arguments.
    Command(Vec<String>),
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The response to a handshake, whatever its status. If it is not 101 its body is there (bounded), and no more
    /// events come from this connection.
    Opened {
        connection: ConnectionId,
        response: Response,
    },
    OpenFailed {
        connection: ConnectionId,
        failure: Failure,
    },
    /// A message (its fragments joined) or a control frame. Control frames inside a fragmented message come when they
    /// came.
    Received {
        connection: ConnectionId,
        received: Received,
    },
    /// The connection is over. Comes once for each that was opened with 101.
    Ended {
        connection: ConnectionId,
        ended: Ended,
    },
    Responded {
        exchange: usize,
        response: Response,
    },
    ExchangeFailed {
        exchange: usize,
        failure: Failure,
    },
    Hooked {
        hook: usize,
        outcome: Result<(), String>,
    },
}

/// The machine, as the hands see it.
pub trait Replay {
    /// The next thing to do. Called until it says `Wait` or `Done`.
    fn poll(&mut self, now: Now) -> Action;
    /// Takes what happened.
    fn handle(&mut self, now: Now, event: Event);
}
