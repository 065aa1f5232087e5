//! What a connection brought in since its last whole message: the evidence, when the rest is given up unread.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use sha1::{Digest as _, Sha1};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::socket::Socket;
use wire::event::{Ended, Excerpt};

/// Kept of the beginning and of the end. More than is shown: a secret at the border is recognised by its other half. And
/// no less than is read at once: the message after the last whole one may begin in the same read.
const KEPT: usize = 8 << 10;

#[derive(Default)]
struct Recent {
    length: usize,
    digest: Sha1,
    first: Vec<u8>,
    last: Vec<u8>,
    /// How many bytes the latest read brought.
    latest: usize,
    /// A message was completed since.
    whole: bool,
}

impl Recent {
    fn take(&mut self, bytes: &[u8]) {
        if self.whole {
            let latest = self.last.split_off(self.last.len().saturating_sub(self.latest));
            *self = Self::default();
            self.add(&latest);
        }
        self.add(bytes);
        self.latest = bytes.len().min(KEPT);
    }

    fn add(&mut self, bytes: &[u8]) {
        self.length += bytes.len();
        self.digest.update(bytes);
        let room = KEPT - self.first.len();
        self.first.extend_from_slice(&bytes[..room.min(bytes.len())]);
        self.last.extend_from_slice(&bytes[bytes.len().saturating_sub(KEPT)..]);
        if self.last.len() > 2 * KEPT {
            self.last.drain(..self.last.len() - KEPT);
        }
    }

    fn excerpt(&self) -> Excerpt {
        let last = match self.length {
            0..=KEPT => &[],
            _ => &self.last[self.last.len() - KEPT..],
        };
        Excerpt::of(
            self.length,
            &self.digest.clone().finalize(),
            self.first.clone(),
            last.to_vec(),
        )
    }
}

/// A socket that remembers what it brought in.
pub(super) struct Tap {
    socket: Socket,
    recent: Recent,
}

impl Tap {
    /// `rest` was read already.
    pub(super) fn new(socket: Socket, rest: &[u8]) -> Self {
        let mut recent = Recent::default();
        recent.take(rest);
        Self { socket, recent }
    }

    /// A data message is complete: what comes next is no part of it.
    pub(super) fn whole(&mut self) {
        self.recent.whole = true;
    }

    /// The end, with what was read of what could not be.
    pub(super) fn ended(&self, mut ended: Ended) -> Ended {
        if let Ended::Unreadable { cut, .. } = &mut ended {
            *cut = Some(self.recent.excerpt());
        }
        ended
    }
}

impl AsyncRead for Tap {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.socket).poll_read(cx, buf))?;
        self.recent.take(&buf.filled()[before..]);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Tap {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(bytes: &[u8]) -> String {
        Sha1::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn what_came_since_the_last_whole_message_is_kept_at_both_ends() {
        let mut recent = Recent::default();
        recent.take(b"old");
        recent.take(b"end|begin");
        recent.whole = true;
        let long = vec![b'x'; 3 * KEPT];
        for part in long.chunks(KEPT) {
            recent.take(part);
        }
        recent.take(b"last");
        let all = [b"end|begin".as_slice(), &long, b"last"].concat();
        let excerpt = recent.excerpt();
        assert_eq!((excerpt.length, excerpt.sha1), (all.len(), of(&all)));
        assert_eq!(excerpt.first, all[..KEPT]);
        assert_eq!(excerpt.last, all[all.len() - KEPT..]);
    }

    #[test]
    fn what_is_short_is_kept_whole() {
        let mut recent = Recent::default();
        recent.take(b"ab");
        recent.take(b"c");
        let excerpt = recent.excerpt();
        assert_eq!(
            (excerpt.length, excerpt.first, excerpt.last),
            (3, b"abc".to_vec(), Vec::new())
        );
    }
}
