//! The gateway over a WebSocket: handshakes, messages, heartbeats, frames. It must never call over HTTP.

use crate::{
    client::{now_ms, serve},
    gateway::*,
};
use serde_json::{Value, json};
use wire::frame::{Frame, Opcode};

#[tokio::test]
async fn anybody_may_open_a_websocket_but_only_by_the_rules() {
    let server = serve().await;
    let mut client = server.connect().await;
    let response = client.upgrade(&[]).await;
    assert_eq!(response.status, 101);
    let accept: Vec<_> = response.header("Sec-WebSocket-Accept").collect();
    assert_eq!(accept, ["s3pPLMBiTxaQ9kYGzzhZRbK+xOo="]);
    assert_eq!(response.header("Sec-WebSocket-Extensions").count(), 0);
    client.assert_serves().await;
    for (change, status) in [
        (("Upgrade", None), 400),
        (("Connection", Some("close")), 400),
        (("Sec-WebSocket-Key", Some("short")), 400),
        (("Sec-WebSocket-Version", Some("8")), 426),
    ] {
        let response = server.connect().await.upgrade(&[change]).await;
        assert_eq!(response.status, status, "{change:?}");
        assert_eq!(code(&envelope(&response)), "015");
    }
}

#[tokio::test]
async fn what_is_no_call_is_an_exception_and_the_websocket_lives() {
    let server = serve().await;
    let mut socket = server.socket().await;
    let good = header("public.EchoApiService.echo", json!({}));
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
        (&json!({"header": good}).to_string(), "006", json!("t-1")),
        (&json!({"header": good, "body": null}).to_string(), "006", json!("t-1")),
        (&json!({"header": good, "body": "{}"}).to_string(), "015", json!("t-1")),
        (&json!({"header": good, "body": []}).to_string(), "015", json!("t-1")),
    ] {
        socket.say(text).await;
        let reply = socket.json().await;
        assert_eq!((code(&reply), &reply["trace"]), (expected, &trace), "{text}");
        socket.assert_serves().await;
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
            .ask_service("public.EchoApiService.echo", header.clone(), json!({}))
            .await;
        assert_eq!(code(&reply), expected, "{header}");
    }
    socket
        .send(Frame::new(
            Opcode::Binary,
            json!({"header": good, "body": {}}).to_string(),
        ))
        .await;
    assert_eq!(code(&socket.json().await), "015");
    socket.assert_serves().await;
}

#[tokio::test]
async fn a_heartbeat_is_answered_by_a_flat_pong() {
    let server = serve().await;
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
    let slow = message(
        "public.SlowApiService.wait",
        json!({"trace": "slow"}),
        json!({"delay_ms": 200}),
    );
    let pings = ["a", "a", "b"].map(|trace| ping(json!({"trace": trace})));
    socket.say_at_once(&[&[slow][..], &pings].concat()).await;
    for trace in ["a", "a", "b"] {
        assert_eq!(socket.json().await["trace"], trace);
    }
    assert_eq!(socket.json().await["trace"], "slow");
}

#[tokio::test]
async fn a_slow_call_is_overtaken() {
    let server = serve().await;
    let mut socket = server.socket().await;
    let calls = [("slowest", 400), ("slower", 200), ("fast", 0)].map(|(trace, delay)| {
        let header = json!({"trace": trace});
        message("public.SlowApiService.wait", header, json!({"delay_ms": delay}))
    });
    socket.say_at_once(&calls).await;
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
    let server = serve().await;
    let mut socket = server.socket().await;
    for payload in [&b""[..], b"\xff\x00", &[b'x'; 125]] {
        socket.send(Frame::new(Opcode::Ping, payload)).await;
        assert_eq!(socket.frame().await, Some(Frame::new(Opcode::Pong, payload)));
    }
    socket.send(Frame::new(Opcode::Pong, "unasked")).await;
    let call = message("public.EchoApiService.echo", json!({"trace": "心跳"}), json!({}));
    socket.say_in_bytes(&call).await;
    assert_eq!(socket.json().await["trace"], "心跳");
    socket.send(Frame::close(3001, "done")).await;
    assert_eq!(socket.close().await, Some(3001));
}
