//! Calls, marks, times, heartbeats and events of the ws-service. It must never send a frame that is not lawful.

use crate::{
    client::{now, serve, serve_as},
    ws_service::call,
};
use conformist_reference::Variant;
use serde_json::json;
use tokio::io::AsyncWriteExt as _;
use wire::frame::{Frame, Opcode};

#[tokio::test]
async fn marks_come_back_byte_for_byte() {
    let server = serve().await;
    let mut client = server.session().await;
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
    let reply = client.ask_action("api", "index", json!({})).await;
    assert!(reply["result"]["extra"].get("mark").is_none(), "{reply}");
}

#[tokio::test]
async fn the_window_is_five_minutes_on_both_sides_of_the_servers_clock() {
    let offset = 5000;
    let server = serve_as(Variant::Honest, offset).await;
    let mut client = server.session().await;
    // Two seconds of margin: the clock may tick between here and there. On a machine that took longer it is asked again.
    for (ahead, accepted) in [
        (0, true),
        (-298, true),
        (298, true),
        (-302, false),
        (302, false),
        (-offset, false),
    ] {
        let reply = loop {
            let asked = now();
            let ts = asked + offset + ahead;
            client.say(&call("api", "index", &json!({"ts": ts}))).await;
            let reply = client.json().await;
            if now() - asked <= 1 {
                break reply;
            }
        };
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
    let server = serve().await;
    let mut client = server.session().await;
    for payload in [vec![], vec![0xff], vec![7; 125]] {
        client.send(Frame::new(Opcode::Ping, payload.clone())).await;
        assert_eq!(client.frame().await, Some(Frame::new(Opcode::Pong, payload)));
    }
    client.send(Frame::new(Opcode::Pong, "unasked")).await;
    client.say_unfinished("pi").await;
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
    client.assert_answers().await;
}

#[tokio::test]
async fn errors_are_those_of_the_table_and_leave_the_connection_open() {
    let server = serve().await;
    let mut client = server.session().await;
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
        let reply = client.ask_action(controller, action, json!({"mark": name})).await;
        assert_eq!((&reply["code"], &reply["msg"]), (&json!(200), &json!(msg)));
        assert_eq!(reply["result"]["errorCode"], code);
        assert_eq!(reply["result"]["errorExtra"]["mark"], name);
    }
    client.assert_answers().await;
    let mut unpaid = server.session_of(server.account("token.unpaid", 0)).await;
    let reply = unpaid.ask_action("data", "paid", json!({"mark": 1})).await;
    assert_eq!(
        (&reply["code"], &reply["result"]["errorExtra"]["mark"]),
        (&json!(1402), &json!(1))
    );
}

#[tokio::test]
async fn a_slow_call_is_overtaken() {
    let server = serve().await;
    let mut client = server.session().await;
    let calls = [("slow", 1), ("paid", 2)]
        .map(|(action, mark)| call("data", action, &json!({"mark": mark, "ts": now(), "delay_ms": 100})));
    client.say_at_once(&calls).await;
    // A client that ends its half still gets what it is owed.
    client.stream.shutdown().await.unwrap();
    assert_eq!(client.json().await["result"]["extra"]["mark"], 2);
    assert_eq!(client.json().await["result"]["extra"]["mark"], 1);
    assert_eq!(client.frame().await, None);
}

#[tokio::test]
async fn a_push_reaches_the_subscribed_sessions_of_the_account_before_the_reply() {
    let server = serve().await;
    let event = || json!({"event": "systemMsg", "data": {"b": 1}, "mark": "m"});
    let mut caller = server.session().await;
    let mut second = server.session().await;
    let mut stranger = server.session_of(server.account("token.valid", 1)).await;
    for client in [&mut caller, &mut second, &mut stranger] {
        let reply = client.ask_action("api", "push_subscribe", event()).await;
        assert_eq!(reply["result"]["data"]["status"], 1);
    }
    let push = r#"{"code":1200,"result":{"data":{"b":1}},"msg":"systemMsg"}"#;
    let first = caller.ask_action("debug", "push", event()).await;
    assert_eq!(first.to_string(), push);
    assert_eq!(caller.json().await["result"]["data"]["delivered"], 2);
    assert_eq!(second.text().await, push);
    stranger.assert_answers().await;
    caller.ask_action("api", "push_unsubscribe", event()).await;
    let list = caller.ask_action("api", "get_push_list", json!({})).await;
    assert_eq!(list["result"]["data"]["push"], json!([]));
    assert_eq!(list["result"]["data"]["list"].as_array().unwrap().len(), 10);
    drop(second);
    let reply = caller.ask_action("debug", "push", event()).await;
    assert_eq!(reply["code"], 200, "{reply}");
}

#[tokio::test]
async fn an_error_disconnect_is_said_and_done() {
    let server = serve().await;
    for (action, code, msg) in [
        ("offline", -9998, "Forced offline"),
        ("other_error", -9999, "Other error"),
    ] {
        let mut client = server.session().await;
        let reply = client.ask_action("debug", action, json!({"mark": 1})).await;
        assert_eq!(reply, json!({"code": 200, "result": {"errorCode": code}, "msg": msg}));
        assert_eq!(client.close().await, Some(1000));
        server.session().await.assert_answers().await;
    }
}
