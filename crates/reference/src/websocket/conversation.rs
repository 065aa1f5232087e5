//! The two loops of an upgraded connection: one listens, one speaks, both in the connection's task. They must never
//! decide what to say: a [`Party`] does.

use std::{
    future::{pending, poll_fn},
    mem::MaybeUninit,
    pin::Pin,
    sync::Arc,
    task::{Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt as _, ReadBuf, split},
    sync::mpsc,
    task::JoinSet,
    time::{sleep, timeout},
};

use super::inbox::{Heard, Inbox, ProtocolError};
use crate::stream::Stream;
use wire::frame::{Frame, Opcode};

/// The longest message that is taken, so that one client can't fill the memory (RFC 6455 §10.4).
const LONGEST_MESSAGE: usize = 8 << 20;
/// How many frames may wait for a client that does not read. After that, its own calls wait, and pushes pass it by.
const QUEUE: usize = 1024;
/// How many answers of one connection may be under way; a further call waits for one of them.
const UNDER_WAY: usize = 1024;
/// How long a closed connection is read from, so that the last frame is not lost to a reset (RFC 6455 §7.1.1).
const LINGER: Duration = Duration::from_secs(2);
/// How much is read at once; on the stack, between two waits, so that an idle connection holds none of it.
const CHUNK: usize = 16 << 10;

/// Something to do to the client, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Out {
    Frame(Frame),
    /// Bytes that need not be a frame.
    Bytes(Vec<u8>),
    /// Everything after it waits.
    Pause(Duration),
    /// An orderly end of the connection; nothing after it is sent.
    End,
    /// A reset of the connection.
    Abort,
}

impl Out {
    /// A text frame.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Frame(Frame::new(Opcode::Text, text.into()))
    }
}

/// How a party answers what it heard.
pub enum Reaction {
    Now(Vec<Out>),
    /// After a while, without holding up what is heard meanwhile.
    Later(Duration, Box<dyn FnOnce() -> Vec<Out> + Send>),
}

/// Who converses with the client.
pub trait Party: Send + Sync {
    /// What to say before anything is heard.
    fn greet(&self) -> Vec<Out>;
    /// What to say to what was heard.
    fn hear(&self, heard: Heard) -> Reaction;
    /// Whether a protocol error is passed over.
    fn tolerates(&self, error: ProtocolError) -> bool;
    /// Whether the fragments of a message are joined into it.
    fn joins(&self) -> bool;
    /// The client has left, perhaps `amid` a message.
    fn over(&self, _amid: bool) {}
}

/// Somebody who was let in and is about to converse.
pub struct Guest {
    party: Arc<dyn Party>,
    ends: (mpsc::Sender<Out>, mpsc::Receiver<Out>),
}

impl Guest {
    /// A guest for whom `party` speaks; what goes into the queue is sent.
    pub fn new(party: Arc<dyn Party>, ends: (mpsc::Sender<Out>, mpsc::Receiver<Out>)) -> Self {
        Self { party, ends }
    }

    /// Converses until either side ends it. `early` is what the client sent behind its handshake.
    pub async fn converse(self, stream: impl Stream, early: Bytes) {
        converse(stream, &early, self.party, self.ends).await;
    }
}

/// A connection's queue: what goes in is sent, in order.
pub fn queue() -> (mpsc::Sender<Out>, mpsc::Receiver<Out>) {
    mpsc::channel(QUEUE)
}

async fn converse(
    stream: impl Stream,
    early: &[u8],
    party: Arc<dyn Party>,
    (outbox, queue): (mpsc::Sender<Out>, mpsc::Receiver<Out>),
) {
    let (mut reading, mut writing) = split(stream);
    let ending = tokio::select! {
        biased;
        ending = speak(&mut writing, queue) => ending,
        () = listen(&mut reading, early, &*party, &outbox) => Ending::Lost,
    };
    drop(party);
    let stream = reading.unsplit(writing);
    match ending {
        Ending::Lost => {}
        Ending::Orderly => part(stream).await,
        Ending::Abrupt => stream.reset(),
    }
}

/// Ends a connection so that the client still gets what was sent: closing with unread input would reset it.
pub async fn part(mut stream: impl Stream) {
    // The client may have gone already.
    if stream.shutdown().await.is_err() {
        return;
    }
    let _ = timeout(LINGER, async {
        while matches!(read(&mut stream).await, Some(bytes) if !bytes.is_empty()) {}
    })
    .await;
}

enum Ending {
    /// The connection is gone.
    Lost,
    Orderly,
    Abrupt,
}

async fn listen(reading: &mut (impl AsyncRead + Unpin), early: &[u8], party: &dyn Party, outbox: &mpsc::Sender<Out>) {
    let mut under_way = JoinSet::new();
    let mut inbox = Inbox::new(LONGEST_MESSAGE, party.joins());
    say(party.greet(), outbox).await;
    inbox.feed(early);
    loop {
        while let Some(heard) = inbox.hear(&|error| party.tolerates(error)) {
            match party.hear(heard) {
                Reaction::Now(outs) => say(outs, outbox).await,
                Reaction::Later(delay, answer) => {
                    if under_way.len() >= UNDER_WAY {
                        under_way.join_next().await;
                    }
                    let outbox = outbox.clone();
                    under_way.spawn(async move {
                        sleep(delay).await;
                        for out in answer() {
                            if outbox.send(out).await.is_err() {
                                break;
                            }
                        }
                    });
                }
            }
            while under_way.try_join_next().is_some() {}
        }
        match read(reading).await {
            None => return party.over(inbox.is_amid()),
            // The client has nothing more to say, but may still read what it is owed.
            Some(bytes) if bytes.is_empty() => {
                party.over(inbox.is_amid());
                while under_way.join_next().await.is_some() {}
                say(vec![Out::End], outbox).await;
            }
            Some(bytes) => inbox.feed(&bytes),
        }
    }
}

/// Queues `outs`. After the last of a connection nothing is heard any more.
async fn say(outs: Vec<Out>, outbox: &mpsc::Sender<Out>) {
    for out in outs {
        let last = matches!(out, Out::End | Out::Abort);
        if outbox.send(out).await.is_err() || last {
            return pending().await;
        }
    }
}

/// What has arrived: nothing at the end of the stream, `None` if it is broken.
async fn read(reading: &mut (impl AsyncRead + Unpin)) -> Option<Vec<u8>> {
    poll_fn(|context| {
        let mut chunk = [MaybeUninit::uninit(); CHUNK];
        let mut chunk = ReadBuf::uninit(&mut chunk);
        let read = ready!(Pin::new(&mut *reading).poll_read(context, &mut chunk));
        Poll::Ready(read.ok().map(|()| chunk.filled().to_vec()))
    })
    .await
}

async fn speak(writing: &mut (impl AsyncWrite + Unpin), mut queue: mpsc::Receiver<Out>) -> Ending {
    loop {
        // Allocated anew, so that an idle connection holds no buffer.
        let (mut batch, mut bytes) = (Vec::new(), Vec::new());
        if queue.recv_many(&mut batch, 64).await == 0 {
            return Ending::Orderly;
        }
        for out in batch {
            match out {
                Out::Frame(frame) => bytes.extend(frame.encode(None)),
                Out::Bytes(more) => bytes.extend(more),
                Out::Pause(delay) => {
                    if writing.write_all(&std::mem::take(&mut bytes)).await.is_err() {
                        return Ending::Lost;
                    }
                    sleep(delay).await;
                }
                end @ (Out::End | Out::Abort) => {
                    return match (writing.write_all(&bytes).await, end) {
                        (Err(_), _) => Ending::Lost,
                        (Ok(()), Out::Abort) => Ending::Abrupt,
                        (Ok(()), _) => Ending::Orderly,
                    };
                }
            }
        }
        if writing.write_all(&bytes).await.is_err() {
            return Ending::Lost;
        }
    }
}
