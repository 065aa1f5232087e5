//! Reading a response's head and body from a connection, while the request is still on its way.

use std::{cell::Cell, convert::Infallible, future::pending, time::Duration};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt, ReadHalf, split},
    time::{Instant, timeout_at},
};

use super::{
    body::{Body, framing},
    failure,
    socket::Socket,
};
use wire::{
    event::Failure,
    handshake::{Head, read_head},
    http::Response,
};

/// How many bytes are asked for at once. Small: thousands of connections may be held.
const READ: usize = 4 << 10;
/// Interim responses (RFC 9110 §15.2) before the one that counts; a peer could send them for ever.
const MAX_INTERIM: usize = 8;
/// The most that is kept of the body of a refused handshake.
const REFUSAL_LIMIT: usize = 64 << 10;
/// How long a refusal's body may pause. It is only evidence, and a server may keep the connection open behind it.
const REFUSAL_PAUSE: Duration = Duration::from_millis(200);

/// Runs `read` on the connection while `bytes` are written to it, so that a peer that answers early, or stops reading,
/// blocks nobody. Says how many bytes were written when `read` was done.
pub(super) async fn while_writing<T>(
    socket: &mut Socket,
    bytes: &[u8],
    read: impl AsyncFnOnce(&mut ReadHalf<&mut Socket>) -> T,
) -> (T, usize) {
    let (mut reader, mut writer) = split(socket);
    let written = Cell::new(0);
    let write = async {
        // A write that fails is no event: what is read next tells what became of the connection.
        while let Some(rest) = bytes.get(written.get()..).filter(|rest| !rest.is_empty()) {
            match writer.write(rest).await {
                Ok(count) if count > 0 => written.set(written.get() + count),
                _ => break,
            }
        }
        // Under TLS a write may still lie in its buffer.
        let _ = writer.flush().await;
        pending::<Infallible>().await
    };
    let done = tokio::select! {
        biased;
        never = write => match never {},
        done = read(&mut reader) => done,
    };
    (done, written.get())
}

/// Reads more bytes; `false` at the end of the connection.
async fn more(reader: &mut (impl AsyncRead + Unpin), buffer: &mut Vec<u8>) -> Result<bool, Failure> {
    buffer.reserve(READ);
    match reader.read_buf(buffer).await {
        Ok(count) => Ok(count > 0),
        // TLS without close_notify ends a connection as well as any.
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(failure::from_io(&error)),
    }
}

/// Reads the head of the response that counts; what follows it stays in `buffer`.
pub(super) async fn head(
    reader: &mut (impl AsyncRead + Unpin),
    buffer: &mut Vec<u8>,
    bound: usize,
) -> Result<Response, Failure> {
    let mut interim = 0;
    let mut seen = 0;
    loop {
        // Reading a long head again for each of its crumbs would cost its length squared.
        if !buffer.is_empty() && (seen < READ || ends_a_line_twice(buffer, seen)) {
            match read_head(buffer) {
                Head::Malformed(why) => return Err(malformed(&why)),
                Head::Complete { length, .. } if length > bound => {
                    return Err(failure::too_long("the head", bound, std::mem::take(buffer)));
                }
                Head::Complete { response, length } => {
                    buffer.drain(..length);
                    seen = 0;
                    if !matches!(response.status, 100..=199) || response.status == 101 {
                        return Ok(response);
                    }
                    interim += 1;
                    if interim > MAX_INTERIM {
                        return Err(failure::malformed(
                            "there are only interim responses, and no end to them",
                        ));
                    }
                    continue;
                }
                Head::Partial => {}
            }
        }
        if buffer.len() > bound {
            return Err(failure::too_long("the head", bound, std::mem::take(buffer)));
        }
        seen = buffer.len();
        if !more(reader, buffer).await? {
            return Err(match read_head(buffer) {
                _ if buffer.is_empty() => failure::closed("the peer ended the connection without a response"),
                Head::Malformed(why) => malformed(&why),
                _ => failure::closed("the peer ended the connection in the middle of a response's head"),
            });
        }
    }
}

fn malformed(why: &str) -> Failure {
    failure::malformed(format!("what came is no HTTP response: {why}"))
}

/// Whether a blank line ends within what came after the first `seen` bytes.
fn ends_a_line_twice(buffer: &[u8], seen: usize) -> bool {
    let fresh = buffer.get(seen.saturating_sub(2)..).unwrap_or_default();
    fresh.windows(2).any(|pair| pair == b"\n\n") || fresh.windows(3).any(|three| three == b"\n\r\n")
}

/// Reads the body behind a head, whole or not at all.
pub(super) async fn body(
    reader: &mut (impl AsyncRead + Unpin),
    buffer: &mut Vec<u8>,
    body: &mut Body,
) -> Result<(), Failure> {
    loop {
        body.feed(buffer)?;
        if body.is_done() {
            return Ok(());
        }
        if !more(reader, buffer).await? {
            return body.end();
        }
    }
}

/// Reads as much of the body of a refused handshake as comes soon. Whatever goes wrong, the refusal stands.
pub(super) async fn refusal(
    reader: &mut Socket,
    mut buffer: Vec<u8>,
    response: &Response,
    deadline: Instant,
) -> Vec<u8> {
    let Ok(framing) = framing(response, "GET") else {
        buffer.truncate(REFUSAL_LIMIT);
        return buffer;
    };
    let mut body = Body::new(framing, REFUSAL_LIMIT);
    while body.feed(&mut buffer).is_ok() && !body.is_done() {
        let pause = deadline.min(Instant::now() + REFUSAL_PAUSE);
        if !matches!(timeout_at(pause, more(reader, &mut buffer)).await, Ok(Ok(true))) {
            break;
        }
    }
    body.into_bytes()
}
