//! A scripted peer: what it does on every connection is data. It lives in the test's process, on a free port.

#![allow(dead_code, reason = "each test uses its part of it")]

use std::{net::SocketAddr, sync::Arc, thread, time::Duration};

use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::TcpListener,
    sync::oneshot,
};
use tokio_rustls::{TlsAcceptor, rustls::ServerConfig};
use wire::{
    frame::{Decoder, Frame, Opcode},
    handshake::accept_key,
};

/// One thing that the peer does. When its script is over it closes the connection.
#[derive(Clone)]
pub enum Act {
    /// Reads until the head of a request is over.
    Head,
    /// Sends these bytes.
    Send(Vec<u8>),
    /// Sends these bytes one by one, so many milliseconds apart, for as long as anybody reads.
    Drip(Vec<u8>, u64),
    /// Sends these bytes again and again, for as long as anybody reads.
    Flood(Vec<u8>),
    /// Answers the handshake as it should be answered; its head must not have been read.
    Upgrade,
    /// The same, with these lines instead of a right `Sec-WebSocket-Accept`; `{accept}` is the right value.
    UpgradeWith(&'static str),
    /// Reads one message.
    Message,
    /// Answers each message, until the client goes away.
    Answer(fn(&str) -> Vec<Vec<u8>>),
    /// Waits until the client closes its side.
    Hold,
    /// Closes its side, and goes on reading.
    HalfClose,
    /// Ends the connection by a reset.
    Reset,
}

/// A peer that listens until it is dropped.
pub struct Peer {
    pub address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Drop for Peer {
    fn drop(&mut self) {
        drop(self.stop.take());
        // Its sockets are closed when this is over.
        let _ = self.thread.take().map(thread::JoinHandle::join);
    }
}

impl Peer {
    /// Starts one, under TLS if a configuration is given.
    pub fn start(script: Vec<Act>, tls: Option<Arc<ServerConfig>>) -> Self {
        Self::of_many(vec![script], 0, tls)
    }

    /// Starts one that behaves on each connection in one of several ways, by a seed.
    pub fn of_many(scripts: Vec<Vec<Act>>, seed: u64, tls: Option<Arc<ServerConfig>>) -> Self {
        let (stop, stopped) = oneshot::channel();
        let (told, heard) = std::sync::mpsc::channel();
        let thread = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(async {
                let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
                told.send(listener.local_addr().expect("an address")).expect("told");
                tokio::select! {
                    () = serve(listener, scripts, seed, tls) => {}
                    _ = stopped => {}
                }
            });
        });
        Self {
            address: heard.recv().expect("an address"),
            stop: Some(stop),
            thread: Some(thread),
        }
    }
}

async fn serve(listener: TcpListener, scripts: Vec<Vec<Act>>, seed: u64, tls: Option<Arc<ServerConfig>>) {
    let scripts: Vec<Arc<Vec<Act>>> = scripts.into_iter().map(Arc::new).collect();
    // xorshift64; zero would stay zero.
    let mut random = seed | 1;
    let acceptor = tls.map(TlsAcceptor::from);
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let chosen = usize::try_from(random >> 11).unwrap_or_default() % scripts.len();
        let (script, acceptor) = (scripts[chosen].clone(), acceptor.clone());
        tokio::spawn(async move {
            // The client may go away at any moment: that is no failure of the peer's.
            match acceptor {
                Some(acceptor) => {
                    if let Ok(stream) = acceptor.accept(stream).await {
                        let _ = play(stream, &script).await;
                    }
                }
                None if script.iter().any(|act| matches!(act, Act::Reset)) => {
                    let _ = stream.set_zero_linger();
                    let _ = play(stream, &script).await;
                }
                None => {
                    let _ = play(stream, &script).await;
                }
            }
        });
    }
}

async fn play(mut stream: impl AsyncRead + AsyncWrite + Unpin, script: &[Act]) -> std::io::Result<()> {
    let mut decoder = Decoder::new(32 << 20);
    for act in script {
        match act {
            Act::Head => drop(head(&mut stream).await?),
            Act::Send(bytes) => stream.write_all(bytes).await?,
            Act::Drip(bytes, pause) => {
                for byte in bytes.iter().cycle() {
                    stream.write_all(&[*byte]).await?;
                    tokio::time::sleep(Duration::from_millis(*pause)).await;
                }
            }
            Act::Flood(bytes) => loop {
                stream.write_all(bytes).await?;
            },
            Act::Upgrade => upgrade(&mut stream, "Sec-WebSocket-Accept: {accept}\r\n").await?,
            Act::UpgradeWith(lines) => upgrade(&mut stream, lines).await?,
            Act::Message => drop(message(&mut stream, &mut decoder).await?),
            Act::Answer(answer) => loop {
                let frame = message(&mut stream, &mut decoder).await?;
                if frame.opcode == Opcode::Close {
                    stream.write_all(&Frame::close(1000, "").encode(None)).await?;
                    return Ok(());
                }
                for bytes in answer(&String::from_utf8_lossy(&frame.payload)) {
                    stream.write_all(&bytes).await?;
                }
            },
            Act::Hold => {
                let mut space = [0; 4096];
                while stream.read(&mut space).await? > 0 {}
            }
            Act::HalfClose => stream.shutdown().await?,
            // Dropping it with a linger of zero resets it.
            Act::Reset => return Ok(()),
        }
    }
    Ok(())
}

async fn head(stream: &mut (impl AsyncRead + Unpin)) -> std::io::Result<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

async fn upgrade(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), lines: &str) -> std::io::Result<()> {
    let head = head(stream).await?;
    let key = head
        .lines()
        .find_map(|line| {
            line.split_once(": ")
                .filter(|(name, _)| name.eq_ignore_ascii_case("sec-websocket-key"))
        })
        .map(|(_, key)| key.to_owned())
        .unwrap_or_default();
    let lines = lines.replace("{accept}", &accept_key(&key));
    let answer =
        format!("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n{lines}\r\n");
    stream.write_all(answer.as_bytes()).await
}

async fn message(stream: &mut (impl AsyncRead + Unpin), decoder: &mut Decoder) -> std::io::Result<Frame> {
    loop {
        match decoder.next_frame() {
            Ok(Some(frame)) => return Ok(frame),
            Ok(None) => {}
            Err(_) => return Err(std::io::Error::other("too long")),
        }
        let mut space = [0; 4096];
        let count = stream.read(&mut space).await?;
        if count == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        decoder.feed(&space[..count]);
    }
}

/// A text frame.
pub fn text(text: &str) -> Vec<u8> {
    Frame::new(Opcode::Text, text).encode(None)
}
