//! The gateway over HTTP: paths, methods, bodies, connections. It must never open a WebSocket but to compare.

use crate::{client::serve, gateway::*};
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::test]
async fn unknown_paths_are_404_with_an_envelope() {
    let server = serve().await;
    for path in [
        "/gateway",
        "/gateway/",
        "/gateway/unknown/a.B.c",
        "/gateway/logout/x",
        "/gateway/wsx",
    ] {
        let response = server.connect().await.exchange("POST", path, &[], b"{}").await;
        let envelope = envelope(&response);
        assert_eq!(
            (response.status, code(&envelope), &envelope["data"]),
            (404, "010", &Value::Null),
            "{path}"
        );
    }
    // The other protocol's paths are not the gateway's.
    let response = server.connect().await.exchange("POST", "/gatewayx", &[], b"{}").await;
    assert_eq!(response.status, 404);
    assert!(!response.body.starts_with(br#"{"code""#));
}

#[tokio::test]
async fn only_post_executes() {
    let server = serve().await;
    for (index, method) in ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "post"]
        .into_iter()
        .enumerate()
    {
        let mut client = server.connect().await;
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
    let response = server.connect().await.exchange("POST", "/gateway/ws", &[], b"{}").await;
    assert_eq!(response.status, 405);
    assert_eq!(response.header("Allow").collect::<Vec<_>>(), ["GET"]);
}

#[tokio::test]
async fn a_body_is_a_json_object_whatever_its_transfer() {
    let server = serve().await;
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
        let mut client = server.connect().await;
        assert_eq!(code(&client.post(ECHO, &[], body).await), expected, "{body}");
        assert_eq!(code(&client.post(ECHO, &[], "{}").await), "0", "after {body}");
    }
    for body in [&b"{\"a\":\"\xff\"}"[..], b"\xff\xfe{\x00}\x00"] {
        let response = server.connect().await.exchange("POST", ECHO, &[], body).await;
        assert_eq!((response.status, code(&envelope(&response))), (200, "015"));
    }
    for (target, body, expected) in [
        (LOGIN, r#"{"loginName":"139"}"#, "006"),
        (LOGIN, r#"{"loginName":139,"password":"x"}"#, "015"),
        (CANCEL, "{}", "006"),
        (WAIT, r#"{"delay_ms":2001}"#, "015"),
    ] {
        assert_eq!(
            code(&server.connect().await.post(target, &[], body).await),
            expected,
            "{body}"
        );
    }
    let chunked = [("Content-Length", None), ("Transfer-Encoding", Some("chunked"))];
    let mut client = server.connect().await;
    let response = client
        .exchange("POST", ECHO, &chunked, b"3\r\n{\"a\r\n5\r\n\":1}\n\r\n0\r\n\r\n")
        .await;
    assert_eq!(envelope(&response)["data"], json!({"a": 1}));

    client
        .send_call(
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
    let server = serve().await;
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
        let response = server
            .connect()
            .await
            .exchange("POST", ECHO, &[], body.as_bytes())
            .await;
        assert!(String::from_utf8(response.body).unwrap().ends_with(&end));
        let header = header("public.EchoApiService.echo", json!({}));
        socket.say(&format!(r#"{{"header":{header},"body":{body}}}"#)).await;
        assert!(socket.text().await.ends_with(&end));
    }
}

#[tokio::test]
async fn only_json_of_a_bearable_length_is_read() {
    let server = serve().await;
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
        let response = server.connect().await.exchange("POST", ECHO, &changes, b"{}").await;
        let expected = if status == 200 { "0" } else { "015" };
        assert_eq!(
            (response.status, code(&envelope(&response))),
            (status, expected),
            "{content_type:?}"
        );
    }
    let mut body = format!(r#"{{"a":"{}"}}"#, "m".repeat((4 << 20) - 8)).into_bytes();
    assert_eq!(body.len(), 4 << 20);
    let response = server.connect().await.exchange("POST", ECHO, &[], &body).await;
    assert_eq!(response.status, 200);
    body.push(b' ');
    let response = server.connect().await.exchange("POST", ECHO, &[], &body).await;
    assert_eq!((response.status, code(&envelope(&response))), (413, "015"));
}

#[tokio::test]
async fn calls_on_one_connection_are_answered_in_order() {
    let server = serve().await;
    let mut client = server.connect().await;
    for (index, target) in [WAIT, ECHO, CANCEL, "/gateway/unknown", LIST].into_iter().enumerate() {
        let trace = format!("t-{index}");
        client
            .send_call("POST", target, &[("trace", Some(&trace))], b"{}")
            .await;
    }
    for index in 0..5 {
        let reply = envelope(&client.response("POST").await.unwrap());
        assert_eq!(reply["trace"], format!("t-{index}"));
    }
}

#[tokio::test]
async fn the_processing_time_is_in_milliseconds() {
    let server = serve().await;
    let started = std::time::Instant::now();
    let reply = server.post(WAIT, &json!({"delay_ms": 120})).await;
    let tm = Duration::from_millis(reply["tm"].as_u64().unwrap());
    assert!(
        (Duration::from_millis(120)..=started.elapsed()).contains(&tm),
        "{reply}"
    );
}
