//! A WebSocket connection through tungstenite: well-formed frames out, messages in, pings answered.
//!
//! Tungstenite misjudges servers (it hides invalid close codes and takes over-long lengths), so nothing is judged from
//! how it reads: what it hands on has no faults, and cases about frames use the frame mode.

use std::{
    future::poll_fn,
    task::{Context, Poll},
};

use futures_util::{SinkExt as _, StreamExt as _};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Error, Message,
        error::{CapacityError, ProtocolError},
        protocol::{
            CloseFrame, Role, WebSocketConfig,
            frame::{Frame, FrameHeader, coding::OpCode},
        },
    },
};

use super::{failure, inbox::Inbox, outbox::Outbox, tap::Tap};
use crate::replay::io::{Event, Write};
use wire::{
    event::{Ended, Received},
    frame::{Opcode, close_payload, split_close},
};

/// Talks until the connection is over; says how it ended.
pub(super) async fn talk(
    tap: Tap,
    rest: Vec<u8>,
    connection: usize,
    message_limit: usize,
    inbox: &Inbox,
    outbox: &Outbox,
) -> Ended {
    // 129 KiB a connection with tungstenite's own sizes, 5 KiB with these.
    let config = WebSocketConfig::default()
        .read_buffer_size(4 << 10)
        .write_buffer_size(0)
        .max_message_size(Some(message_limit))
        .max_frame_size(Some(message_limit));
    let mut stream = WebSocketStream::from_partially_read(tap, rest, Role::Client, Some(config)).await;
    let mut unflushed = false;
    poll_fn(|cx| {
        write(&mut stream, inbox, &mut unflushed, cx);
        if inbox.is_dropped() {
            return Poll::Ready(Ended::Local);
        }
        inbox.park(cx.waker());
        loop {
            if outbox.is_full() {
                outbox.park(cx.waker());
                return Poll::Pending;
            }
            match stream.poll_next_unpin(cx) {
                Poll::Ready(Some(Ok(message))) => {
                    if message.is_text() || message.is_binary() {
                        stream.get_mut().whole();
                    }
                    if let Some(received) = received(message) {
                        outbox.push(Event::Received { connection, received });
                    }
                }
                Poll::Ready(Some(Err(error))) => return Poll::Ready(stream.get_ref().ended(ended_by(&error))),
                Poll::Ready(None) => return Poll::Ready(Ended::Eof),
                Poll::Pending => return Poll::Pending,
            }
        }
    })
    .await
}

/// Writes what can be written now. Failures are left for the next read to tell.
fn write(stream: &mut WebSocketStream<Tap>, inbox: &Inbox, unflushed: &mut bool, cx: &mut Context<'_>) {
    loop {
        match stream.poll_ready_unpin(cx) {
            Poll::Pending => break,
            Poll::Ready(Err(_)) => {
                inbox.clear();
                break;
            }
            Poll::Ready(Ok(())) => {}
        }
        let Some(wish) = inbox.pop() else { break };
        // The other kind of write is for the other mode.
        if let Write::Message(opcode, payload) = wish {
            *unflushed |= stream.start_send_unpin(message(opcode, payload)).is_ok();
        }
    }
    if *unflushed && stream.poll_flush_unpin(cx).is_ready() {
        *unflushed = false;
    }
}

/// The message as tungstenite wants it. Frames by hand, because its messages refuse text that is not UTF-8 and drop
/// pongs; a close by its own name, because it keeps the state of the closing handshake.
fn message(opcode: Opcode, payload: bytes::Bytes) -> Message {
    if opcode == Opcode::Close {
        if payload.is_empty() {
            return Message::Close(None);
        }
        if let (Some(code), reason) = split_close(&payload)
            && let Ok(reason) = std::str::from_utf8(reason)
        {
            return Message::Close(Some(CloseFrame {
                code: code.into(),
                reason: reason.into(),
            }));
        }
    }
    let header = FrameHeader {
        is_final: true,
        opcode: OpCode::from(opcode.bits()),
        ..FrameHeader::default()
    };
    Message::Frame(Frame::from_payload(header, payload))
}

fn received(message: Message) -> Option<Received> {
    Some(match message {
        Message::Text(text) => Received::new(Opcode::Text, bytes::Bytes::from(text)),
        Message::Binary(payload) => Received::new(Opcode::Binary, payload),
        Message::Ping(payload) => Received::new(Opcode::Ping, payload),
        Message::Pong(payload) => Received::new(Opcode::Pong, payload),
        Message::Close(None) => Received::new(Opcode::Close, Vec::new()),
        Message::Close(Some(frame)) => {
            Received::new(Opcode::Close, close_payload(frame.code.into(), frame.reason.as_str()))
        }
        // Never read, says tungstenite.
        Message::Frame(_) => return None,
    })
}

fn ended_by(error: &Error) -> Ended {
    match error {
        Error::Io(error) => failure::ended_by(error),
        // Its name for a FIN without a close frame.
        Error::Protocol(ProtocolError::ResetWithoutClosingHandshake)
        | Error::ConnectionClosed
        | Error::AlreadyClosed => Ended::Eof,
        Error::Capacity(CapacityError::MessageTooLong { max_size, .. }) => {
            failure::unreadable(format!("a message is longer than {max_size} bytes"))
        }
        Error::Protocol(error) => failure::unreadable(format!("the server broke RFC 6455: {error}")),
        Error::Utf8(_) => failure::unreadable("a text message is not UTF-8 (RFC 6455 §8.1)"),
        other => failure::unreadable(format!("the connection can't be read: {other}")),
    }
}
