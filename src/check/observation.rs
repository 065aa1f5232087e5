//! What a check can look at.

use std::cell::OnceCell;

use crate::syntax::json::{self, Node};
use wire::{
    event::{Ended, Received},
    frame::{Opcode, split_close},
    http::Response,
};

/// The most of a message that a finding shows.
const SHOWN: usize = 400;

/// The kinds of things that steps show to checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObservationKind {
    /// A WebSocket message, or the body of a response.
    Message,
    Handshake,
    Response,
    Closing,
    /// Nothing but bound values.
    Values,
}

impl ObservationKind {
    /// For diagnostics.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Message => "a message",
            Self::Handshake => "the response to a handshake",
            Self::Response => "an HTTP response",
            Self::Closing => "the end of a connection",
            Self::Values => "no message: give the check a `value`",
        }
    }
}

/// How a handshake was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// A response with status 4xx or 5xx (or 1xx other than 101).
    BeforeUpgrade,
    /// A response with status 2xx or 3xx.
    Redirected,
    /// The connection ended without a response.
    NoResponse,
    /// It was upgraded and then ended without an answer.
    AfterUpgrade,
}

/// A handshake's outcome.
#[derive(Clone, Copy, Debug)]
pub struct Handshake<'a> {
    pub response: Option<&'a Response>,
    /// `None` if it was accepted.
    pub refusal: Option<Refusal>,
    /// The `Sec-WebSocket-Key` that was sent.
    pub key: Option<&'a str>,
    /// What else there is to say: why there is no response.
    pub note: &'a str,
}

/// The end of a connection.
#[derive(Clone, Copy, Debug)]
pub struct Closing<'a> {
    /// The close frame that came before it.
    pub frame: Option<&'a Received>,
    pub ended: Option<&'a Ended>,
}

impl Closing<'_> {
    /// The close frame's code.
    pub fn code(&self) -> Option<u16> {
        self.frame.and_then(|frame| split_close(&frame.payload).0)
    }
}

/// What is in front of a check.
#[derive(Debug)]
pub enum Observation<'a> {
    Message(&'a Received, OnceCell<Result<Node, String>>),
    Response(&'a Response, OnceCell<Result<Node, String>>),
    Handshake(Handshake<'a>),
    Closing(Closing<'a>),
    Values,
}

impl<'a> Observation<'a> {
    /// A WebSocket message.
    pub fn message(received: &'a Received) -> Self {
        Self::Message(received, OnceCell::new())
    }

    /// An HTTP response.
    pub fn response(response: &'a Response) -> Self {
        Self::Response(response, OnceCell::new())
    }

    /// The bytes of the message or body.
    pub fn bytes(&self) -> &'a [u8] {
        match self {
            Self::Message(received, _) => &received.payload,
            Self::Response(response, _) => &response.body,
            Self::Handshake(handshake) => handshake.response.map_or(&[], |response| &response.body),
            Self::Closing(closing) => closing.frame.map_or(&[], |frame| &frame.payload),
            Self::Values => &[],
        }
    }

    /// The text of the message or body, if it is UTF-8.
    pub fn text(&self) -> Option<&'a str> {
        std::str::from_utf8(self.bytes()).ok()
    }

    /// The head of the response.
    pub fn head(&self) -> Option<&'a Response> {
        match self {
            Self::Response(response, _) => Some(response),
            Self::Handshake(handshake) => handshake.response,
            _ => None,
        }
    }

    /// The message as JSON.
    ///
    /// # Errors
    /// Why it is not JSON.
    pub fn json(&self) -> Result<&Node, String> {
        let (Self::Message(_, cell) | Self::Response(_, cell)) = self else {
            return Err("there is no message".into());
        };
        cell.get_or_init(|| {
            let text = std::str::from_utf8(self.bytes()).map_err(|error| format!("not UTF-8: {error}"))?;
            json::parse(text).map_err(|error| error.to_string())
        })
        .as_ref()
        .map_err(Clone::clone)
    }

    /// Whether the message is JSON that is deeper or larger than it is read: what it holds can't be told, which is no fault of
    /// the server's.
    pub fn unread(&self) -> bool {
        matches!(self, Self::Message(..) | Self::Response(..))
            && self.json().is_err()
            && self.text().is_some_and(|text| json::skim(text).is_ok())
    }

    /// The thing in a few words, for findings.
    pub fn show(&self) -> String {
        match self {
            Self::Message(received, _) if received.opcode == Opcode::Close => self.show_closing(&Closing {
                frame: Some(received),
                ended: None,
            }),
            Self::Message(received, _) => match received.text() {
                Some(text) => format!("the text `{}`", shorten(text)),
                None => format!(
                    "a {} frame with {}",
                    received.opcode.name(),
                    show_bytes(&received.payload)
                ),
            },
            Self::Response(response, _) => match self.text() {
                Some("") => format!("status {} with no body", response.status),
                Some(text) => format!("status {} with the body `{}`", response.status, shorten(text)),
                None => format!("status {} with {}", response.status, show_bytes(&response.body)),
            },
            Self::Handshake(handshake) => match (handshake.response, handshake.refusal) {
                (Some(response), None) => format!("status {} and service", response.status),
                (Some(response), Some(Refusal::AfterUpgrade)) => {
                    format!(
                        "status {}, then the connection was closed without an answer",
                        response.status
                    )
                }
                (Some(response), Some(_)) => format!("status {}", response.status),
                (None, _) => format!("no response: {}", handshake.note),
            },
            Self::Closing(closing) => self.show_closing(closing),
            Self::Values => "no message".into(),
        }
    }

    fn show_closing(&self, closing: &Closing<'_>) -> String {
        let end = match closing.ended {
            Some(Ended::Eof) => "the connection was finished",
            Some(Ended::Reset) => "the connection was reset",
            Some(Ended::Unreadable { .. }) => "unreadable bytes came",
            Some(Ended::Local) => "this side ended the connection",
            None => "the connection stayed open",
        };
        match (closing.frame, closing.code()) {
            (None, _) => format!("no close frame; {end}"),
            (Some(_), None) => format!("a close frame without a code; {end}"),
            (Some(_), Some(code)) => format!("a close frame with code {code}; {end}"),
        }
    }
}

fn show_bytes(bytes: &[u8]) -> String {
    let shown: String = bytes.iter().take(32).map(|byte| format!("{byte:02x}")).collect();
    let more = if bytes.len() > 32 { "…" } else { "" };
    format!("{} bytes {shown}{more}", bytes.len())
}

/// At most so much of a text as a finding shows, cut at a character, with the length of the whole.
pub fn shorten(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        None => text.to_owned(),
        Some((at, _)) => format!("{}… ({} bytes in all)", &text[..at], text.len()),
    }
}
