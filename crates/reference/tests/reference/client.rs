//! A server of a test's own, and a client that speaks HTTP and WebSocket in plain bytes. It must never know a protocol
//! above them, and never mend what the server sent.

use std::{io, net::SocketAddr, time::Duration};

use conformist_reference::{Options, Variant, bind};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    task::JoinHandle,
    time::timeout,
};
use wire::{
    frame::{Decoder, Frame, Opcode, split_close},
    handshake::{Head, read_head, request_bytes},
    http::Response,
};

const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
/// The longest message that is read.
const LONGEST_MESSAGE: usize = 16 << 20;
/// Long enough for a loaded machine; a server that answers is never waited for this long.
const DEADLINE: Duration = Duration::from_secs(60);

/// Headers to set or, without a value, to leave out; a name in another spelling replaces the usual one.
pub type Changes<'a> = &'a [(&'a str, Option<&'a str>)];

/// A server that ends with its test.
pub struct Server {
    pub address: SocketAddr,
    pub profile: toml::Table,
    task: JoinHandle<io::Result<()>>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The honest server.
pub async fn serve() -> Server {
    serve_as(Variant::Honest, 0).await
}

/// Another server, whose clock is so many seconds ahead.
pub async fn serve_as(variant: Variant, clock_offset: i64) -> Server {
    let address = "127.0.0.1:0".parse().unwrap();
    let mut reference = bind(Options {
        address,
        variant,
        clock_offset,
    })
    .await
    .unwrap();
    Server {
        address: reference.address(),
        profile: reference.profile().parse().unwrap(),
        task: tokio::spawn(async move { reference.serve().await }),
    }
}

impl Server {
    /// A connection on which nothing was said.
    pub async fn connect(&self) -> Client {
        Client {
            stream: TcpStream::connect(self.address).await.unwrap(),
            bytes: Vec::new(),
            decoder: Decoder::new(LONGEST_MESSAGE),
            calls: 0,
        }
    }
}

/// One connection, as HTTP and, after a handshake, as a WebSocket.
pub struct Client {
    pub stream: TcpStream,
    /// What arrived of HTTP and was not yet looked at.
    bytes: Vec<u8>,
    decoder: Decoder,
    /// How many calls were made on it; protocols name theirs by it.
    pub calls: u32,
}

impl Client {
    pub async fn write(&mut self, bytes: &[u8]) {
        // A server that has closed shows in what is read next.
        let _ = self.stream.write_all(bytes).await;
    }

    /// What arrived; nothing at the end of the stream.
    pub async fn try_read(&mut self) -> io::Result<Vec<u8>> {
        let mut chunk = vec![0; 65_536];
        let read = timeout(DEADLINE, self.stream.read(&mut chunk)).await;
        chunk.truncate(read.expect("silence")?);
        Ok(chunk)
    }

    pub async fn read(&mut self) -> Vec<u8> {
        self.try_read().await.unwrap()
    }

    /// Sends a request with these headers and no others.
    async fn send_head(&mut self, method: &str, target: &str, usual: &[(&str, &str)], changes: Changes<'_>) {
        let mut headers: Vec<(String, String)> = usual
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        for (name, value) in changes {
            headers.retain(|(header, _)| !header.eq_ignore_ascii_case(name));
            headers.extend(value.map(|value| ((*name).to_owned(), value.to_owned())));
        }
        self.write(&request_bytes(method, target, "HTTP/1.1", &headers)).await;
    }

    /// Sends a request with a body of JSON; `usual` are the headers that its protocol adds.
    pub async fn request(
        &mut self,
        method: &str,
        target: &str,
        usual: &[(&str, &str)],
        changes: Changes<'_>,
        body: &[u8],
    ) {
        let length = body.len().to_string();
        let mut all = vec![
            ("Host", "localhost"),
            ("Content-Type", "application/json"),
            ("Content-Length", &length),
        ];
        all.extend(usual);
        self.send_head(method, target, &all, changes).await;
        self.write(body).await;
    }

    /// The next response, `None` at the end of the stream. That to a HEAD has no body.
    pub async fn response(&mut self, to: &str) -> Option<Response> {
        loop {
            match read_head(&self.bytes) {
                Head::Complete { response, length } if response.status == 100 => {
                    drop(self.bytes.drain(..length));
                }
                Head::Complete { mut response, length } => {
                    let announced = response.header("Content-Length").next();
                    let body = match announced {
                        Some(announced) if to != "HEAD" => announced.parse().unwrap(),
                        _ => 0_usize,
                    };
                    if self.bytes.len() >= length + body {
                        response.body = self.bytes[length..length + body].to_vec();
                        drop(self.bytes.drain(..length + body));
                        return Some(response);
                    }
                }
                Head::Partial => {}
                Head::Malformed(error) => panic!("{error}"),
            }
            let bytes = self.read().await;
            if bytes.is_empty() {
                return None;
            }
            self.bytes.extend(bytes);
        }
    }

    /// Asks for a WebSocket. What came behind a 101 is its first frames.
    pub async fn handshake(&mut self, method: &str, target: &str, changes: Changes<'_>) -> Response {
        let usual = [
            ("Host", "localhost"),
            ("Upgrade", "websocket"),
            ("Connection", "keep-alive, Upgrade"),
            ("Sec-WebSocket-Key", KEY),
            ("Sec-WebSocket-Version", "13"),
        ];
        self.send_head(method, target, &usual, changes).await;
        let response = self.response(method).await.expect("closed before a response");
        self.decoder.feed(&std::mem::take(&mut self.bytes));
        response
    }

    pub async fn send(&mut self, frame: Frame) {
        self.write(&masked(frame)).await;
    }

    pub async fn say(&mut self, text: &str) {
        self.send(Frame::new(Opcode::Text, text)).await;
    }

    /// Says several texts in one write, so that no delay of this machine comes between them.
    pub async fn say_at_once(&mut self, texts: &[String]) {
        let frames = texts.iter().map(|text| masked(Frame::new(Opcode::Text, &**text)));
        self.write(&frames.collect::<Vec<_>>().concat()).await;
    }

    /// Says a text in a frame for each of its bytes.
    pub async fn say_in_bytes(&mut self, text: &str) {
        let last = text.len() - 1;
        for (index, byte) in text.bytes().enumerate() {
            let opcode = if index == 0 { Opcode::Text } else { Opcode::Continuation };
            let frame = Frame::new(opcode, vec![byte]);
            self.send(Frame {
                fin: index == last,
                ..frame
            })
            .await;
        }
    }

    /// Starts a message and does not end it.
    pub async fn say_unfinished(&mut self, text: &str) {
        let whole = Frame::new(Opcode::Text, text);
        self.send(Frame { fin: false, ..whole }).await;
    }

    /// The next frame, `None` at the end of the stream.
    pub async fn try_frame(&mut self) -> io::Result<Option<Frame>> {
        loop {
            if let Some(frame) = self.decoder.next_frame().unwrap() {
                return Ok(Some(frame));
            }
            let bytes = self.try_read().await?;
            if bytes.is_empty() {
                return Ok(None);
            }
            self.decoder.feed(&bytes);
        }
    }

    pub async fn frame(&mut self) -> Option<Frame> {
        self.try_frame().await.unwrap()
    }

    pub async fn text(&mut self) -> String {
        let frame = self.frame().await.expect("end of stream");
        assert_eq!(frame.opcode, Opcode::Text);
        String::from_utf8(frame.payload).unwrap()
    }

    pub async fn json(&mut self) -> Value {
        serde_json::from_str(&self.text().await).unwrap()
    }

    /// The close code, after which nothing but the end of the stream may come.
    pub async fn close(&mut self) -> Option<u16> {
        let frame = self.frame().await.expect("end of stream without a close");
        assert_eq!(frame.opcode, Opcode::Close);
        assert_eq!(self.frame().await, None);
        split_close(&frame.payload).0
    }
}

fn masked(frame: Frame) -> Vec<u8> {
    let mask = Some([0x12, 0x34, 0x56, 0x78]);
    Frame { mask, ..frame }.encode(None)
}

/// Milliseconds since 1970.
pub fn now_ms() -> i64 {
    let since = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap();
    i64::try_from(since.as_millis()).unwrap()
}

/// Seconds since 1970.
pub fn now() -> i64 {
    now_ms() / 1000
}
