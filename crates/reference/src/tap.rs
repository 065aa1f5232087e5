//! A stream that remembers what it read, so that the spelling of header names can be seen: the HTTP library compares
//! them without regard to case, as it should (RFC 9110 §5.1), and forgets how they were written.

use std::{
    io::IoSlice,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, ready},
};

use tokio::io::{self, AsyncRead, AsyncWrite, ReadBuf};

/// What was read and not yet looked at.
#[derive(Clone, Default)]
pub struct Tapped(Arc<Mutex<Vec<u8>>>);

impl Tapped {
    /// The names in the next request head, as they were spelled; what follows it stays.
    pub fn names(&self) -> Vec<String> {
        let mut bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else {
            return Vec::new();
        };
        let head: Vec<u8> = bytes.drain(..end + 4).collect();
        String::from_utf8_lossy(&head)
            .lines()
            .skip(1)
            .filter_map(|line| Some(line.split_once(':')?.0.to_owned()))
            .collect()
    }
}

/// A stream, and the copy of what is read from it, if anybody wants one.
pub struct Tap<S> {
    pub stream: S,
    pub tapped: Option<Tapped>,
}

impl<S: AsyncRead + Unpin> AsyncRead for Tap<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        if let Some(Tapped(bytes)) = &self.tapped {
            let read = buffer.filled().get(before..).unwrap_or_default();
            bytes
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .extend_from_slice(read);
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Tap<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
