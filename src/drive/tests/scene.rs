//! Peers and scripted machines for the tests of the hands.

use std::{collections::VecDeque, future::Future, time::Duration};

use crate::{
    drive::{Network, Settings, pump},
    replay::io::{Action, Dial, Event, Now, Replay, Write},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    time::timeout,
};
use wire::{
    event::{Ended, Failure, FailureKind, Received},
    frame::Opcode,
    http::{Request, Response},
};

/// Only there so that a hang ends: what must happen does so long before, however busy the machine is.
pub const TIMEOUT: Duration = Duration::from_secs(60);
pub const SWITCHING: &[u8] = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";

/// One thing that a script does.
pub enum Step {
    Do(Box<dyn FnOnce(Duration) -> Action>),
    Until(fn(&Event) -> bool),
}

/// A machine that does one thing after the other and remembers what it was told.
pub struct Script {
    steps: VecDeque<Step>,
    pub events: Vec<Event>,
    pub times: Vec<Duration>,
}

impl Script {
    pub fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        Self {
            steps: steps.into_iter().collect(),
            events: Vec::new(),
            times: Vec::new(),
        }
    }

    pub async fn run(steps: impl IntoIterator<Item = Step>) -> Vec<Event> {
        Self::run_in(&network(), steps).await
    }

    pub async fn run_in(network: &Network, steps: impl IntoIterator<Item = Step>) -> Vec<Event> {
        let mut script = Self::new(steps);
        pump(network, &mut script).await;
        script.events
    }
}

impl Replay for Script {
    fn poll(&mut self, now: Now) -> Action {
        match self.steps.pop_front() {
            None => Action::Done,
            Some(Step::Do(action)) => action(now.elapsed),
            Some(Step::Until(enough)) => {
                if self.events.iter().any(enough) {
                    return self.poll(now);
                }
                assert!(now.elapsed < TIMEOUT, "nothing of the kind came: {:?}", self.events);
                self.steps.push_front(Step::Until(enough));
                Action::Wait { until: Some(TIMEOUT) }
            }
        }
    }

    fn handle(&mut self, now: Now, event: Event) {
        self.times.push(now.elapsed);
        self.events.push(event);
    }
}

/// The usual ones, but that a connection may take its time: a machine may be busy.
pub fn settings() -> Settings {
    Settings {
        connect: TIMEOUT / 2,
        ..Settings::default()
    }
}

pub fn network() -> Network {
    Network::new(settings()).unwrap()
}

/// What a peer tells next.
pub async fn next<T>(told: &mut mpsc::UnboundedReceiver<T>) -> T {
    let heard = timeout(TIMEOUT, told.recv()).await;
    heard.expect("the peer tells nothing").expect("the peer is gone")
}

pub fn dial(port: u16, message_mode: bool) -> Dial {
    Dial {
        secure: false,
        host: "127.0.0.1".into(),
        port,
        request: b"GET /chat HTTP/1.1\r\nHost: h\r\n\r\n".to_vec(),
        message_mode,
    }
}

pub fn act(action: Action) -> Step {
    Step::Do(Box::new(|_| action))
}

pub fn open(dial: Dial) -> Step {
    open_within(dial, TIMEOUT)
}

pub fn open_within(dial: Dial, time: Duration) -> Step {
    Step::Do(Box::new(move |now| Action::Open {
        connection: 1,
        dial,
        deadline: now + time,
    }))
}

pub fn say(text: &str) -> Step {
    act(Action::Write {
        connection: 1,
        write: Write::Message(Opcode::Text, text.to_owned().into()),
    })
}

pub fn write(bytes: impl Into<Vec<u8>>, cuts: &[usize]) -> Step {
    act(Action::Write {
        connection: 1,
        write: Write::Bytes {
            bytes: bytes.into().into(),
            cuts: cuts.to_vec(),
        },
    })
}

pub fn exchange(number: usize, request: Request, connection: Option<&str>) -> Step {
    act(Action::Exchange {
        exchange: number,
        request,
        connection: connection.map(str::to_owned),
        deadline: TIMEOUT,
    })
}

pub fn get(port: u16, headers: &[(&str, &str)]) -> Request {
    Request {
        method: "GET".into(),
        url: format!("http://127.0.0.1:{port}/path?q=1"),
        headers: headers
            .iter()
            .map(|(name, value)| ((*name).into(), (*value).into()))
            .collect(),
        body: Vec::new(),
        chunked: false,
    }
}

pub fn over() -> Step {
    Step::Until(|event| matches!(event, Event::Ended { .. } | Event::OpenFailed { .. }))
}

pub fn opened() -> Step {
    Step::Until(|event| matches!(event, Event::Opened { .. }))
}

pub fn message() -> Step {
    Step::Until(|event| matches!(event, Event::Received { .. }))
}

pub fn answered() -> Step {
    Step::Until(|event| matches!(event, Event::Responded { .. } | Event::ExchangeFailed { .. }))
}

/// Everything that was received.
pub fn received(events: &[Event]) -> Vec<Received> {
    events
        .iter()
        .filter_map(|event| match event {
            Event::Received { received, .. } => Some(received.clone()),
            _ => None,
        })
        .collect()
}

pub fn ended(events: &[Event]) -> Ended {
    match events.last() {
        Some(Event::Ended { ended, .. }) => ended.clone(),
        other => panic!("not ended: {other:?}"),
    }
}

pub fn failure(events: &[Event]) -> Failure {
    match events {
        [Event::OpenFailed { failure, .. } | Event::ExchangeFailed { failure, .. }] => failure.clone(),
        other => panic!("no failure: {other:?}"),
    }
}

pub fn failed(events: &[Event]) -> FailureKind {
    failure(events).kind
}

pub fn response(events: &[Event]) -> Response {
    match events {
        [Event::Opened { response, .. } | Event::Responded { response, .. }, ..] => response.clone(),
        other => panic!("no response: {other:?}"),
    }
}

/// A peer that serves each connection with `serve`; its port.
pub async fn peer<F, S>(serve: S) -> u16
where
    S: Fn(TcpStream) -> F + Send + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream));
        }
    });
    port
}

/// A peer that reads a request's head, sends `bytes` and ends the connection.
pub async fn answering(bytes: impl Into<Vec<u8>>) -> u16 {
    let bytes = bytes.into();
    peer(move |mut stream| {
        let bytes = bytes.clone();
        async move {
            head(&mut stream).await;
            // The client may have had enough before the end.
            let _ = stream.write_all(&bytes).await;
        }
    })
    .await
}

/// The bytes up to a blank line.
pub async fn head(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => bytes.push(byte),
            Err(_) => break,
        }
    }
    String::from_utf8(bytes).unwrap()
}

/// Waits until the other side has ended the connection, in whatever way.
pub async fn gone(stream: &mut (impl AsyncRead + Unpin)) {
    let mut space = [0; 1024];
    while let Ok(1..) = stream.read(&mut space).await {}
}
