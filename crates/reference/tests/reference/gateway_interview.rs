//! Everything that a fault of the gateway may touch, asked of many honest servers, side by side: they answer alike,
//! whatever the load. It must never depend on a time, but on whether it is as it should be.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use wire::frame::{Frame, Opcode};

use crate::{
    client::{Changes, Client, Server, now_ms, serve},
    gateway::*,
};

/// What a server said.
struct Interview<'a> {
    server: &'a Server,
    log: Vec<String>,
    asked: u32,
}

impl<'a> Interview<'a> {
    fn of(server: &'a Server) -> Self {
        Self {
            server,
            log: Vec::new(),
            asked: 0,
        }
    }

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
        let started = Instant::now();
        let response = client.exchange(method, target, changes, body.as_bytes()).await;
        let content_type: Vec<_> = response.header("Content-Type").collect();
        self.log.push(format!("{} {content_type:?}", response.status));
        let least = if target == WAIT { 200 } else { 0 };
        self.note(&String::from_utf8_lossy(&response.body), least, started.elapsed());
    }

    async fn post(&mut self, target: &str, changes: Changes<'_>, body: &str) {
        let mut client = self.server.connect().await;
        self.http(&mut client, "POST", target, changes, body).await;
    }

    /// Notes everything that comes before the reply to a last call, or before the end.
    async fn hear(&mut self, client: &mut Client) {
        self.asked += 1;
        let last = format!("last-{}", self.asked);
        client
            .say(&message(
                "public.EchoApiService.echo",
                json!({"trace": last}),
                json!({"a": 1}),
            ))
            .await;
        self.hear_until(client, &last).await;
    }

    async fn hear_until(&mut self, client: &mut Client, last: &str) {
        loop {
            match client.try_frame().await {
                Ok(Some(frame)) => {
                    let text = String::from_utf8_lossy(&frame.payload).into_owned();
                    self.log.push(format!("{:?}", frame.opcode));
                    self.note(&text, 0, Duration::MAX);
                    if text.contains(last) {
                        return;
                    }
                }
                Ok(None) => return self.log.push("end".to_owned()),
                Err(error) => return self.log.push(format!("{:?}", error.kind())),
            }
        }
    }

    async fn say(&mut self, client: &mut Client, text: &str) {
        client.say(text).await;
        self.hear(client).await;
    }
}

async fn interview(server: &Server) -> Vec<String> {
    let mut interview = Interview::of(server);
    over_http(&mut interview).await;
    headers_and_bodies(&mut interview).await;
    slow_over_http(&mut interview).await;
    handshakes(&mut interview).await;
    over_websocket(&mut interview).await;
    heartbeats(&mut interview).await;
    frames(&mut interview).await;
    interview.log
}

async fn over_http(interview: &mut Interview<'_>) {
    let server = interview.server;
    let credentials = json!({"loginName": "139", "password": server.gateway_credential("login.password")}).to_string();
    interview.post(LOGIN, &[], &credentials).await;
    interview.post(REGISTER, &[], &credentials).await;
    interview.post(LOGOUT, &[("token", Some(server.login(1)))], "").await;
    for method in ["GET", "HEAD", "PUT", "OPTIONS"] {
        let mut client = server.connect().await;
        interview.http(&mut client, method, LIST, &[], "").await;
        interview.post(COUNTER, &[], "{}").await;
    }
    let charset = [("Content-Type", Some("application/json; charset=utf-8"))];
    interview.post(LIST, &charset, "{}").await;
    interview.post("/gateway/global/none.None.none", &[], "{}").await;
    interview.post("/gateway/unknown", &[], "{}").await;
    let mut client = server.connect().await;
    for trace in ["one", "two"] {
        let body = json!({"a": trace}).to_string();
        interview
            .http(&mut client, "POST", ECHO, &[("trace", Some(trace))], &body)
            .await;
    }
}

async fn headers_and_bodies(interview: &mut Interview<'_>) {
    let server = interview.server;
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
        Some(server.login(0)),
        Some(server.login(1)),
        Some(server.gateway_credential("session.expired")),
        Some(server.gateway_credential("session.foreign")),
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
}

async fn slow_over_http(interview: &mut Interview<'_>) {
    let mut slow = interview.server.connect().await;
    let mut fast = Interview::of(interview.server);
    let trace = [("trace", Some("slow"))];
    tokio::join!(
        interview.http(&mut slow, "POST", WAIT, &trace, r#"{"delay_ms":200}"#),
        fast.post(LIST, &[("trace", Some("fast"))], "{}")
    );
    interview.log.append(&mut fast.log);
}

async fn handshakes(interview: &mut Interview<'_>) {
    for change in [
        ("Sec-WebSocket-Key", Some("AAAAAAAAAAAAAAAAAAAAAA==")),
        ("Connection", Some("keep-alive, Upgrade")),
        ("Sec-WebSocket-Version", Some("8")),
    ] {
        let response = interview.server.connect().await.upgrade(&[change]).await;
        let accept: Vec<_> = response.header("Sec-WebSocket-Accept").collect();
        let extensions: Vec<_> = response.header("Sec-WebSocket-Extensions").collect();
        interview
            .log
            .push(format!("{} {accept:?} {extensions:?}", response.status));
    }
}

async fn over_websocket(interview: &mut Interview<'_>) {
    let server = interview.server;
    let mut client = server.socket().await;
    let list = |header| message("public.NoticeApiService.list", header, json!({}));
    for text in [
        list(json!({})),
        list(json!({"companyId": "11", "timestamp": "1"})),
        list(json!({"companyId": null})),
        list(json!({"trace": null})),
        list(json!({"timestamp": null})),
        list(json!({"trace": "链路"})),
        list(json!({"bizType": null})),
        list(json!({"bizType": "none.None.none"})),
        message("customer.OrderApiService.cancel", json!({}), json!({"orderId": "A-17"})),
        message("public.EchoApiService.echo", json!({}), Value::Null),
        r#"{"body":{}}"#.to_owned(),
    ] {
        interview.say(&mut client, &text).await;
    }
    for token in [
        Value::Null,
        json!("garbage"),
        json!(server.login(0)),
        json!(server.login(1)),
    ] {
        let header = json!({"token": token});
        let call = message("customer.CustomerWebApiService.profile", header, json!({}));
        interview.say(&mut client, &call).await;
    }

    // A slow call, overtaken by another and by a heartbeat.
    let slow = message(
        "public.SlowApiService.wait",
        json!({"trace": "slow"}),
        json!({"delay_ms": 200}),
    );
    let fast = list(json!({"trace": "fast"}));
    client.say_at_once(&[slow, ping(json!({"trace": "t"})), fast]).await;
    interview.hear_until(&mut client, "delay_ms").await;
    interview.hear(&mut client).await;
}

async fn heartbeats(interview: &mut Interview<'_>) {
    let mut client = interview.server.socket().await;
    for header in [
        json!({"trace": "t", "token": "x", "sendTime": 1_617_246_557_505_i64, "lang": "zh-CN"}),
        json!({"trace": "t", "companyId": 11}),
    ] {
        interview.say(&mut client, &ping(header)).await;
    }
    for _ in 0..9 {
        interview.say(&mut client, &ping(json!({}))).await;
    }
    for text in [VERBATIM_PING, "{", r#"{"header":[]}"#] {
        let (mut client, mut other) = (interview.server.socket().await, interview.server.socket().await);
        interview.hear(&mut other).await;
        interview.say(&mut client, text).await;
        interview.hear(&mut other).await;
    }
}

async fn frames(interview: &mut Interview<'_>) {
    let mut client = interview.server.socket().await;
    client.send(Frame::new(Opcode::Ping, "data")).await;
    interview.hear(&mut client).await;
    let text = message("public.NoticeApiService.list", json!({}), json!({}));
    let (one, two) = text.split_at(20);
    client.say_unfinished(one).await;
    client.send(Frame::new(Opcode::Continuation, two)).await;
    interview.hear(&mut client).await;
    client.send(Frame::close(1000, "")).await;
    interview.hear_until(&mut client, "nothing more").await;
}

#[tokio::test]
async fn the_honest_gateway_is_always_the_same() {
    let honest = interview(&serve().await).await;
    // Side by side, because an interview mostly waits.
    let interviews = (0..28).map(async |_| interview(&serve().await).await);
    for log in futures_util::future::join_all(interviews).await {
        let difference = honest.iter().zip(&log).find(|(one, other)| one != other);
        assert_eq!(
            (difference, honest.len()),
            (None, log.len()),
            "the load of the others shows"
        );
    }
}
