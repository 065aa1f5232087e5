//! The reference gateway over real sockets, spoken to in plain bytes: what it must do before a suite may lean on it.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test has hands and may panic"
)]

use std::{net::SocketAddr, time::Duration};

use reference::{self, FAULTS, Options, Variant};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    task::JoinHandle,
    time::{sleep, timeout},
};
use wire::{
    frame::{Decoder, Frame, Opcode, split_close},
    handshake::{Head, read_head, request_bytes},
    http::Response,
};

const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
/// Long enough for a loaded machine; a server that answers is never waited for this long.
const DEADLINE: Duration = Duration::from_secs(20);

const LOGIN: &str = "/gateway/login/customer.CustomerWebApiService.login";
const REGISTER: &str = "/gateway/register/customer.CustomerWebApiService.register";
const LOGOUT: &str = "/gateway/logout";
const LIST: &str = "/gateway/global/public.NoticeApiService.list";
const COUNTER: &str = "/gateway/global/public.NoticeApiService.counter";
const ECHO: &str = "/gateway/global/public.EchoApiService.echo";
const WAIT: &str = "/gateway/global/public.SlowApiService.wait";
const PROFILE: &str = "/gateway/global/customer.CustomerWebApiService.profile";
const CANCEL: &str = "/gateway/global/customer.OrderApiService.cancel";

/// The document's heartbeat, with the comma of another alphabet that it has behind the language.
const VERBATIM_PING: &str = "{\n  \"header\": {\n    \"trace\": \"trace\",\n\t\"token\": \"token\",\n    \"bizType\": \"ping\",\n\t\"sendTime\":1617246557505,\n\t\"lang\":\"zh-CN\"，\n\t\"timestamp\": 11111131331\n  }\n}";

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

async fn serve(fault: Option<&str>) -> Server {
    let fault = fault.map(|name| Variant::Fault(reference::fault(name).unwrap()));
    let address = "127.0.0.1:0".parse().unwrap();
    let reference = reference::bind(Options {
        address,
        variant: fault.unwrap_or_default(),
        clock_offset: 0,
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
    fn credential(&self, name: &str) -> &str {
        self.profile["gateway"]["credentials"][name].as_str().unwrap()
    }

    fn token(&self, index: usize) -> &str {
        self.profile["gateway"]["credentials"]["session.valid"][index]
            .as_str()
            .unwrap()
    }

    async fn client(&self) -> Client {
        Client {
            stream: TcpStream::connect(self.address).await.unwrap(),
            bytes: Vec::new(),
            decoder: Decoder::new(16 << 20),
            calls: 0,
        }
    }

    async fn socket(&self) -> Client {
        let mut client = self.client().await;
        assert_eq!(client.handshake(&[]).await.status, 101);
        client
    }

    /// A POST on a connection of its own.
    async fn post(&self, target: &str, body: &Value) -> Value {
        self.client().await.post(target, &[], &body.to_string()).await
    }

    async fn post_with(&self, target: &str, changes: Changes<'_>, body: &Value) -> Value {
        self.client().await.post(target, changes, &body.to_string()).await
    }

    async fn executions(&self, key: &str) -> Value {
        self.post(COUNTER, &json!({"key": key})).await["data"]["executions"].clone()
    }
}

/// Headers to set or, without a value, to leave out; a name without its usual spelling replaces the usual one.
type Changes<'a> = &'a [(&'a str, Option<&'a str>)];

struct Client {
    stream: TcpStream,
    bytes: Vec<u8>,
    decoder: Decoder,
    calls: u32,
}

impl Client {
    async fn write(&mut self, bytes: &[u8]) {
        // A server that has closed shows in what is read next.
        let _ = self.stream.write_all(bytes).await;
    }

    /// What arrived; nothing at the end of the stream.
    async fn read(&mut self) -> Vec<u8> {
        let mut chunk = vec![0; 65_536];
        let length = timeout(DEADLINE, self.stream.read(&mut chunk))
            .await
            .expect("silence")
            .unwrap_or_default();
        chunk.truncate(length);
        chunk
    }

    async fn request(&mut self, method: &str, target: &str, changes: Changes<'_>, body: &[u8]) {
        let now = now_ms().to_string();
        let length = body.len().to_string();
        let mut headers: Vec<(String, String)> = [
            ("Host", "localhost"),
            ("Content-Type", "application/json"),
            ("Content-Length", &length),
            ("companyId", "11"),
            ("trace", "t-1"),
            ("timestamp", &now),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        for (name, value) in changes {
            headers.retain(|(header, _)| !header.eq_ignore_ascii_case(name));
            headers.extend(value.map(|value| ((*name).to_owned(), value.to_owned())));
        }
        self.write(&request_bytes(method, target, "HTTP/1.1", &headers)).await;
        self.write(body).await;
    }

    /// The next response, `None` at the end of the stream. That of a HEAD has no body.
    async fn response(&mut self, to: &str) -> Option<Response> {
        loop {
            match read_head(&self.bytes) {
                Head::Complete { response, length } if response.status == 100 => {
                    drop(self.bytes.drain(..length));
                }
                Head::Complete { mut response, length } => {
                    let announced = response
                        .header("Content-Length")
                        .next()
                        .map(|value| value.parse::<usize>());
                    let body = match announced {
                        Some(announced) if to != "HEAD" => announced.unwrap(),
                        _ => 0,
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

    async fn exchange(&mut self, method: &str, target: &str, changes: Changes<'_>, body: &[u8]) -> Response {
        self.request(method, target, changes, body).await;
        self.response(method).await.expect("closed before a response")
    }

    async fn post(&mut self, target: &str, changes: Changes<'_>, body: &str) -> Value {
        let response = self.exchange("POST", target, changes, body.as_bytes()).await;
        assert_eq!(response.status, 200, "{target}");
        envelope(&response)
    }

    async fn handshake(&mut self, changes: Changes<'_>) -> Response {
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
        self.write(&request_bytes("GET", "/gateway/ws", "HTTP/1.1", &headers))
            .await;
        let response = self.response("GET").await.expect("closed before a response");
        self.decoder.feed(&std::mem::take(&mut self.bytes));
        response
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

    /// A call with a good header, changed by `header`; a null takes a member out.
    async fn call(&mut self, biz_type: &str, header: Value, body: Value) {
        let message = message(biz_type, header, body);
        self.say(&message.to_string()).await;
    }

    async fn ask(&mut self, biz_type: &str, header: Value, body: Value) -> Value {
        self.call(biz_type, header, body).await;
        self.json().await
    }

    async fn assert_alive(&mut self) {
        self.calls += 1;
        let trace = format!("alive-{}", self.calls);
        let reply = self
            .ask("public.NoticeApiService.list", json!({"trace": trace}), json!({}))
            .await;
        assert_eq!((&reply["code"], &reply["trace"]), (&json!("0"), &json!(trace)));
    }
}

fn message(biz_type: &str, changes: Value, body: Value) -> Value {
    let mut header = json!({"companyId": 11, "trace": "t-1", "timestamp": now_ms(), "bizType": biz_type});
    for (name, value) in changes.as_object().unwrap() {
        header[name] = value.clone();
    }
    header.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    json!({"header": header, "body": body})
}

fn envelope(response: &Response) -> Value {
    let content_type: Vec<_> = response.header("Content-Type").collect();
    assert_eq!(content_type, ["application/json;charset=utf-8"]);
    let envelope: Value = serde_json::from_slice(&response.body).unwrap();
    let names: Vec<_> = envelope.as_object().unwrap().keys().collect();
    assert_eq!(names, ["code", "msg", "bizCode", "tm", "trace", "msgParams", "data"]);
    assert!(envelope["tm"].is_u64(), "{envelope}");
    envelope
}

fn now_ms() -> i64 {
    let since = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap();
    i64::try_from(since.as_millis()).unwrap()
}

/// `GATEWAY_CODE_` and its number, or another code as it is.
fn code(envelope: &Value) -> &str {
    let code = envelope["code"].as_str().unwrap();
    code.strip_prefix("GATEWAY_CODE_").unwrap_or(code)
}

#[tokio::test]
async fn every_route_of_the_document_is_served() {
    let server = serve(None).await;
    let password = server.credential("login.password");
    let login = server
        .post(LOGIN, &json!({"type": 3, "loginName": "139", "password": password}))
        .await;
    assert_eq!(
        (
            code(&login),
            &login["msg"],
            &login["bizCode"],
            &login["trace"],
            &login["msgParams"]
        ),
        ("0", &json!("成功"), &json!(""), &json!("t-1"), &Value::Null)
    );
    assert_eq!(login["data"]["companyId"], 11);
    let token = login["data"]["token"].as_str().unwrap();
    assert!(
        token.len() == 32 && token.bytes().all(|byte| byte.is_ascii_hexdigit()),
        "{token}"
    );

    let credentials = json!({"loginName": "141", "password": "secret"});
    assert_eq!(code(&server.post(LOGIN, &credentials).await), "CUSTOMER_401");
    let register = server.post(REGISTER, &credentials).await;
    assert!(register["data"]["id"].is_u64(), "{register}");
    assert_eq!(server.post(LOGIN, &credentials).await["data"]["loginName"], "141");

    let logged_in = [("token", Some(token))];
    let profile = server.post_with(PROFILE, &logged_in, &json!({})).await;
    assert_eq!(profile["data"], json!({"loginName": "139", "companyId": 11}));
    let logout = server.client().await.post(LOGOUT, &logged_in, "").await;
    assert_eq!((code(&logout), &logout["data"]), ("0", &Value::Null));
    let mut socket = server.socket().await;
    let biz_type = "customer.CustomerWebApiService.profile";
    assert_eq!(code(&server.post_with(PROFILE, &logged_in, &json!({})).await), "005");
    assert_eq!(
        code(&socket.ask(biz_type, json!({"token": token}), json!({})).await),
        "005"
    );
    assert_eq!(code(&server.client().await.post(LOGOUT, &logged_in, "").await), "005");
}

#[tokio::test]
async fn every_call_of_the_profile_does_what_its_name_says() {
    let server = serve(None).await;
    let calls = server.profile["gateway"]["calls"].as_table().unwrap();
    let mut socket = server.socket().await;
    for (name, call) in calls {
        let (route, biz_type) = (call["route"].as_str().unwrap(), call["bizType"].as_str().unwrap());
        let mut body = serde_json::to_value(&call["body"]).unwrap();
        if name == "login" {
            body["password"] = server.credential("login.password").into();
        }
        let token = server.token(0);
        let path = format!("/gateway/{route}/{biz_type}");
        let expected = if name == "failing" { "ORDER_404" } else { "0" };
        let by_http = server.post_with(&path, &[("token", Some(token))], &body).await;
        let by_socket = socket.ask(biz_type, json!({"token": token}), body).await;
        assert_eq!((code(&by_http), code(&by_socket)), (expected, expected), "{name}");
        assert_eq!(by_http["bizCode"], by_socket["bizCode"]);
        if let Some(pointer) = call.get("token") {
            assert!(by_http.pointer(pointer.as_str().unwrap()).unwrap().is_string());
        }
    }
    assert_eq!(calls.len(), 7);
}

#[tokio::test]
async fn headers_are_checked_in_order() {
    let server = serve(None).await;
    let mut socket = server.socket().await;
    for (changes, expected) in [
        (vec![("companyId", None), ("trace", None)], "003"),
        (vec![("companyId", Some(""))], "003"),
        (vec![("companyId", Some("abc")), ("trace", None)], "015"),
        (vec![("companyId", Some("1.5"))], "015"),
        (vec![("companyId", Some("99999999999999999999"))], "015"),
        (vec![("companyId", Some("13"))], "019"),
        (vec![("trace", None), ("timestamp", None)], "004"),
        (vec![("trace", Some(""))], "004"),
        (vec![("timestamp", None)], "009"),
        (vec![("timestamp", Some("soon"))], "015"),
        (vec![("timestamp", Some("1.5"))], "015"),
        (vec![("timestamp", Some("11111131331"))], "0"),
        (vec![("companyId", Some("12"))], "0"),
        (vec![("token", Some("garbage"))], "0"),
        (vec![("token", Some("")), ("lang", Some("")), ("group", Some(""))], "0"),
        (vec![("lang", Some("xx")), ("version", Some("9.9.9"))], "0"),
    ] {
        let reply = server.post_with(LIST, &changes, &json!({})).await;
        assert_eq!(code(&reply), expected, "{changes:?}");
        let trace = changes
            .iter()
            .find(|(name, _)| *name == "trace")
            .map_or(json!("t-1"), |_| Value::Null);
        assert_eq!(reply["trace"], trace, "{changes:?}");
        let header: Value = changes
            .iter()
            .map(|(name, value)| ((*name).to_owned(), json!(value)))
            .collect();
        let reply = socket.ask("public.NoticeApiService.list", header, json!({})).await;
        assert_eq!(code(&reply), expected, "{changes:?} over the WebSocket");
    }
    for names in [["companyid", "TRACE", "TimeStamp"], ["COMPANYID", "Trace", "timestamp"]] {
        let now = now_ms().to_string();
        let [company, trace, timestamp] = names;
        let changes = [(company, Some("11")), (trace, Some("t-2")), (timestamp, Some(&*now))];
        let reply = server.post_with(LIST, &changes, &json!({})).await;
        assert_eq!((code(&reply), &reply["trace"]), ("0", &json!("t-2")), "{names:?}");
    }
}

#[tokio::test]
async fn a_trace_comes_back_as_it_was_sent() {
    let server = serve(None).await;
    let mut socket = server.socket().await;
    let long = "t".repeat(4096);
    for trace in ["t", "a b", "%41", "\"", "链路", &long] {
        let reply = server.post_with(LIST, &[("trace", Some(trace))], &json!({})).await;
        assert_eq!(reply["trace"], trace);
        let reply = socket
            .ask("public.NoticeApiService.list", json!({"trace": trace}), json!({}))
            .await;
        assert_eq!(reply["trace"], trace);
    }
}

#[tokio::test]
async fn an_exception_names_the_biz_type_and_speaks_the_language() {
    let server = serve(None).await;
    for (lang, msg) in [
        (None, "订单 A-17 的状态为 closed，不能取消"),
        (Some("zh-CN"), "订单 A-17 的状态为 closed，不能取消"),
        (Some("xx"), "订单 A-17 的状态为 closed，不能取消"),
        (Some("en-US"), "Order A-17 is closed and can't be cancelled"),
        (Some("zh-HK"), "訂單 A-17 的狀態為 closed，不能取消"),
    ] {
        let reply = server
            .post_with(CANCEL, &[("lang", lang)], &json!({"orderId": "A-17"}))
            .await;
        let expected = json!({
            "code": "ORDER_404",
            "msg": msg,
            "bizCode": "ORDER",
            "tm": reply["tm"],
            "trace": "t-1",
            "msgParams": "A-17,closed",
            "data": "customer.OrderApiService.cancel",
        });
        assert_eq!(reply, expected);
    }
    let reply = server.post_with(PROFILE, &[("lang", Some("en-US"))], &json!({})).await;
    assert_eq!(
        (code(&reply), &reply["msg"], &reply["bizCode"], &reply["data"]),
        (
            "001",
            &json!("The token is missing"),
            &json!("G"),
            &json!("customer.CustomerWebApiService.profile")
        )
    );
}

#[tokio::test]
async fn tokens_count_only_for_their_own_company_and_time() {
    let server = serve(None).await;
    let mut socket = server.socket().await;
    let foreign = server.credential("session.foreign");
    for (token, company, expected) in [
        ("", "11", "001"),
        ("garbage", "11", "005"),
        (&server.token(0).to_uppercase(), "11", "005"),
        (server.credential("session.expired"), "11", "005"),
        (foreign, "11", "005"),
        (foreign, "12", "0"),
        (server.token(15), "12", "005"),
        (server.token(15), "11", "0"),
    ] {
        let changes = [("token", Some(token)), ("companyId", Some(company))];
        let reply = server.post_with(PROFILE, &changes, &json!({})).await;
        assert_eq!(code(&reply), expected, "{token} of {company}");
        let header = json!({"token": token, "companyId": company});
        let reply = socket
            .ask("customer.CustomerWebApiService.profile", header, json!({}))
            .await;
        assert_eq!(code(&reply), expected, "{token} of {company} over the WebSocket");
    }
}

#[tokio::test]
async fn unknown_services_are_exceptions_on_both_transports() {
    let server = serve(None).await;
    let mut socket = server.socket().await;
    for (path, biz_type, expected) in [
        ("none.NoneApiService.none", Some("none.NoneApiService.none"), "010"),
        (
            "public.NoticeApiService.List",
            Some("public.NoticeApiService.List"),
            "010",
        ),
        ("a.b", Some("a.b"), "002"),
        ("%2e%2e", Some(".."), "002"),
        ("a/b", Some("a/b"), "002"),
        ("%E5%85%AC", Some("公"), "002"),
        ("", None, "008"),
    ] {
        let reply = server.post(&format!("/gateway/global/{path}"), &json!({})).await;
        assert_eq!((code(&reply), &reply["data"]), (expected, &json!(biz_type)), "{path}");
        let reply = socket.ask(biz_type.unwrap_or_default(), json!({}), json!({})).await;
        assert_eq!((code(&reply), &reply["data"]), (expected, &json!(biz_type)), "{path}");
    }
    let reply = server
        .post("/gateway/global/public.Notice%41piService.list", &json!({}))
        .await;
    assert_eq!(code(&reply), "0");
    for (route, of) in [
        ("login", LIST),
        ("register", LOGIN),
        ("global", LOGIN),
        ("global", REGISTER),
    ] {
        let biz_type = of.rsplit('/').next().unwrap();
        let body = json!({"loginName": "139", "password": server.credential("login.password")});
        let reply = server.post(&format!("/gateway/{route}/{biz_type}"), &body).await;
        assert_eq!(code(&reply), "010", "{biz_type} on {route}");
    }
}

#[tokio::test]
async fn unknown_paths_are_404_with_an_envelope() {
    let server = serve(None).await;
    for path in [
        "/gateway",
        "/gateway/",
        "/gateway/unknown/a.B.c",
        "/gateway/logout/x",
        "/gateway/wsx",
    ] {
        let response = server.client().await.exchange("POST", path, &[], b"{}").await;
        let envelope = envelope(&response);
        assert_eq!(
            (response.status, code(&envelope), &envelope["data"]),
            (404, "010", &Value::Null),
            "{path}"
        );
    }
    // The other protocol's paths are not the gateway's.
    let response = server.client().await.exchange("POST", "/gatewayx", &[], b"{}").await;
    assert_eq!(response.status, 404);
    assert!(!response.body.starts_with(br#"{"code""#));
}

#[tokio::test]
async fn only_post_executes() {
    let server = serve(None).await;
    for (index, method) in ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "post"]
        .into_iter()
        .enumerate()
    {
        let mut client = server.client().await;
        let response = client.exchange(method, LIST, &[], br#"{"key": "methods"}"#).await;
        let allow: Vec<_> = response.header("Allow").collect();
        assert_eq!((response.status, allow), (405, vec!["POST"]), "{method}");
        if method != "HEAD" {
            let envelope = envelope(&response);
            assert_eq!(
                (code(&envelope), &envelope["data"]),
                ("016", &json!("public.NoticeApiService.list")),
                "{method}"
            );
        }
        assert_eq!(server.executions("methods").await, 0);
        let key = format!("posts {index}");
        server.post(LIST, &json!({"key": key})).await;
        assert_eq!(server.executions(&key).await, 1);
    }
    let response = server.client().await.exchange("POST", "/gateway/ws", &[], b"{}").await;
    assert_eq!(response.status, 405);
    assert_eq!(response.header("Allow").collect::<Vec<_>>(), ["GET"]);
}

#[tokio::test]
async fn a_body_is_a_json_object_whatever_its_transfer() {
    let server = serve(None).await;
    for (body, expected) in [
        ("", "006"),
        (" \r\n", "006"),
        ("null", "006"),
        ("{", "015"),
        ("{\"a\":1,}", "015"),
        ("[]", "015"),
        ("\"x\"", "015"),
        ("1", "015"),
        ("\u{feff}{}", "015"),
        ("{} {}", "015"),
        ("{}", "0"),
        (" { \"\\u0061\" : [ ] } ", "0"),
        ("{\"bizBody\":{}}", "0"),
    ] {
        let mut client = server.client().await;
        assert_eq!(code(&client.post(ECHO, &[], body).await), expected, "{body}");
        assert_eq!(code(&client.post(ECHO, &[], "{}").await), "0", "after {body}");
    }
    for body in [&b"{\"a\":\"\xff\"}"[..], b"\xff\xfe{\x00}\x00"] {
        let response = server.client().await.exchange("POST", ECHO, &[], body).await;
        assert_eq!((response.status, code(&envelope(&response))), (200, "015"));
    }
    for (target, body, expected) in [
        (LOGIN, r#"{"loginName":"139"}"#, "006"),
        (LOGIN, r#"{"loginName":139,"password":"x"}"#, "015"),
        (CANCEL, "{}", "006"),
        (WAIT, r#"{"delay_ms":2001}"#, "015"),
    ] {
        assert_eq!(
            code(&server.client().await.post(target, &[], body).await),
            expected,
            "{body}"
        );
    }
    let chunked = [("Content-Length", None), ("Transfer-Encoding", Some("chunked"))];
    let mut client = server.client().await;
    let response = client
        .exchange("POST", ECHO, &chunked, b"3\r\n{\"a\r\n5\r\n\":1}\n\r\n0\r\n\r\n")
        .await;
    assert_eq!(envelope(&response)["data"], json!({"a": 1}));

    client
        .request(
            "POST",
            ECHO,
            &[("Content-Length", Some("2")), ("Expect", Some("100-continue"))],
            b"",
        )
        .await;
    assert!(client.read().await.starts_with(b"HTTP/1.1 100 "));
    client.write(b"{}").await;
    assert_eq!(envelope(&client.response("POST").await.unwrap())["data"], json!({}));
}

#[tokio::test]
async fn an_echo_is_byte_for_byte() {
    let server = serve(None).await;
    let deep = format!(r#"{{"a":{}{}}}"#, "[".repeat(10_000), "]".repeat(10_000));
    let long = format!(r#"{{"a":"{}"}}"#, "m".repeat(1 << 20));
    let mut socket = server.socket().await;
    for body in [
        r#"{"a":1.0,"b":1e2,"c":12345678901234567890}"#,
        r#"{ "a" : 1, "a" : "\u0041\/" }"#,
        &deep,
        &long,
    ] {
        let end = format!(r#""msgParams":null,"data":{body}}}"#);
        let response = server.client().await.exchange("POST", ECHO, &[], body.as_bytes()).await;
        assert!(String::from_utf8(response.body).unwrap().ends_with(&end));
        let header = message("public.EchoApiService.echo", json!({}), Value::Null)["header"].to_string();
        socket.say(&format!(r#"{{"header":{header},"body":{body}}}"#)).await;
        assert!(socket.text().await.ends_with(&end));
    }
}

#[tokio::test]
async fn only_json_of_a_bearable_length_is_read() {
    let server = serve(None).await;
    for (content_type, status) in [
        (None, 200),
        (Some("application/json"), 200),
        (Some("Application/JSON; charset=UTF-8"), 200),
        (Some("application/json;charset=GBK"), 200),
        (Some("text/plain"), 415),
        (Some("application/x-www-form-urlencoded"), 415),
        (Some(""), 415),
    ] {
        let changes = [("Content-Type", content_type)];
        let response = server.client().await.exchange("POST", ECHO, &changes, b"{}").await;
        let expected = if status == 200 { "0" } else { "015" };
        assert_eq!(
            (response.status, code(&envelope(&response))),
            (status, expected),
            "{content_type:?}"
        );
    }
    let mut body = format!(r#"{{"a":"{}"}}"#, "m".repeat((4 << 20) - 8)).into_bytes();
    assert_eq!(body.len(), 4 << 20);
    let response = server.client().await.exchange("POST", ECHO, &[], &body).await;
    assert_eq!(response.status, 200);
    body.push(b' ');
    let response = server.client().await.exchange("POST", ECHO, &[], &body).await;
    assert_eq!((response.status, code(&envelope(&response))), (413, "015"));
}

#[tokio::test]
async fn calls_on_one_connection_are_answered_in_order() {
    let server = serve(None).await;
    let mut client = server.client().await;
    for (index, target) in [WAIT, ECHO, CANCEL, "/gateway/unknown", LIST].into_iter().enumerate() {
        let trace = format!("t-{index}");
        client.request("POST", target, &[("trace", Some(&trace))], b"{}").await;
    }
    for index in 0..5 {
        let reply = envelope(&client.response("POST").await.unwrap());
        assert_eq!(reply["trace"], format!("t-{index}"));
    }
}

#[tokio::test]
async fn the_processing_time_is_in_milliseconds() {
    let server = serve(None).await;
    let started = std::time::Instant::now();
    let reply = server.post(WAIT, &json!({"delay_ms": 120})).await;
    let tm = Duration::from_millis(reply["tm"].as_u64().unwrap());
    assert!(
        (Duration::from_millis(120)..=started.elapsed()).contains(&tm),
        "{reply}"
    );
}

#[tokio::test]
async fn anybody_may_open_a_websocket_but_only_by_the_rules() {
    let server = serve(None).await;
    let mut client = server.client().await;
    let response = client.handshake(&[]).await;
    assert_eq!(response.status, 101);
    let accept: Vec<_> = response.header("Sec-WebSocket-Accept").collect();
    assert_eq!(accept, ["s3pPLMBiTxaQ9kYGzzhZRbK+xOo="]);
    assert_eq!(response.header("Sec-WebSocket-Extensions").count(), 0);
    client.assert_alive().await;
    for (change, status) in [
        (("Upgrade", None), 400),
        (("Connection", Some("close")), 400),
        (("Sec-WebSocket-Key", Some("short")), 400),
        (("Sec-WebSocket-Version", Some("8")), 426),
    ] {
        let response = server.client().await.handshake(&[change]).await;
        assert_eq!(response.status, status, "{change:?}");
        assert_eq!(code(&envelope(&response)), "015");
    }
}

#[tokio::test]
async fn what_is_no_call_is_an_exception_and_the_websocket_lives() {
    let server = serve(None).await;
    let mut socket = server.socket().await;
    let good = message("public.EchoApiService.echo", json!({}), json!({}));
    for (text, expected, trace) in [
        ("", "015", Value::Null),
        ("{", "015", Value::Null),
        ("[]", "015", Value::Null),
        ("ping", "015", Value::Null),
        (VERBATIM_PING, "015", Value::Null),
        ("{}", "009", Value::Null),
        (r#"{"header":null,"body":{}}"#, "009", Value::Null),
        (r#"{"header":"x","body":{}}"#, "015", Value::Null),
        (r#"{"header":[],"body":{}}"#, "015", Value::Null),
        (r#"{"header":{},"body":{}}"#, "003", Value::Null),
        (&json!({"header": good["header"]}).to_string(), "006", json!("t-1")),
        (
            &json!({"header": good["header"], "body": null}).to_string(),
            "006",
            json!("t-1"),
        ),
        (
            &json!({"header": good["header"], "body": "{}"}).to_string(),
            "015",
            json!("t-1"),
        ),
        (
            &json!({"header": good["header"], "body": []}).to_string(),
            "015",
            json!("t-1"),
        ),
    ] {
        socket.say(text).await;
        let reply = socket.json().await;
        assert_eq!((code(&reply), &reply["trace"]), (expected, &trace), "{text}");
        socket.assert_alive().await;
    }
    for (header, expected) in [
        (json!({"bizType": null}), "008"),
        (json!({"bizType": ""}), "008"),
        (json!({"bizType": 5}), "002"),
        (json!({"bizType": "pong"}), "002"),
        (json!({"bizType": "PING"}), "002"),
        (json!({"companyId": [11]}), "015"),
        (json!({"companyId": 11.0}), "015"),
        (json!({"companyId": "11", "timestamp": "1"}), "0"),
        (json!({"CompanyId": 12}), "0"),
    ] {
        let reply = socket
            .ask("public.EchoApiService.echo", header.clone(), json!({}))
            .await;
        assert_eq!(code(&reply), expected, "{header}");
    }
    socket.send(Frame::new(Opcode::Binary, good.to_string())).await;
    assert_eq!(code(&socket.json().await), "015");
    socket.assert_alive().await;
}

#[tokio::test]
async fn a_heartbeat_is_answered_by_a_flat_pong() {
    let server = serve(None).await;
    let mut socket = server.socket().await;
    for (header, expected) in [
        (
            json!({"trace": "trace", "token": "token", "bizType": "ping", "sendTime": 1_617_246_557_505_i64,
                   "lang": "zh-CN", "timestamp": 11_111_131_331_i64}),
            json!({"trace": "trace", "token": "token", "bizType": "pong", "lang": "zh-CN"}),
        ),
        (
            json!({"bizType": "ping", "trace": 5, "token": null, "lang": "en-US"}),
            json!({"trace": 5, "token": null, "bizType": "pong", "lang": "en-US"}),
        ),
        (
            json!({"bizType": "ping", "trace": "链路"}),
            json!({"trace": "链路", "bizType": "pong", "lang": "zh-CN"}),
        ),
    ] {
        let before = now_ms();
        socket.say(&json!({"header": header}).to_string()).await;
        let mut pong = socket.json().await;
        let time = pong.as_object_mut().unwrap().shift_remove("sendTime").unwrap();
        assert!((before..=now_ms()).contains(&time.as_i64().unwrap()), "{time}");
        assert_eq!(pong, expected);
    }
    // Amid a slow call as well, and once each.
    socket
        .call(
            "public.SlowApiService.wait",
            json!({"trace": "slow"}),
            json!({"delay_ms": 200}),
        )
        .await;
    for trace in ["a", "a", "b"] {
        socket
            .say(&json!({"header": {"bizType": "ping", "trace": trace}}).to_string())
            .await;
        assert_eq!(socket.json().await["trace"], trace);
    }
    assert_eq!(socket.json().await["trace"], "slow");
}

#[tokio::test]
async fn a_slow_call_is_overtaken() {
    let server = serve(None).await;
    let mut socket = server.socket().await;
    for (trace, delay) in [("slowest", 400), ("slower", 200), ("fast", 0)] {
        let header = json!({"trace": trace});
        socket
            .call("public.SlowApiService.wait", header, json!({"delay_ms": delay}))
            .await;
    }
    for (trace, delay) in [("fast", 0), ("slower", 200), ("slowest", 400)] {
        let reply = socket.json().await;
        assert_eq!(
            (&reply["trace"], &reply["data"]),
            (&json!(trace), &json!({"delay_ms": delay}))
        );
        assert!(reply["tm"].as_u64().unwrap() >= delay);
    }
}

#[tokio::test]
async fn frames_keep_to_their_rfc() {
    let server = serve(None).await;
    let mut socket = server.socket().await;
    for payload in [&b""[..], b"\xff\x00", &[b'x'; 125]] {
        socket.send(Frame::new(Opcode::Ping, payload)).await;
        assert_eq!(socket.frame().await, Some(Frame::new(Opcode::Pong, payload)));
    }
    socket.send(Frame::new(Opcode::Pong, "unasked")).await;
    let call = message("public.EchoApiService.echo", json!({"trace": "心跳"}), json!({})).to_string();
    let last = call.len() - 1;
    for (index, byte) in call.bytes().enumerate() {
        let opcode = if index == 0 { Opcode::Text } else { Opcode::Continuation };
        let frame = Frame::new(opcode, vec![byte]);
        socket
            .send(Frame {
                fin: index == last,
                ..frame
            })
            .await;
    }
    assert_eq!(socket.json().await["trace"], "心跳");
    socket.send(Frame::close(3001, "done")).await;
    let close = socket.frame().await.unwrap();
    assert_eq!(
        (close.opcode, split_close(&close.payload).0),
        (Opcode::Close, Some(3001))
    );
    assert_eq!(socket.frame().await, None);
}

#[test]
fn the_faults_of_the_gateway_are_sound() {
    let clauses: Vec<String> = [
        ("HTTP", 15),
        ("HDR", 11),
        ("BODY", 6),
        ("RSP", 12),
        ("WS", 16),
        ("HB", 12),
    ]
    .into_iter()
    .flat_map(|(group, count)| (1..=count).map(move |number| format!("GW-{group}-{number}")))
    .collect();
    let faults: Vec<_> = FAULTS.iter().filter(|fault| fault.suite() == "gateway").collect();
    for fault in &faults {
        assert!(
            fault.name.starts_with("gw/") && fault.text.ends_with('.'),
            "{}",
            fault.name
        );
        assert_eq!(
            FAULTS.iter().filter(|other| other.name == fault.name).count(),
            1,
            "{}",
            fault.name
        );
        assert!(!fault.breaks.is_empty(), "{}", fault.name);
        assert!(
            fault
                .breaks
                .iter()
                .all(|broken| clauses.iter().any(|clause| clause == broken)),
            "{}",
            fault.name
        );
    }
    let unbroken: Vec<_> = clauses
        .iter()
        .filter(|clause| !faults.iter().any(|fault| fault.breaks.contains(&clause.as_str())))
        .collect();
    // What the document leaves open can't be broken: the place of the gateway, the wrong route.
    assert_eq!(unbroken, ["GW-HTTP-8", "GW-HTTP-10"]);
}

/// What a server said to many questions. Two runs against one server agree.
struct Interview<'a> {
    server: &'a Server,
    log: Vec<String>,
    asked: u32,
    /// An honest server is never silent: there is nothing more to learn.
    over: bool,
}

impl Interview<'_> {
    /// Notes a reply, in which what differs between runs is replaced by whether it is as it should be.
    fn note(&mut self, text: &str, least: u64, most: Duration) {
        let mut reply: Value = serde_json::from_str(text).unwrap_or_else(|_| json!(text));
        if let Some(tm) = reply.get_mut("tm").filter(|tm| tm.is_u64()) {
            let tm_is = u128::from(tm.as_u64().unwrap());
            *tm = json!((tm_is >= u128::from(least), tm_is <= most.as_millis()));
        }
        if let Some(time) = reply.get_mut("sendTime").filter(|time| time.is_i64()) {
            *time = json!((time.as_i64().unwrap() - now_ms()).abs() < 60_000);
        }
        if let Some(token) = reply.pointer_mut("/data/token") {
            *token = json!(token.as_str().map(str::len));
        }
        self.log.push(reply.to_string());
    }

    async fn http(&mut self, client: &mut Client, method: &str, target: &str, changes: Changes<'_>, body: &str) {
        if self.over {
            return;
        }
        let started = std::time::Instant::now();
        client.request(method, target, changes, body.as_bytes()).await;
        match client.response(method).await {
            Some(response) => {
                let content_type: Vec<_> = response.header("Content-Type").collect();
                self.log.push(format!("{} {content_type:?}", response.status));
                let least = if target == WAIT { 1100 } else { 0 };
                self.note(&String::from_utf8_lossy(&response.body), least, started.elapsed());
            }
            None => self.log.push("closed".to_owned()),
        }
    }

    async fn post(&mut self, target: &str, changes: Changes<'_>, body: &str) {
        let mut client = self.server.client().await;
        self.http(&mut client, "POST", target, changes, body).await;
    }

    /// Notes everything that comes before the reply to a last call, or before the end.
    async fn hear(&mut self, client: &mut Client) {
        self.asked += 1;
        let last = format!("last-{}", self.asked);
        client
            .call("public.EchoApiService.echo", json!({"trace": last}), json!({"a": 1}))
            .await;
        self.hear_until(client, &last).await;
    }

    async fn hear_until(&mut self, client: &mut Client, last: &str) {
        while !self.over {
            if let Ok(Some(frame)) = client.decoder.next_frame() {
                let text = String::from_utf8_lossy(&frame.payload).into_owned();
                self.log.push(format!("{:?}", frame.opcode));
                self.note(&text, 0, DEADLINE);
                if text.contains(last) {
                    return;
                }
                continue;
            }
            let mut chunk = vec![0; 65_536];
            match timeout(Duration::from_secs(2), client.stream.read(&mut chunk)).await {
                Ok(Ok(length @ 1..)) => client.decoder.feed(&chunk[..length]),
                Ok(end) => return self.log.push(format!("{:?}", end.map_err(|error| error.kind()))),
                Err(_) => {
                    self.over = true;
                    self.log.push("silence".to_owned());
                }
            }
        }
    }

    async fn say(&mut self, client: &mut Client, text: &str) {
        if !self.over {
            client.say(text).await;
            self.hear(client).await;
        }
    }
}

async fn interview(server: &Server) -> Vec<String> {
    let mut interview = Interview {
        server,
        log: Vec::new(),
        asked: 0,
        over: false,
    };
    over_http(&mut interview).await;
    over_websocket(&mut interview).await;
    interview.log
}

async fn over_http(interview: &mut Interview<'_>) {
    let server = interview.server;
    let credentials = json!({"loginName": "139", "password": server.credential("login.password")}).to_string();
    interview.post(LOGIN, &[], &credentials).await;
    interview.post(REGISTER, &[], &credentials).await;
    interview.post(LOGOUT, &[("token", Some(server.token(1)))], "").await;
    for method in ["GET", "HEAD", "PUT", "OPTIONS"] {
        let mut client = server.client().await;
        interview.http(&mut client, method, LIST, &[], "").await;
        interview.post(COUNTER, &[], "{}").await;
    }
    let charset = [("Content-Type", Some("application/json; charset=utf-8"))];
    interview.post(LIST, &charset, "{}").await;
    interview.post("/gateway/global/none.None.none", &[], "{}").await;
    interview.post("/gateway/unknown", &[], "{}").await;

    let mut client = server.client().await;
    for trace in ["one", "two"] {
        let body = json!({"a": trace}).to_string();
        interview
            .http(&mut client, "POST", ECHO, &[("trace", Some(trace))], &body)
            .await;
    }

    for changes in [
        ("companyId", None),
        ("companyId", Some("abc")),
        ("trace", None),
        ("TRACE", Some("shouted")),
        ("trace", Some("12345")),
        ("trace", Some("ABC")),
        ("trace", Some("链路")),
        ("trace", Some("0123456789-0123456789-0123456789-0123456789")),
        ("timestamp", None),
        ("timestamp", Some("abc")),
    ] {
        interview.post(LIST, &[changes], "{}").await;
    }
    for optional in ["version", "group", "lang", "token"] {
        let all = [
            ("version", Some("0.0.1")),
            ("group", Some("x")),
            ("lang", Some("zh-CN")),
            ("token", Some("x")),
        ];
        let but_one = all.map(|(name, value)| (name, value.filter(|_| name != optional)));
        interview.post(LIST, &but_one, "{}").await;
    }
    for token in [
        None,
        Some("garbage"),
        Some(server.token(0)),
        Some(server.token(1)),
        Some(server.credential("session.expired")),
        Some(server.credential("session.foreign")),
    ] {
        interview.post(PROFILE, &[("token", token)], "{}").await;
    }
    for body in [
        "",
        "{",
        "[]",
        " {\"orderId\":\"A-17\"}",
        "{\"orderId\":\"A-17\"}",
        "{\"orderId\":\"A-17\",\"a\":1}",
    ] {
        interview.post(CANCEL, &[], body).await;
    }
    interview.post(ECHO, &[], "{}").await;
    let chunked = [("Content-Length", None), ("Transfer-Encoding", Some("chunked"))];
    interview.post(LIST, &chunked, "2\r\n{}\r\n0\r\n\r\n").await;
    let long = format!("{{\"a\":\"{}\"}}", "a".repeat(1 << 20));
    interview.post(LIST, &[], &long).await;

    let mut slow = server.client().await;
    let mut fast = Interview {
        server,
        log: Vec::new(),
        asked: 0,
        over: false,
    };
    tokio::join!(
        interview.http(
            &mut slow,
            "POST",
            WAIT,
            &[("trace", Some("slow"))],
            r#"{"delay_ms":1100}"#
        ),
        async {
            // On a connection that is already served, so that this request comes second.
            fast.post(LIST, &[], "{}").await;
            fast.post(LIST, &[("trace", Some("fast"))], "{}").await;
        }
    );
}

async fn over_websocket(interview: &mut Interview<'_>) {
    let server = interview.server;
    let key = "AAAAAAAAAAAAAAAAAAAAAA==";
    for change in [
        ("Sec-WebSocket-Key", Some(key)),
        ("Connection", Some("keep-alive, Upgrade")),
    ] {
        let response = server.client().await.handshake(&[change]).await;
        let accept: Vec<_> = response.header("Sec-WebSocket-Accept").collect();
        let extensions: Vec<_> = response.header("Sec-WebSocket-Extensions").collect();
        interview
            .log
            .push(format!("{} {accept:?} {extensions:?}", response.status));
        interview.over |= response.status != 101;
    }
    if interview.over {
        return;
    }
    let other = server
        .client()
        .await
        .handshake(&[("Sec-WebSocket-Version", Some("8"))])
        .await;
    interview.log.push(other.status.to_string());
    let mut client = server.socket().await;
    let list = |header| message("public.NoticeApiService.list", header, json!({})).to_string();
    for text in [
        list(json!({})),
        list(json!({"companyId": "11", "timestamp": "1"})),
        list(json!({"companyId": null})),
        list(json!({"trace": null})),
        list(json!({"timestamp": null})),
        list(json!({"trace": "链路"})),
        list(json!({"bizType": null})),
        list(json!({"bizType": "none.None.none"})),
        message("customer.OrderApiService.cancel", json!({}), json!({"orderId": "A-17"})).to_string(),
        message("public.EchoApiService.echo", json!({}), Value::Null).to_string(),
        r#"{"body":{}}"#.to_owned(),
    ] {
        interview.say(&mut client, &text).await;
        if interview
            .log
            .last()
            .is_some_and(|end| end.starts_with("Ok") || end.starts_with("Err"))
        {
            client = server.socket().await;
        }
    }
    for token in [
        Value::Null,
        json!("garbage"),
        json!(server.token(0)),
        json!(server.token(1)),
    ] {
        let call = message(
            "customer.CustomerWebApiService.profile",
            json!({"token": token}),
            json!({}),
        );
        interview.say(&mut client, &call.to_string()).await;
    }

    // A slow call, overtaken by another and by a heartbeat.
    let ping = |header: Value| json!({"header": header}).to_string();
    let slow = message(
        "public.SlowApiService.wait",
        json!({"trace": "slow"}),
        json!({"delay_ms": 500}),
    );
    client.say(&slow.to_string()).await;
    interview
        .say(&mut client, &ping(json!({"bizType": "ping", "trace": "t"})))
        .await;
    interview.hear_until(&mut client, "delay_ms").await;
    interview.hear(&mut client).await;

    let mut client = server.socket().await;
    for header in [
        json!({"bizType": "ping", "trace": "t", "token": "x", "sendTime": 1_617_246_557_505_i64, "lang": "zh-CN"}),
        json!({"bizType": "ping", "trace": "t", "companyId": 11}),
        json!({"bizType": "ping"}),
        json!({"bizType": "ping"}),
        json!({"bizType": "ping"}),
    ] {
        interview.say(&mut client, &ping(header)).await;
    }
    for _ in 0..4 {
        interview.say(&mut client, &ping(json!({"bizType": "ping"}))).await;
    }
    for _ in 0..2 {
        sleep(Duration::from_millis(300)).await;
        interview.say(&mut client, &ping(json!({"bizType": "ping"}))).await;
    }

    let mut client = server.socket().await;
    client.send(Frame::new(Opcode::Ping, "data")).await;
    interview.hear(&mut client).await;
    let (one, two) = (list(json!({})), list(json!({})));
    let (one, two) = (&one.as_bytes()[..20], &two.as_bytes()[20..]);
    client
        .send(Frame {
            fin: false,
            ..Frame::new(Opcode::Text, one)
        })
        .await;
    client.send(Frame::new(Opcode::Continuation, two)).await;
    interview.hear(&mut client).await;
    client.send(Frame::close(1000, "")).await;
    interview.hear_until(&mut client, "nothing more").await;

    for text in [VERBATIM_PING, "{", r#"{"header":[]}"#] {
        let (mut client, mut other) = (server.socket().await, server.socket().await);
        interview.hear(&mut other).await;
        interview.say(&mut client, text).await;
        interview.hear(&mut other).await;
    }
}

#[tokio::test]
async fn the_honest_gateway_is_always_the_same() {
    let honest = interview(&serve(None).await).await;
    let again = interview(&serve(None).await).await;
    let difference = honest.iter().zip(&again).find(|(one, other)| one != other);
    assert_eq!((difference, honest.len()), (None, again.len()));
    // Side by side, because an interview mostly waits.
    let interviews = (0..28).map(async |_| interview(&serve(None).await).await);
    for log in futures_util::future::join_all(interviews).await {
        assert_eq!(log, honest, "the load of the others shows");
    }
}
