//! Everything that a fault of the ws-service may touch, asked of two honest servers: they answer alike. It must never
//! depend on a time, but on how many digits it has.

use serde_json::{Value, json};
use wire::frame::{Frame, Opcode};

use crate::{
    client::{Changes, Client, Server, now, serve},
    ws_service::call,
};

/// What a server said.
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

    async fn door(&mut self, target: &str, changes: Changes<'_>) {
        let (mut client, response) = self.server.handshake("GET", target, changes).await;
        let extensions: Vec<_> = response.header("Sec-WebSocket-Extensions").collect();
        let accept: Vec<_> = response.header("Sec-WebSocket-Accept").collect();
        self.note((response.status, accept, extensions));
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
        client
            .say(&call("data", "paid", &json!({"mark": last, "ts": now()})))
            .await;
        self.hear_until(client, &last).await;
    }

    async fn hear_until(&mut self, client: &mut Client, last: &str) {
        loop {
            match client.try_frame().await {
                Ok(Some(frame)) => {
                    let text = String::from_utf8_lossy(&frame.payload).into_owned();
                    let end = text.contains(last);
                    self.note((frame.opcode, text));
                    if end {
                        return;
                    }
                }
                Ok(None) => return self.note("end"),
                Err(error) => return self.note(error.kind()),
            }
        }
    }

    async fn ask(&mut self, client: &mut Client, controller: &str, action: &str, mut params: Value) {
        if params.get("ts").is_none() {
            params["ts"] = now().into();
        }
        client.say(&call(controller, action, &params)).await;
        self.hear(client).await;
    }
}

async fn interview(server: &Server) -> Vec<String> {
    let mut interview = Interview {
        server,
        log: Vec::new(),
        asked: 0,
    };
    doors(&mut interview).await;
    heartbeats(&mut interview).await;
    calls(&mut interview).await;
    overtaking(&mut interview).await;
    events(&mut interview).await;
    oddities(&mut interview).await;
    interview.log
}

async fn doors(interview: &mut Interview<'_>) {
    let server = interview.server;
    let token = server.account("token.valid", 0);
    let target = format!("/ws?Dev-Token={token}");
    for change in [
        ("Sec-WebSocket-Key", Some("AAAAAAAAAAAAAAAAAAAAAA==")),
        ("Sec-WebSocket-Version", Some("8")),
        ("Upgrade", None),
    ] {
        interview.door(&target, &[change]).await;
    }
    for target in [
        target.replace("/ws", "/other"),
        format!("/ws?Dev-Token={}", token.replace('a', "%61")),
        format!("/ws?x=1&Dev-Token={token}"),
        "/ws".to_owned(),
        format!("/ws?Dev-Token={}", token.to_uppercase()),
        format!("/ws?Dev-Token=%20{token}"),
        format!("/ws?Dev-Token={token}0"),
        format!("/ws?Dev-Token={}", server.account("token.expired", 0)),
        format!("/ws?Dev-Token={}", server.account("token.review", 0)),
        format!("/ws?Dev-Token={}", server.account("token.nopermission", 0)),
    ] {
        interview.door(&target, &[]).await;
    }
    interview.door(&target, &[("Dev-Token", Some("nobody's"))]).await;
    interview.door("/ws", &[("dev-token", Some(token))]).await;

    // Who is it, when the query and the header disagree?
    let unpaid = server.account("token.unpaid", 0);
    let (mut client, response) = server.handshake("GET", &target, &[("Dev-Token", Some(unpaid))]).await;
    interview.note(response.status);
    interview.hear(&mut client).await;
    let (mut client, response) = server.handshake("GET", &format!("/ws?Dev-Token={unpaid}"), &[]).await;
    interview.note(response.status);
    interview.ask(&mut client, "data", "paid", json!({"mark": 1})).await;
    let (_, response) = server
        .handshake("GET", &target, &[("Connection", Some("Upgrade"))])
        .await;
    interview.note(response.header("Connection").collect::<Vec<_>>());
}

async fn heartbeats(interview: &mut Interview<'_>) {
    let mut client = interview.server.session().await;
    for payload in ["", "x", "y", "z", "0"] {
        client.send(Frame::new(Opcode::Ping, payload)).await;
        client.send(Frame::new(Opcode::Pong, payload)).await;
        client.say("ping").await;
        interview.hear(&mut client).await;
    }
    client.say_unfinished("pi").await;
    client.send(Frame::new(Opcode::Ping, "amid")).await;
    client.send(Frame::new(Opcode::Continuation, "ng")).await;
    interview.hear(&mut client).await;

    // Nothing but pings.
    let mut client = interview.server.session().await;
    for _ in 0..3 {
        client.say("ping").await;
    }
    interview.hear(&mut client).await;
}

async fn calls(interview: &mut Interview<'_>) {
    let mut client = interview
        .server
        .session_of(interview.server.account("token.valid", 1))
        .await;
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
    for mut call in [
        json!({"params": []}),
        json!({"params": {"mark": 3}}),
        json!({"ts": now()}),
        json!({"more": 1, "params": {"ts": now()}}),
    ] {
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
        json!(-123_456_789),
    ] {
        interview.ask(&mut client, "data", "paid", json!({"mark": mark})).await;
    }
    for (controller, action) in [("api", "none"), ("data", "offline"), ("data", "restricted")] {
        interview
            .ask(&mut client, controller, action, json!({"mark": "m"}))
            .await;
    }
    interview.ask(&mut client, "api", "none", json!({})).await;
    client.say("{").await;
    interview.hear(&mut client).await;
}

/// One slow call, overtaken on its own connection and on another.
async fn overtaking(interview: &mut Interview<'_>) {
    let server = interview.server;
    let token = server.account("token.valid", 2);
    let mut client = server.session_of(token).await;
    let mut other = server.session_of(server.account("token.valid", 3)).await;
    let slow = || json!({"mark": "marks that start alike: 1", "ts": now(), "delay_ms": 200});
    let fast = || json!({"mark": "marks that start alike: 2", "ts": now()});
    client.say(&call("data", "slow", &slow())).await;
    other.say(&call("data", "paid", &fast())).await;
    interview.hear(&mut other).await;
    interview.hear_until(&mut client, "delay_ms").await;
    client
        .say_at_once(&[call("data", "slow", &slow()), call("data", "paid", &fast())])
        .await;
    interview.hear_until(&mut client, "delay_ms").await;
    // Somebody else is refused.
    server.handshake("GET", &format!("/ws?Dev-Token={token}0"), &[]).await;
    interview.hear(&mut client).await;
    interview.hear(&mut other).await;
    let again = server.status("GET", &format!("/ws?Dev-Token={token}"), &[]).await;
    interview.note(again);
}

async fn events(interview: &mut Interview<'_>) {
    let mut client = interview.server.session().await;
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
    let mut client = interview.server.session().await;
    interview.ask(&mut client, "debug", "other_error", event()).await;
}

async fn oddities(interview: &mut Interview<'_>) {
    let mut client = interview.server.session().await;
    client.say_unfinished("pi").await;
    client.send(Frame::new(Opcode::Continuation, "ng")).await;
    interview.hear(&mut client).await;
    client.send(Frame::new(Opcode::Binary, "ping")).await;
    interview.hear(&mut client).await;
}

#[tokio::test]
async fn the_honest_server_is_always_the_same() {
    let honest = interview(&serve().await).await;
    let again = interview(&serve().await).await;
    let difference = honest.iter().zip(&again).find(|(one, other)| one != other);
    assert_eq!((difference, honest.len()), (None, again.len()));
}
