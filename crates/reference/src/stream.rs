//! What carries a connection: a TCP stream, or any other stream of bytes that a host hands over. It must never matter
//! which.

use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};

/// A way for bytes in both directions.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin + 'static {
    /// Ends it with a reset, as a process that crashes does: the peer is told of no orderly end.
    fn reset(self);
}

impl Stream for TcpStream {
    fn reset(self) {
        // A reset is what closing with a linger of zero does. The client may have gone already.
        let _ = self.set_zero_linger();
    }
}
