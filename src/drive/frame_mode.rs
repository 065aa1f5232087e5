//! A WebSocket connection byte by byte: what the machine says goes out as it stands, what comes in is read by our own
//! strict decoder. Nothing is answered here; the machine does that.

use std::{
    collections::VecDeque,
    future::poll_fn,
    mem::MaybeUninit,
    pin::Pin,
    task::{Context, Poll},
};

use tokio::io::{AsyncRead as _, AsyncWrite as _, ReadBuf};

use super::{assembler::Assembler, failure, inbox::Inbox, outbox::Outbox, tap::Tap};
use crate::replay::io::{Event, Write};
use wire::{event::Ended, frame::Decoder};

/// How many bytes are read at once; on the stack, so that an idle connection holds none.
const READ: usize = 8 << 10;

/// Talks until the connection is over; says how it ended.
pub(super) async fn talk(
    mut tap: Tap,
    rest: Vec<u8>,
    connection: usize,
    message_limit: usize,
    inbox: &Inbox,
    outbox: &Outbox,
) -> Ended {
    let mut reading = FrameReading {
        decoder: Decoder::new(message_limit),
        assembler: Assembler::new(message_limit),
        connection,
        whole: false,
    };
    let mut writing = Writing::default();
    if let Err(ended) = reading.take(&rest, outbox) {
        return tap.ended(ended);
    }
    drop(rest);
    poll_fn(|cx| {
        writing.advance(&mut tap, inbox, cx);
        if inbox.is_dropped() {
            return Poll::Ready(Ended::Local);
        }
        inbox.park(cx.waker());
        reading.advance(&mut tap, outbox, cx).map(|ended| tap.ended(ended))
    })
    .await
}

struct FrameReading {
    decoder: Decoder,
    assembler: Assembler,
    connection: usize,
    /// A data message is complete.
    whole: bool,
}

impl FrameReading {
    fn advance(&mut self, tap: &mut Tap, outbox: &Outbox, cx: &mut Context<'_>) -> Poll<Ended> {
        loop {
            if outbox.is_full() {
                outbox.park(cx.waker());
                return Poll::Pending;
            }
            let mut space = [MaybeUninit::uninit(); READ];
            let mut bytes = ReadBuf::uninit(&mut space);
            if std::mem::take(&mut self.whole) {
                tap.whole();
            }
            match Pin::new(&mut *tap).poll_read(cx, &mut bytes) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Err(error)) => return Poll::Ready(failure::ended_by(&error)),
                Poll::Ready(Ok(())) if bytes.filled().is_empty() => return Poll::Ready(Ended::Eof),
                Poll::Ready(Ok(())) => {
                    if let Err(ended) = self.take(bytes.filled(), outbox) {
                        return Poll::Ready(ended);
                    }
                }
            }
        }
    }

    fn take(&mut self, bytes: &[u8], outbox: &Outbox) -> Result<(), Ended> {
        let connection = self.connection;
        self.decoder.feed(bytes);
        loop {
            match self.decoder.next_frame() {
                Ok(None) => return Ok(()),
                Ok(Some(frame)) => self
                    .assembler
                    .take(frame, |received| {
                        self.whole |= !received.opcode.is_control();
                        outbox.push(Event::Received { connection, received });
                    })
                    .map_err(|long| failure::unreadable(format!("a message is longer than {} bytes", long.bound)))?,
                Err(long) => {
                    return Err(failure::unreadable(format!(
                        "a frame announces {} bytes; no more than {} are read",
                        long.declared, long.bound
                    )));
                }
            }
        }
    }
}

#[derive(Default)]
struct Writing {
    bytes: bytes::Bytes,
    sent: usize,
    cuts: VecDeque<usize>,
    unflushed: bool,
    broken: bool,
}

impl Writing {
    /// Writes what can be written now. Failures are left for the next read to tell.
    fn advance(&mut self, socket: &mut Tap, inbox: &Inbox, cx: &mut Context<'_>) {
        loop {
            if self.broken {
                inbox.clear();
                return;
            }
            if self.unflushed {
                match Pin::new(&mut *socket).poll_flush(cx) {
                    Poll::Pending => return,
                    Poll::Ready(flushed) => {
                        self.unflushed = false;
                        self.broken = flushed.is_err();
                        continue;
                    }
                }
            }
            if self.sent == self.bytes.len() {
                match inbox.pop() {
                    Some(Write::Bytes { bytes, cuts }) => {
                        *self = Self {
                            bytes,
                            cuts: cuts.into(),
                            ..Self::default()
                        }
                    }
                    // The other kind of write is for the other mode.
                    Some(Write::Message(..)) => {}
                    None => return,
                }
                continue;
            }
            while self.cuts.front().is_some_and(|cut| *cut <= self.sent) {
                self.cuts.pop_front();
            }
            let end = self.bytes.len();
            let stop = self.cuts.front().copied().filter(|cut| *cut < end).unwrap_or(end);
            match Pin::new(&mut *socket).poll_write(cx, &self.bytes[self.sent..stop]) {
                Poll::Pending => return,
                Poll::Ready(Ok(0) | Err(_)) => self.broken = true,
                Poll::Ready(Ok(count)) => {
                    self.sent += count;
                    self.unflushed = self.sent == stop;
                    if self.sent == stop && stop < end && !inbox.is_dropped() {
                        // A turn for everybody else between two pieces. With TCP_NODELAY each is a segment.
                        if self.unflushed && Pin::new(&mut *socket).poll_flush(cx).is_ready() {
                            self.unflushed = false;
                        }
                        cx.waker().wake_by_ref();
                        return;
                    }
                }
            }
        }
    }
}
