//! A connection that never leaves the process: two streams, what goes into one comes out of the other.
//!
//! It behaves as TCP on one machine does, as far as a peer can see: what is written in one piece is read in one piece at
//! most, each direction ends for itself (half-close), a full buffer keeps the writer waiting, an end that is dropped with
//! bytes unread resets the connection (RFC 9293 §3.10.4), and what had arrived before a reset can still be read. It has no
//! clock: what is written is there.

use std::{
    collections::VecDeque,
    io::{self, ErrorKind, IoSlice},
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// How many bytes may lie unread in one direction; the piece that goes beyond is the last. A kernel holds about as many.
const BUFFER_BYTES: usize = 256 << 10;

/// One end of a connection.
#[derive(Debug)]
pub struct MemoryStream {
    incoming: Arc<Direction>,
    outgoing: Arc<Direction>,
}

#[derive(Debug, Default)]
struct Direction(Mutex<Flow>);

/// What is on its way in one direction.
#[derive(Debug, Default)]
struct Flow {
    pieces: VecDeque<Vec<u8>>,
    /// How much of the first piece was read.
    read: usize,
    unread: usize,
    /// How the writer ended it.
    end: Option<WriterEnd>,
    /// How the reader left.
    left: Option<Left>,
    reader: Option<Waker>,
    writer: Option<Waker>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum WriterEnd {
    Orderly,
    Reset,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Left {
    /// Whoever writes now learns it from the answer to this write, so from the next.
    Unnoticed,
    Known,
}

/// The two ends of a new connection.
pub fn pair() -> (MemoryStream, MemoryStream) {
    let (there, back) = (Arc::<Direction>::default(), Arc::<Direction>::default());
    let near = MemoryStream {
        incoming: Arc::clone(&back),
        outgoing: Arc::clone(&there),
    };
    let far = MemoryStream {
        incoming: there,
        outgoing: back,
    };
    (near, far)
}

impl MemoryStream {
    /// Ends it with a reset.
    pub fn reset(self) {
        self.leave(WriterEnd::Reset);
    }

    fn leave(&self, how: WriterEnd) {
        {
            let mut outgoing = self.outgoing.lock();
            // What has had its end stays as it is.
            outgoing.end.get_or_insert(how);
            wake(&mut outgoing.reader);
        }
        let mut incoming = self.incoming.lock();
        incoming.left.get_or_insert(match how {
            WriterEnd::Orderly => Left::Unnoticed,
            WriterEnd::Reset => Left::Known,
        });
        incoming.pieces.clear();
        incoming.unread = 0;
        wake(&mut incoming.writer);
    }

    fn write(&self, cx: &Context<'_>, pieces: &[&[u8]]) -> Poll<io::Result<usize>> {
        let mut outgoing = self.outgoing.lock();
        if outgoing.end.is_some() {
            return Poll::Ready(Err(ErrorKind::BrokenPipe.into()));
        }
        let length = pieces.iter().map(|piece| piece.len()).sum();
        match outgoing.left {
            Some(Left::Known) => return Poll::Ready(Err(ErrorKind::BrokenPipe.into())),
            Some(Left::Unnoticed) => {
                outgoing.left = Some(Left::Known);
                return Poll::Ready(Ok(length));
            }
            None => {}
        }
        if outgoing.unread >= BUFFER_BYTES {
            park(&mut outgoing.writer, cx);
            return Poll::Pending;
        }
        if length > 0 {
            outgoing.unread += length;
            outgoing.pieces.push_back(pieces.concat());
            wake(&mut outgoing.reader);
        }
        Poll::Ready(Ok(length))
    }
}

impl Direction {
    fn lock(&self) -> MutexGuard<'_, Flow> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for MemoryStream {
    fn drop(&mut self) {
        let unread = self.incoming.lock().unread > 0;
        self.leave(if unread { WriterEnd::Reset } else { WriterEnd::Orderly });
    }
}

impl AsyncRead for MemoryStream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let mut incoming = self.incoming.lock();
        let from = incoming.read;
        if let Some(piece) = incoming.pieces.front() {
            let count = (piece.len() - from).min(buf.remaining());
            buf.put_slice(&piece[from..from + count]);
            let whole = from + count == piece.len();
            incoming.unread -= count;
            incoming.read += count;
            if whole {
                incoming.pieces.pop_front();
                incoming.read = 0;
            }
            if incoming.unread < BUFFER_BYTES {
                wake(&mut incoming.writer);
            }
            return Poll::Ready(Ok(()));
        }
        match incoming.end {
            Some(WriterEnd::Orderly) => Poll::Ready(Ok(())),
            Some(WriterEnd::Reset) => Poll::Ready(Err(ErrorKind::ConnectionReset.into())),
            None => {
                park(&mut incoming.reader, cx);
                Poll::Pending
            }
        }
    }
}

impl AsyncWrite for MemoryStream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.write(cx, &[bytes])
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let pieces: Vec<&[u8]> = slices.iter().map(|slice| &**slice).collect();
        self.write(cx, &pieces)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut outgoing = self.outgoing.lock();
        if outgoing.left == Some(Left::Known) {
            return Poll::Ready(Err(ErrorKind::NotConnected.into()));
        }
        outgoing.end.get_or_insert(WriterEnd::Orderly);
        wake(&mut outgoing.reader);
        Poll::Ready(Ok(()))
    }
}

fn park(place: &mut Option<Waker>, cx: &Context<'_>) {
    match place {
        Some(parked) => parked.clone_from(cx.waker()),
        None => *place = Some(cx.waker().clone()),
    }
}

fn wake(place: &mut Option<Waker>) {
    if let Some(waker) = place.take() {
        waker.wake();
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt};

    use super::*;

    async fn rest(stream: &mut MemoryStream) -> (Vec<u8>, Option<ErrorKind>) {
        let mut bytes = Vec::new();
        let end = stream.read_to_end(&mut bytes).await;
        (bytes, end.err().map(|error| error.kind()))
    }

    #[tokio::test]
    async fn what_is_written_in_pieces_is_read_in_pieces() {
        let (mut near, mut far) = pair();
        near.write_all(b"ab").await.unwrap();
        near.write_all(b"cd").await.unwrap();
        let mut space = [0; 8];
        assert_eq!(far.read(&mut space).await.unwrap(), 2);
        assert_eq!(far.read(&mut space[..1]).await.unwrap(), 1);
        assert_eq!((far.read(&mut space).await.unwrap(), space[0]), (1, b'd'));
    }

    #[tokio::test]
    async fn each_direction_ends_for_itself() {
        let (mut near, mut far) = pair();
        near.write_all(b"last").await.unwrap();
        near.shutdown().await.unwrap();
        assert_eq!(rest(&mut far).await, (b"last".to_vec(), None));
        far.write_all(b"answer").await.unwrap();
        drop(far);
        assert_eq!(rest(&mut near).await, (b"answer".to_vec(), None));
        assert_eq!(
            AsyncWriteExt::write(&mut near, b"x").await.unwrap_err().kind(),
            ErrorKind::BrokenPipe
        );
    }

    #[tokio::test]
    async fn a_peer_that_left_is_noticed_at_the_second_write() {
        let (mut near, far) = pair();
        drop(far);
        assert!(AsyncWriteExt::write(&mut near, b"x").await.is_ok());
        assert_eq!(
            AsyncWriteExt::write(&mut near, b"x").await.unwrap_err().kind(),
            ErrorKind::BrokenPipe
        );
        assert_eq!(rest(&mut near).await, (Vec::new(), None));
    }

    #[tokio::test]
    async fn a_reset_comes_behind_what_arrived_and_unread_bytes_make_one() {
        let (mut near, mut far) = pair();
        far.write_all(b"before").await.unwrap();
        far.reset();
        assert_eq!(
            rest(&mut near).await,
            (b"before".to_vec(), Some(ErrorKind::ConnectionReset))
        );
        assert!(AsyncWriteExt::write(&mut near, b"x").await.is_err() && near.shutdown().await.is_err());

        let (mut near, far) = pair();
        near.write_all(b"never read").await.unwrap();
        drop(far);
        assert_eq!(rest(&mut near).await, (Vec::new(), Some(ErrorKind::ConnectionReset)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_full_buffer_keeps_the_writer_waiting() {
        let (mut near, mut far) = pair();
        let piece = [0; BUFFER_BYTES];
        near.write_all(&piece).await.unwrap();
        let wait = std::time::Duration::from_secs(1);
        assert!(
            tokio::time::timeout(wait, AsyncWriteExt::write(&mut near, b"x"))
                .await
                .is_err()
        );
        let read = async {
            let mut space = vec![0; BUFFER_BYTES];
            far.read_exact(&mut space).await
        };
        let (written, read) = tokio::join!(AsyncWriteExt::write(&mut near, b"x"), read);
        assert!(written.is_ok() && read.is_ok());
    }
}
