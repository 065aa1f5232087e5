//! Frames and connections of the ws-service: what RFC 6455 forbids, many at once, and the end of the server. It must never
//! expect anything of a reply but that it is one.

use crate::client::{now, serve, serve_as};
use conformist_reference::{Variant, fault};
use serde_json::json;
use std::collections::VecDeque;
use tokio::io::AsyncReadExt as _;
use wire::frame::{Frame, Opcode};

#[tokio::test]
async fn bad_frames_fail_the_connection_with_the_code_of_the_rfc() {
    let server = serve().await;
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
        let mut client = server.session().await;
        for frame in frames {
            client.write(&frame.encode(declared)).await;
        }
        assert_eq!(client.close().await, Some(code), "{name}");
    }
    let mut client = server.session().await;
    client.send(Frame::close(3001, "done")).await;
    assert_eq!(client.close().await, Some(3001));
}

#[tokio::test]
async fn a_call_may_come_in_fragments_that_split_a_character() {
    let server = serve().await;
    let mut client = server.session().await;
    let call = format!(
        r#"{{"controller":"api","action":"index","params":{{"mark":"心跳","ts":{}}}}}"#,
        now()
    );
    client.say_in_bytes(&call).await;
    assert_eq!(client.json().await["result"]["extra"]["mark"], "心跳");
}

#[tokio::test]
async fn a_thousand_connections_live_side_by_side() {
    let server = serve().await;
    let mut clients = VecDeque::new();
    for index in 0..1000 {
        clients.push_back(server.session_of(server.account("token.valid", index % 64)).await);
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
        let server = serve().await;
        let mut client = server.session().await;
        client.assert_answers().await;
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
    let server = serve_as(Variant::Fault(fault("ws/binary-crash").unwrap()), 0).await;
    let mut client = server.session().await;
    client.send(Frame::new(Opcode::Binary, "{}")).await;
    let mut chunk = [0; 1];
    assert!(client.stream.read(&mut chunk).await.is_err(), "not reset");
    let target = format!("/ws?Dev-Token={}", server.account("token.valid", 0));
    assert_eq!(server.status("GET", &target, &[]).await, 401);
    server.session().await.assert_answers().await;
}
