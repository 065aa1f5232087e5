//! The reference server over real sockets, spoken to in raw frames: what it must do before a suite may lean on it.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test has hands and may panic"
)]

use std::{collections::VecDeque, net::SocketAddr, time::Duration};

use reference::{self, FAULTS, Options, Variant};
use serde_json::{Value, json};
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
/// Long enough for a loaded machine; a server that answers is never waited for this long.
const DEADLINE: Duration = Duration::from_secs(20);

struct Server {
    address: SocketAddr,
    profile: toml::Table,
    task: JoinHandle<std::io::Result<()>>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(fault: Option<&str>, clock_offset: i64) -> Server {
    let fault = fault.map(|name| Variant::Fault(reference::fault(name).unwrap()));
    let address = "127.0.0.1:0".parse().unwrap();
    let reference = reference::bind(Options {
        address,
        variant: fault.unwrap_or_default(),
        clock_offset,
    })
    .await
    .unwrap();
    Server {
        address: reference.address(),
        profile: reference.profile().parse().unwrap(),
        task: tokio::spawn(reference.serve()),
    }
}

impl Server {
    fn credential(&self, name: &str) -> &toml::Value {
        &self.profile["ws-service"]["credentials"][name]
    }

    fn token(&self, name: &str, index: usize) -> &str {
        let value = self.credential(name);
        value.get(index).unwrap_or(value).as_str().unwrap()
    }

    async fn handshake(&self, method: &str, target: &str, changes: &[(&str, Option<&str>)]) -> (Client, Response) {
        let mut headers: Vec<(String, String)> = [
            ("Host", "localhost"),
            ("Upgrade", "websocket"),
            ("Connection", "keep-alive, Upgrade"),
            ("Sec-WebSocket-Key", KEY),
            ("Sec-WebSocket-Version", "13"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        for (name, value) in changes {
            headers.retain(|(header, _)| header != name);
            headers.extend(value.map(|value| ((*name).to_owned(), value.to_owned())));
        }
        let mut client = Client::connect(self.address).await;
        client.write(&request_bytes(method, target, "HTTP/1.1", &headers)).await;
        let response = client.head().await;
        (client, response)
    }

    async fn status(&self, method: &str, target: &str, changes: &[(&str, Option<&str>)]) -> u16 {
        self.handshake(method, target, changes).await.1.status
    }

    async fn client_of(&self, token: &str) -> Client {
        let (client, response) = self.handshake("GET", &format!("/ws?Dev-Token={token}"), &[]).await;
        assert_eq!(response.status, 101);
        client
    }

    async fn client(&self) -> Client {
        self.client_of(self.token("token.valid", 0)).await
    }
}

struct Client {
    stream: TcpStream,
    decoder: Decoder,
    early: Vec<u8>,
    calls: u32,
}

impl Client {
    async fn connect(address: SocketAddr) -> Self {
        Self {
            stream: TcpStream::connect(address).await.unwrap(),
            decoder: Decoder::new(16 << 20),
            early: Vec::new(),
            calls: 0,
        }
    }

    async fn write(&mut self, bytes: &[u8]) {
        // A server that has closed shows in what is read next.
        let _ = self.stream.write_all(bytes).await;
    }

    async fn read(&mut self) -> Vec<u8> {
        let mut chunk = vec![0; 65_536];
        let length = timeout(DEADLINE, self.stream.read(&mut chunk))
            .await
            .expect("silence")
            .unwrap();
        chunk.truncate(length);
        chunk
    }

    async fn head(&mut self) -> Response {
        loop {
            match read_head(&self.early) {
                Head::Complete { response, length } => {
                    let rest = self.early.split_off(length);
                    self.decoder.feed(&rest);
                    return response;
                }
                Head::Partial => {
                    let bytes = self.read().await;
                    assert!(!bytes.is_empty(), "closed before a response");
                    self.early.extend(bytes);
                }
                Head::Malformed(error) => panic!("{error}"),
            }
        }
    }

    async fn send(&mut self, frame: Frame) {
        let mask = Some([0x12, 0x34, 0x56, 0x78]);
        self.write(&Frame { mask, ..frame }.encode(None)).await;
    }

    async fn say(&mut self, text: &str) {
        self.send(Frame::new(Opcode::Text, text)).await;
    }

    /// The next frame, `None` at the end of the stream.
    async fn frame(&mut self) -> Option<Frame> {
        loop {
            if let Some(frame) = self.decoder.next_frame().unwrap() {
                return Some(frame);
            }
            let bytes = self.read().await;
            if bytes.is_empty() {
                return None;
            }
            self.decoder.feed(&bytes);
        }
    }

    async fn text(&mut self) -> String {
        let frame = self.frame().await.expect("end of stream");
        assert_eq!(frame.opcode, Opcode::Text);
        String::from_utf8(frame.payload).unwrap()
    }

    async fn json(&mut self) -> Value {
        serde_json::from_str(&self.text().await).unwrap()
    }

    async fn ask(&mut self, controller: &str, action: &str, mut params: Value) -> Value {
        self.calls += 1;
        params["ts"] = now().into();
        self.say(&json!({"controller": controller, "action": action, "params": params}).to_string())
            .await;
        self.json().await
    }

    async fn assert_alive(&mut self) {
        let reply = self.ask("api", "index", json!({"mark": "alive"})).await;
        assert_eq!(reply["result"]["extra"]["mark"], "alive", "{reply}");
    }

    /// The close code, after which nothing but the end of the stream may come.
    async fn close(&mut self) -> Option<u16> {
        let frame = self.frame().await.expect("end of stream without a close");
        assert_eq!(frame.opcode, Opcode::Close);
        assert_eq!(self.frame().await, None);
        split_close(&frame.payload).0
    }
}

fn now() -> i64 {
    let since = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap();
    i64::try_from(since.as_secs()).unwrap()
}

#[tokio::test]
async fn a_good_handshake_is_accepted_wherever_the_token_is() {
    let server = serve(None, 0).await;
    let token = server.token("token.valid", 0);
    let encoded: String = token.bytes().map(|byte| format!("%{byte:02x}")).collect();
    for (target, header) in [
        (format!("/ws?Dev-Token={token}"), None),
        (format!("/ws?x=1&Dev-Token={encoded}&y=2"), None),
        ("/ws".to_owned(), Some(("Dev-Token", Some(token)))),
        ("/ws".to_owned(), Some(("DEV-TOKEN", Some(token)))),
        (format!("/ws?Dev-Token={token}"), Some(("Dev-Token", Some("nobody's")))),
        (format!("/ws?Dev-Token={}", server.token("token.unpaid", 0)), None),
    ] {
        let changes: Vec<_> = header.into_iter().collect();
        let (mut client, response) = server.handshake("GET", &target, &changes).await;
        assert_eq!(response.status, 101, "{target}");
        let accept: Vec<_> = response.header("Sec-WebSocket-Accept").collect();
        assert_eq!(accept, ["s3pPLMBiTxaQ9kYGzzhZRbK+xOo="]);
        assert_eq!(response.header("Sec-WebSocket-Extensions").count(), 0);
        client.say("ping").await;
        assert_eq!(client.text().await, "pong");
    }
}

#[tokio::test]
async fn a_bad_token_is_refused_before_the_upgrade() {
    let server = serve(None, 0).await;
    let good = server.token("token.valid", 0);
    let flipped = good.to_uppercase();
    for (query, status) in [
        (String::new(), 401),
        ("?Dev-Token=".to_owned(), 401),
        ("?Dev-Token".to_owned(), 401),
        (format!("?dev-token={good}"), 401),
        (format!("?Dev-Token={flipped}"), 401),
        (format!("?Dev-Token={good}%20"), 401),
        (format!("?Dev-Token={}", "x".repeat(8192)), 401),
        (format!("?Dev-Token={}", server.token("token.expired", 0)), 401),
        (format!("?Dev-Token={}", server.token("token.review", 0)), 403),
        (format!("?Dev-Token={}", server.token("token.nopermission", 0)), 403),
    ] {
        assert_eq!(
            server.status("GET", &format!("/ws{query}"), &[]).await,
            status,
            "{query}"
        );
    }
    let header = [("Dev-Token", Some(good))];
    assert_eq!(
        server.status("GET", "/ws?Dev-Token=", &header).await,
        401,
        "an empty query outranks"
    );
    assert_eq!(
        server.status("GET", "/ws?Dev-Token=x", &header).await,
        401,
        "a bad query outranks"
    );
}

#[tokio::test]
async fn a_bad_handshake_is_told_what_is_wrong() {
    let server = serve(None, 0).await;
    let target = format!("/ws?Dev-Token={}", server.token("token.valid", 0));
    for change in [
        ("Host", None),
        ("Upgrade", None),
        ("Upgrade", Some("h2c")),
        ("Connection", None),
        ("Connection", Some("keep-alive")),
        ("Sec-WebSocket-Key", None),
        ("Sec-WebSocket-Key", Some("c2hvcnQ=")),
        ("Sec-WebSocket-Version", None),
    ] {
        assert_eq!(server.status("GET", &target, &[change]).await, 400, "{change:?}");
    }
    let (_, response) = server
        .handshake("GET", &target, &[("Sec-WebSocket-Version", Some("8"))])
        .await;
    assert_eq!(response.status, 426);
    assert_eq!(response.header("Sec-WebSocket-Version").collect::<Vec<_>>(), ["13"]);
    assert_eq!(server.status("GET", &target.replace("/ws", "/ws2"), &[]).await, 404);
    let (_, response) = server.handshake("POST", &target, &[]).await;
    assert_eq!(
        (response.status, response.header("Allow").collect::<Vec<_>>()),
        (405, vec!["GET"])
    );
}

#[tokio::test]
async fn marks_come_back_byte_for_byte() {
    let server = serve(None, 0).await;
    let mut client = server.client().await;
    let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
    let long = format!("\"{}\"", "m".repeat(1 << 20));
    for mark in [
        "0",
        "-0",
        "1.0",
        "1e2",
        "1E400",
        "9007199254740993",
        "18446744073709551616",
        "null",
        "false",
        "\"\"",
        "[]",
        "{}",
        r#"{"a":1,"a":2}"#,
        r#"{"0":"a","1":"b"}"#,
        r#""\u0041\/\ud800""#,
        r#"{ "b" : [1 ,2] }"#,
        r#""ping""#,
        r#"{"$serde_json::private::Number":"1"}"#,
        &deep,
        &long,
    ] {
        let ts = now();
        let call = |ts| format!(r#"{{"controller":"api","action":"index","params":{{"mark":{mark},"ts":{ts}}}}}"#);
        client.say(&call(ts)).await;
        let reply = client.text().await;
        let extra = format!(r#""extra":{{"mark":{mark},"ts":{ts}}}}},"msg":"ok"}}"#);
        assert!(
            reply.starts_with(r#"{"code":200,"result":{"data":{"controller":"api","interface":["#),
            "{reply}"
        );
        assert!(reply.ends_with(&extra), "{mark}");
        client.say(&call(0)).await;
        let failure =
            r#"{"code":200,"result":{"errorCode":-10001,"errorExtra":{"mark":MARK,"ts":0}},"msg":"Illegal request I"}"#;
        assert_eq!(client.text().await, failure.replace("MARK", mark));
    }
    let reply = client.ask("api", "index", json!({})).await;
    assert!(reply["result"]["extra"].get("mark").is_none(), "{reply}");
}

#[tokio::test]
async fn the_window_is_five_minutes_on_both_sides_of_the_servers_clock() {
    let offset = 5000;
    let server = serve(None, offset).await;
    let mut client = server.client().await;
    // Two seconds of margin: the clock may tick between here and there.
    for (ahead, accepted) in [
        (0, true),
        (-298, true),
        (298, true),
        (-302, false),
        (302, false),
        (-offset, false),
    ] {
        let ts = now() + offset + ahead;
        client
            .say(&json!({"controller": "api", "action": "index", "params": {"ts": ts}}).to_string())
            .await;
        let reply = client.json().await;
        assert_eq!(reply["result"].get("data").is_some(), accepted, "{ahead}: {reply}");
    }
    let ts = now() + offset;
    for raw in [
        format!("\"{ts}\""),
        format!("{ts}.0"),
        format!("{ts}000"),
        "null".into(),
        "1e400".into(),
        "[]".into(),
    ] {
        client
            .say(&format!(
                r#"{{"controller":"api","action":"index","params":{{"ts":{raw}}}}}"#
            ))
            .await;
        assert_eq!(client.json().await["result"]["errorCode"], -10001, "{raw}");
    }
    for call in [
        json!({"ts": ts}),
        json!({"params": null}),
        json!({"params": [["ts", ts]]}),
        json!({"params": {"Ts": ts}}),
    ] {
        let mut call = call;
        call["controller"] = "api".into();
        call["action"] = "index".into();
        client.say(&call.to_string()).await;
        assert_eq!(client.json().await["result"]["errorCode"], -10001, "{call}");
    }
}

#[tokio::test]
async fn each_heartbeat_is_answered_in_its_own_form() {
    let server = serve(None, 0).await;
    let mut client = server.client().await;
    for payload in [vec![], vec![0xff], vec![7; 125]] {
        client.send(Frame::new(Opcode::Ping, payload.clone())).await;
        assert_eq!(client.frame().await, Some(Frame::new(Opcode::Pong, payload)));
    }
    client.send(Frame::new(Opcode::Pong, "unasked")).await;
    let start = Frame::new(Opcode::Text, "pi");
    client.send(Frame { fin: false, ..start }).await;
    client.send(Frame::new(Opcode::Ping, "amid")).await;
    assert_eq!(client.frame().await, Some(Frame::new(Opcode::Pong, "amid")));
    client.send(Frame::new(Opcode::Continuation, "ng")).await;
    assert_eq!(client.text().await, "pong");
    for _ in 0..1000 {
        client.say("ping").await;
    }
    for _ in 0..1000 {
        assert_eq!(client.text().await, "pong");
    }
    client.say("PING").await;
    assert_eq!(client.json().await["code"], 1400);
    client.assert_alive().await;
}

#[tokio::test]
async fn errors_are_those_of_the_table_and_leave_the_connection_open() {
    let server = serve(None, 0).await;
    let mut client = server.client().await;
    let deep = format!(
        r#"{{"params":{{"mark":{}{}}}}}"#,
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    for text in ["", "{", "[]", "null", r#"{"a":1,}"#, "{}{}", &deep] {
        client.say(text).await;
        assert_eq!(
            client.text().await,
            r#"{"code":1400,"result":{},"msg":"JSON format parsing failed"}"#
        );
    }
    client.send(Frame::new(Opcode::Binary, "{}")).await;
    assert_eq!(client.json().await["code"], 1400);
    for (controller, action) in [
        (json!("api"), json!("Index")),
        (json!("API"), json!("index")),
        (json!(1), json!(null)),
    ] {
        client
            .say(&json!({"controller": controller, "action": action, "params": {"mark": 1, "ts": 2}}).to_string())
            .await;
        let rejection =
            r#"{"code":1404,"result":{"errorExtra":{"mark":1,"ts":2}},"msg":"API interface does not exist"}"#;
        assert_eq!(client.text().await, rejection);
    }
    for (name, code, msg) in [
        ("unknown-error", -10000, "Unknown error"),
        ("illegal-2", -10002, "Illegal request II"),
        ("illegal-3", -10003, "Illegal request III"),
        ("offline", -10004, "Interface offline"),
        ("maintenance", -10005, "Interface maintenance"),
        ("forbidden", -10006, "Unauthorized call"),
        ("restricted", -10007, "Call restricted"),
        ("nodata", -10008, "Data does not exist"),
    ] {
        let call = &server.profile["ws-service"]["calls"][name];
        let (controller, action) = (call["controller"].as_str().unwrap(), call["action"].as_str().unwrap());
        let reply = client.ask(controller, action, json!({"mark": name})).await;
        assert_eq!((&reply["code"], &reply["msg"]), (&json!(200), &json!(msg)));
        assert_eq!(reply["result"]["errorCode"], code);
        assert_eq!(reply["result"]["errorExtra"]["mark"], name);
    }
    client.assert_alive().await;
    let mut unpaid = server.client_of(server.token("token.unpaid", 0)).await;
    let reply = unpaid.ask("data", "paid", json!({"mark": 1})).await;
    assert_eq!(
        (&reply["code"], &reply["result"]["errorExtra"]["mark"]),
        (&json!(1402), &json!(1))
    );
}

#[tokio::test]
async fn a_slow_call_is_overtaken() {
    let server = serve(None, 0).await;
    let mut client = server.client().await;
    for (action, mark) in [("slow", 1), ("paid", 2)] {
        // Longer than any delay between the two messages on a loaded machine.
        let params = json!({"mark": mark, "ts": now(), "delay_ms": 1000});
        client
            .say(&json!({"controller": "data", "action": action, "params": params}).to_string())
            .await;
    }
    // A client that ends its half still gets what it is owed.
    client.stream.shutdown().await.unwrap();
    assert_eq!(client.json().await["result"]["extra"]["mark"], 2);
    assert_eq!(client.json().await["result"]["extra"]["mark"], 1);
    assert_eq!(client.frame().await, None);
}

#[tokio::test]
async fn a_push_reaches_the_subscribed_sessions_of_the_account_before_the_reply() {
    let server = serve(None, 0).await;
    let event = || json!({"event": "systemMsg", "data": {"b": 1}, "mark": "m"});
    let mut caller = server.client().await;
    let mut second = server.client().await;
    let mut stranger = server.client_of(server.token("token.valid", 1)).await;
    for client in [&mut caller, &mut second, &mut stranger] {
        let reply = client.ask("api", "push_subscribe", event()).await;
        assert_eq!(reply["result"]["data"]["status"], 1);
    }
    let push = r#"{"code":1200,"result":{"data":{"b":1}},"msg":"systemMsg"}"#;
    let first = caller.ask("debug", "push", event()).await;
    assert_eq!(first.to_string(), push);
    assert_eq!(caller.json().await["result"]["data"]["delivered"], 2);
    assert_eq!(second.text().await, push);
    stranger.assert_alive().await;
    caller.ask("api", "push_unsubscribe", event()).await;
    let list = caller.ask("api", "get_push_list", json!({})).await;
    assert_eq!(list["result"]["data"]["push"], json!([]));
    assert_eq!(list["result"]["data"]["list"].as_array().unwrap().len(), 10);
    drop(second);
    let reply = caller.ask("debug", "push", event()).await;
    assert_eq!(reply["code"], 200, "{reply}");
}

#[tokio::test]
async fn an_error_disconnect_is_said_and_done() {
    let server = serve(None, 0).await;
    for (action, code, msg) in [
        ("offline", -9998, "Forced offline"),
        ("other_error", -9999, "Other error"),
    ] {
        let mut client = server.client().await;
        let reply = client.ask("debug", action, json!({"mark": 1})).await;
        assert_eq!(reply, json!({"code": 200, "result": {"errorCode": code}, "msg": msg}));
        assert_eq!(client.close().await, Some(1000));
        server.client().await.assert_alive().await;
    }
}

#[tokio::test]
async fn bad_frames_fail_the_connection_with_the_code_of_the_rfc() {
    let server = serve(None, 0).await;
    let mask = Some([1, 2, 3, 4]);
    let text = || Frame {
        mask,
        ..Frame::new(Opcode::Text, "x")
    };
    let control = |payload| Frame {
        mask,
        ..Frame::new(Opcode::Ping, payload)
    };
    let close = |payload: &[u8]| Frame {
        mask,
        ..Frame::new(Opcode::Close, payload)
    };
    let unfinished = Frame { fin: false, ..text() };
    for (name, frames, declared, code) in [
        ("unmasked", vec![Frame::new(Opcode::Text, "ping")], None, 1002),
        ("a reserved bit", vec![Frame { rsv: 4, ..text() }], None, 1002),
        (
            "a reserved opcode",
            vec![Frame {
                opcode: Opcode::Reserved(3),
                ..text()
            }],
            None,
            1002,
        ),
        ("a long ping", vec![control(vec![0; 126])], None, 1002),
        (
            "a ping that only announces to be long",
            vec![control(vec![])],
            Some(126),
            1002,
        ),
        (
            "a ping in fragments",
            vec![Frame {
                fin: false,
                ..control(vec![])
            }],
            None,
            1002,
        ),
        (
            "a continuation of nothing",
            vec![Frame {
                opcode: Opcode::Continuation,
                ..text()
            }],
            None,
            1002,
        ),
        (
            "a message within a message",
            vec![unfinished.clone(), text()],
            None,
            1002,
        ),
        (
            "an over-long length",
            vec![Frame {
                minimal_length: false,
                ..text()
            }],
            None,
            1002,
        ),
        ("a length with its highest bit", vec![text()], Some(1 << 63), 1002),
        ("a close of one byte", vec![close(&[3])], None, 1002),
        ("a close with 1005", vec![close(&[3, 237])], None, 1002),
        ("a close with a bad reason", vec![close(&[3, 232, 0xff])], None, 1007),
        (
            "bad UTF-8",
            vec![Frame {
                payload: vec![0xc3, 0x28],
                ..text()
            }],
            None,
            1007,
        ),
        ("16 MiB announced", vec![text()], Some(16 << 20), 1009),
        (
            "9 MiB in parts",
            vec![
                Frame {
                    payload: vec![b'x'; 3 << 20],
                    ..unfinished.clone()
                };
                1
            ]
            .into_iter()
            .chain(vec![
                Frame {
                    opcode: Opcode::Continuation,
                    payload: vec![b'x'; 3 << 20],
                    ..unfinished.clone()
                };
                2
            ])
            .collect(),
            None,
            1009,
        ),
    ] {
        let mut client = server.client().await;
        for frame in frames {
            client.write(&frame.encode(declared)).await;
        }
        assert_eq!(client.close().await, Some(code), "{name}");
    }
    let mut client = server.client().await;
    client.send(Frame::close(3001, "done")).await;
    assert_eq!(client.close().await, Some(3001));
}

#[tokio::test]
async fn a_call_may_come_in_fragments_that_split_a_character() {
    let server = serve(None, 0).await;
    let mut client = server.client().await;
    let call = format!(
        r#"{{"controller":"api","action":"index","params":{{"mark":"心跳","ts":{}}}}}"#,
        now()
    );
    let last = call.len() - 1;
    for (index, byte) in call.bytes().enumerate() {
        let opcode = if index == 0 { Opcode::Text } else { Opcode::Continuation };
        let frame = Frame::new(opcode, vec![byte]);
        client
            .send(Frame {
                fin: index == last,
                ..frame
            })
            .await;
    }
    assert_eq!(client.json().await["result"]["extra"]["mark"], "心跳");
}

#[tokio::test]
async fn a_thousand_connections_live_side_by_side() {
    let server = serve(None, 0).await;
    let mut clients = VecDeque::new();
    for index in 0..1000 {
        clients.push_back(server.client_of(server.token("token.valid", index % 64)).await);
    }
    for (index, client) in clients.iter_mut().enumerate() {
        let params = json!({"mark": index, "ts": now()});
        client
            .say(&json!({"controller": "data", "action": "slow", "params": params}).to_string())
            .await;
    }
    for (index, client) in clients.iter_mut().enumerate() {
        assert_eq!(client.json().await["result"]["extra"]["mark"], index);
    }
}

#[test]
fn it_runs_on_a_thread_of_its_own_and_ends_with_its_future() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let mut client = runtime.block_on(async {
        let server = serve(None, 0).await;
        let mut client = server.client().await;
        client.assert_alive().await;
        client
    });
    assert_eq!(
        runtime.block_on(client.frame()),
        None,
        "the connection outlived the server"
    );
}

#[tokio::test]
async fn a_server_that_dies_of_a_binary_message_comes_back() {
    let server = serve(Some("ws/binary-crash"), 0).await;
    let mut client = server.client().await;
    client.send(Frame::new(Opcode::Binary, "{}")).await;
    let mut chunk = [0; 1];
    assert!(client.stream.read(&mut chunk).await.is_err(), "not reset");
    let target = format!("/ws?Dev-Token={}", server.token("token.valid", 0));
    assert_eq!(server.status("GET", &target, &[]).await, 401);
    server.client().await.assert_alive().await;
}

#[test]
fn the_table_of_faults_is_sound() {
    for (index, fault) in FAULTS
        .iter()
        .enumerate()
        .filter(|(_, fault)| fault.suite() == "ws-service")
    {
        assert!(
            FAULTS[..index].iter().all(|other| other.name != fault.name),
            "{} twice",
            fault.name
        );
        assert!(fault.name.starts_with("ws/"), "{}", fault.name);
        assert!(!fault.breaks.is_empty() && fault.text.ends_with('.'), "{}", fault.name);
        assert!(
            fault.breaks.iter().all(|clause| clause.starts_with("WS-")),
            "{}",
            fault.name
        );
    }
}

/// What a server said to every question that some fault answers differently. Two runs against one server agree.
struct Interview<'a> {
    server: &'a Server,
    log: Vec<String>,
    asked: u32,
}

impl Interview<'_> {
    fn note(&mut self, what: impl std::fmt::Debug) {
        // Times differ between runs; the number of their digits, 10 or 13, does not.
        let (mut masked, mut digits) = (String::new(), String::new());
        for character in format!("{what:?}").chars().chain(['\n']) {
            if character.is_ascii_digit() {
                digits.push(character);
                continue;
            }
            match digits.len() {
                count @ 10..=13 => masked.push_str(&format!("<{count}>")),
                _ => masked.push_str(&digits),
            }
            digits.clear();
            masked.push(character);
        }
        self.log.push(masked);
    }

    async fn door(&mut self, target: &str, changes: &[(&str, Option<&str>)]) {
        let (mut client, response) = self.server.handshake("GET", target, changes).await;
        let extensions: Vec<_> = response.header("Sec-WebSocket-Extensions").collect();
        self.note((
            response.status,
            response.header("Sec-WebSocket-Accept").collect::<Vec<_>>(),
            extensions,
        ));
        if response.status == 101 {
            // Served, or hung up on?
            client.say("ping").await;
            client.say("not a call").await;
            let answer = client.frame().await;
            self.note(answer);
        }
    }

    /// Everything that comes before the answer to a last call, or before the end.
    async fn hear(&mut self, client: &mut Client) {
        self.asked += 1;
        let last = format!("last-{}", self.asked);
        let params = json!({"mark": last, "ts": now()});
        client
            .say(&json!({"controller": "data", "action": "paid", "params": params}).to_string())
            .await;
        self.hear_until(client, &last).await;
    }

    async fn hear_until(&mut self, client: &mut Client, last: &str) {
        loop {
            if let Ok(Some(frame)) = client.decoder.next_frame() {
                let text = String::from_utf8_lossy(&frame.payload).into_owned();
                let end = text.contains(last);
                self.note((frame.opcode, text));
                if end {
                    return;
                }
                continue;
            }
            let mut chunk = vec![0; 65_536];
            match timeout(Duration::from_secs(2), client.stream.read(&mut chunk)).await {
                Ok(Ok(0)) => return self.note("end"),
                Ok(Ok(length)) => client.decoder.feed(&chunk[..length]),
                Ok(Err(error)) => return self.note(error.kind()),
                Err(_) => return self.note("silence"),
            }
        }
    }

    async fn ask(&mut self, client: &mut Client, controller: &str, action: &str, params: Value) {
        let mut call = json!({"controller": controller, "action": action, "params": params});
        if call["params"].get("ts").is_none() {
            call["params"]["ts"] = now().into();
        }
        client.say(&call.to_string()).await;
        self.hear(client).await;
    }
}

async fn interview(server: &Server) -> Vec<String> {
    let good = |index| server.token("token.valid", index).to_owned();
    let mut interview = Interview {
        server,
        log: Vec::new(),
        asked: 0,
    };
    let target = format!("/ws?Dev-Token={}", good(0));
    let key = Some("AAAAAAAAAAAAAAAAAAAAAA==");
    for change in [
        ("Sec-WebSocket-Key", key),
        ("Sec-WebSocket-Version", Some("8")),
        ("Upgrade", None),
    ] {
        interview.door(&target, &[change]).await;
    }
    let encoded = good(0).replace('a', "%61");
    for target in [
        target.replace("/ws", "/other"),
        format!("/ws?Dev-Token={encoded}"),
        format!("/ws?x=1&Dev-Token={}", good(0)),
        "/ws".to_owned(),
        format!("/ws?Dev-Token={}", good(0).to_uppercase()),
        format!("/ws?Dev-Token=%20{}", good(0)),
        format!("/ws?Dev-Token={}0", good(0)),
        format!("/ws?Dev-Token={}", server.token("token.expired", 0)),
        format!("/ws?Dev-Token={}", server.token("token.review", 0)),
        format!("/ws?Dev-Token={}", server.token("token.nopermission", 0)),
    ] {
        interview.door(&target, &[]).await;
    }
    interview.door(&target, &[("Dev-Token", Some("nobody's"))]).await;
    let token = good(0);
    interview.door("/ws", &[("dev-token", Some(&token))]).await;

    // Who is it, when the query and the header disagree?
    let unpaid = server.token("token.unpaid", 0).to_owned();
    let (mut client, response) = server.handshake("GET", &target, &[("Dev-Token", Some(&unpaid))]).await;
    interview.note(response.status);
    interview.hear(&mut client).await;
    let (mut client, response) = server.handshake("GET", &format!("/ws?Dev-Token={unpaid}"), &[]).await;
    interview.note(response.status);
    if response.status == 101 {
        interview.ask(&mut client, "data", "paid", json!({"mark": 1})).await;
    }

    let mut client = server.client_of(&good(1)).await;
    for payload in ["", "x", "y", "z", "0"] {
        client.send(Frame::new(Opcode::Ping, payload)).await;
        client.send(Frame::new(Opcode::Pong, payload)).await;
        client.say("ping").await;
        interview.hear(&mut client).await;
    }
    let ping = Frame::new(Opcode::Text, "pi");
    client.send(Frame { fin: false, ..ping }).await;
    client.send(Frame::new(Opcode::Ping, "amid")).await;
    client.send(Frame::new(Opcode::Continuation, "ng")).await;
    interview.hear(&mut client).await;

    for ts in [
        json!(now() - 330),
        json!(now() + 330),
        json!(now() - 250),
        json!(now() + 250),
        json!(now() * 1000),
        json!(0),
    ] {
        interview
            .ask(&mut client, "api", "index", json!({"mark": "m", "ts": ts}))
            .await;
    }
    for ts in [json!(now() - 30_000), json!(now() + 30_000), json!("")] {
        interview.ask(&mut client, "data", "paid", json!({"ts": ts})).await;
    }
    for call in [
        json!({"params": []}),
        json!({"params": {"mark": 3}}),
        json!({"ts": now()}),
        json!({"more": 1, "params": {"ts": now()}}),
    ] {
        let mut call = call;
        call["controller"] = "api".into();
        call["action"] = "index".into();
        client.say(&call.to_string()).await;
        interview.hear(&mut client).await;
    }
    for mark in [
        json!(0),
        json!({}),
        json!({"0": "a"}),
        json!(null),
        json!(9_007_199_254_740_993_i64),
        json!("m".repeat(300)),
        json!(1),
        json!(1),
    ] {
        interview.ask(&mut client, "data", "paid", json!({"mark": mark})).await;
    }
    for (controller, action) in [("api", "none"), ("data", "offline"), ("data", "restricted")] {
        interview
            .ask(&mut client, controller, action, json!({"mark": "m"}))
            .await;
    }
    client.say("{").await;
    interview.hear(&mut client).await;

    // One slow call, overtaken on its own connection and on another.
    let mut client = server.client_of(&good(2)).await;
    let mut other = server.client_of(&good(3)).await;
    for overtaken_by_other in [true, false] {
        let params = json!({"mark": "marks that begin alike: 1", "ts": now(), "delay_ms": 500});
        client
            .say(&json!({"controller": "data", "action": "slow", "params": params}).to_string())
            .await;
        let client_or_other = if overtaken_by_other { &mut other } else { &mut client };
        let params = json!({"mark": "marks that begin alike: 2", "ts": now()});
        client_or_other
            .say(&json!({"controller": "data", "action": "paid", "params": params}).to_string())
            .await;
        interview.hear(client_or_other).await;
        interview.hear_until(&mut client, "delay_ms").await;
    }
    // Somebody else is refused.
    server
        .handshake("GET", &format!("/ws?Dev-Token={}0", good(2)), &[])
        .await;
    interview.hear(&mut client).await;
    interview.hear(&mut other).await;

    client.say("ping").await;
    interview.hear(&mut client).await;
    let event = || json!({"event": "systemMsg", "mark": "m"});
    for (controller, action) in [
        ("api", "push_subscribe"),
        ("debug", "push"),
        ("api", "push_unsubscribe"),
        ("debug", "push"),
        ("debug", "offline"),
    ] {
        interview.ask(&mut client, controller, action, event()).await;
    }
    interview.ask(&mut other, "debug", "other_error", event()).await;

    // Nothing but pings, and pauses.
    let mut client = server.client_of(&good(5)).await;
    for pause in [0, 300, 300] {
        tokio::time::sleep(Duration::from_millis(pause)).await;
        client.say("ping").await;
    }
    interview.hear(&mut client).await;

    // The document's own mark, a call without any, one in fragments.
    let mut client = server.client_of(&good(4)).await;
    interview
        .ask(&mut client, "data", "paid", json!({"mark": -123_456_789}))
        .await;
    interview.ask(&mut client, "api", "none", json!({})).await;
    client
        .send(Frame {
            fin: false,
            ..Frame::new(Opcode::Text, "pi")
        })
        .await;
    client.send(Frame::new(Opcode::Continuation, "ng")).await;
    interview.hear(&mut client).await;
    let (_, response) = server
        .handshake("GET", &target, &[("Connection", Some("Upgrade"))])
        .await;
    interview.note(response.header("Connection").collect::<Vec<_>>());
    let again = server.status("GET", &format!("/ws?Dev-Token={}", good(2)), &[]).await;
    interview.note(again);
    // Last, because a server that dies of it answers no handshake.
    client.send(Frame::new(Opcode::Binary, "ping")).await;
    interview.hear(&mut client).await;
    interview.log
}

/// That every fault shows is proved by the suites.
#[tokio::test]
async fn the_honest_server_is_always_the_same() {
    let honest = interview(&serve(None, 0).await).await;
    let again = interview(&serve(None, 0).await).await;
    let difference = honest.iter().zip(&again).find(|(one, other)| one != other);
    assert_eq!((difference, honest.len()), (None, again.len()));
}
