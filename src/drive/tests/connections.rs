//! WebSocket connections in message mode and frame mode.

use std::time::Duration;

use crate::{
    drive::{Network, Settings, reach},
    replay::io::{Action, Event, Write},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpSocket, TcpStream},
    sync::{mpsc, oneshot},
};
use wire::{
    event::{Ended, FailureKind, FrameFault, Received},
    frame::{Decoder, Frame, Opcode, close_payload},
};

use super::scene::*;

/// Reads frames until one satisfies, and hands it over.
async fn frame(stream: &mut TcpStream, decoder: &mut Decoder) -> Frame {
    loop {
        if let Some(frame) = decoder.next_frame().unwrap() {
            return frame;
        }
        let mut space = [0; 1024];
        let count = stream.read(&mut space).await.unwrap();
        assert!(count > 0, "the connection ended");
        decoder.feed(&space[..count]);
    }
}

#[tokio::test]
async fn a_polite_connection_talks_answers_pings_and_tells_the_close() {
    let (seen, mut peer_saw) = mpsc::unbounded_channel();
    let port = peer(move |mut stream| {
        let seen = seen.clone();
        async move {
            seen.send(head(&mut stream).await.into_bytes()).unwrap();
            // A frame right behind the head belongs to the frames.
            let mut first = SWITCHING.to_vec();
            first.extend(Frame::new(Opcode::Ping, "p").encode(None));
            stream.write_all(&first).await.unwrap();
            let mut decoder = Decoder::new(1000);
            for _ in 0..2 {
                let frame = frame(&mut stream, &mut decoder).await;
                assert!(frame.mask.is_some(), "a client masks");
                seen.send([frame.opcode.name().as_bytes(), b" ", &frame.payload].concat())
                    .unwrap();
            }
            let mut last = Frame::new(Opcode::Text, "reply").encode(None);
            last.extend(Frame::close(4001, "bye").encode(None));
            stream.write_all(&last).await.unwrap();
            let answer = frame(&mut stream, &mut decoder).await;
            assert_eq!(
                (answer.opcode, answer.payload),
                (Opcode::Close, close_payload(4001, "bye"))
            );
        }
    })
    .await;
    let events = Script::run([open(dial(port, true)), message(), say("hällo"), over()]).await;
    assert_eq!(response(&events).status, 101);
    assert_eq!(
        received(&events),
        [
            Received::new(Opcode::Ping, "p"),
            Received::new(Opcode::Text, "reply"),
            Received::new(Opcode::Close, close_payload(4001, "bye")),
        ]
    );
    assert_eq!(ended(&events), Ended::Eof);
    assert_eq!(next(&mut peer_saw).await, b"GET /chat HTTP/1.1\r\nHost: h\r\n\r\n");
    let mut frames = [next(&mut peer_saw).await, next(&mut peer_saw).await];
    frames.sort();
    assert_eq!(frames, [b"pong p".to_vec(), "text hällo".into()]);
}

#[tokio::test]
async fn a_polite_close_is_sent_with_its_code_and_reason() {
    let (seen, peer_saw) = oneshot::channel();
    let seen = std::sync::Mutex::new(Some(seen));
    let port = peer(move |mut stream| {
        let seen = seen.lock().unwrap().take();
        async move {
            head(&mut stream).await;
            stream.write_all(SWITCHING).await.unwrap();
            let frame = frame(&mut stream, &mut Decoder::new(1000)).await;
            stream.write_all(&frame_back(&frame)).await.unwrap();
            seen.unwrap().send(frame).unwrap();
        }
    })
    .await;
    let close = Action::Write {
        connection: 1,
        write: Write::Message(Opcode::Close, close_payload(1000, "done").into()),
    };
    let events = Script::run([open(dial(port, true)), act(close), over()]).await;
    assert_eq!(peer_saw.await.unwrap().payload, close_payload(1000, "done"));
    assert_eq!(
        received(&events),
        [Received::new(Opcode::Close, close_payload(1000, "done"))]
    );
    assert_eq!(ended(&events), Ended::Eof);
}

fn frame_back(frame: &Frame) -> Vec<u8> {
    Frame::new(frame.opcode, frame.payload.clone()).encode(None)
}

#[tokio::test]
async fn what_tungstenite_cannot_read_ends_the_polite_connection() {
    let masked = Frame {
        mask: Some([1; 4]),
        ..Frame::new(Opcode::Text, "x")
    };
    let port = answering([SWITCHING, &masked.encode(None)].concat()).await;
    let events = Script::run([open(dial(port, true)), over()]).await;
    assert!(matches!(ended(&events), Ended::Unreadable { why, .. } if why.contains("masked")));
}

#[tokio::test]
async fn a_raw_connection_keeps_every_fault_and_joins_fragments() {
    let part = |opcode, payload: &str, fin| Frame {
        fin,
        ..Frame::new(opcode, payload)
    };
    let masked = Frame {
        mask: Some([1, 2, 3, 4]),
        rsv: 1,
        ..Frame::new(Opcode::Text, "m")
    };
    let frames = [
        part(Opcode::Text, "he", false),
        part(Opcode::Ping, "p", true),
        part(Opcode::Continuation, "llo", true),
        masked,
        part(Opcode::Reserved(5), "r", true),
        Frame::close(1005, ""),
    ];
    let bytes: Vec<u8> = frames.iter().flat_map(|frame| frame.encode(None)).collect();
    let port = answering([SWITCHING, &bytes].concat()).await;
    let events = Script::run([open(dial(port, false)), over()]).await;
    let with = |opcode, payload: &[u8], faults: &[FrameFault]| Received {
        faults: faults.to_vec(),
        ..Received::new(opcode, payload)
    };
    assert_eq!(
        received(&events),
        [
            with(Opcode::Ping, b"p", &[]),
            with(Opcode::Text, b"hello", &[]),
            with(Opcode::Text, b"m", &[FrameFault::Masked, FrameFault::ReservedBit]),
            with(Opcode::Reserved(5), b"r", &[FrameFault::ReservedOpcode]),
            with(Opcode::Close, &close_payload(1005, ""), &[FrameFault::BadCloseCode]),
        ]
    );
    assert_eq!(ended(&events), Ended::Eof);
}

#[tokio::test]
async fn raw_bytes_go_out_as_they_stand_and_in_pieces() {
    let (seen, mut peer_saw) = mpsc::unbounded_channel();
    let port = peer(move |mut stream| {
        let seen = seen.clone();
        async move {
            head(&mut stream).await;
            stream.write_all(SWITCHING).await.unwrap();
            let mut space = [0; 64];
            while let Ok(count @ 1..) = stream.read(&mut space).await {
                seen.send(space[..count].to_vec()).unwrap();
            }
        }
    })
    .await;
    let mut script = Script::new([
        open(dial(port, false)),
        opened(),
        write("no frame at all", &[0, 2, 2, 8, 99]),
    ]);
    crate::drive::pump(&network(), &mut script).await;
    let mut all = Vec::new();
    while all.len() < 15 {
        all.extend(next(&mut peer_saw).await);
    }
    // The script was done as soon as it had said so: even then all of it went out.
    assert_eq!(all, b"no frame at all");
}

#[tokio::test]
async fn a_raw_connection_answers_no_ping() {
    let port = peer(|mut stream| async move {
        head(&mut stream).await;
        let ping = Frame::new(Opcode::Ping, "p").encode(None);
        stream.write_all(&[SWITCHING, &ping].concat()).await.unwrap();
        let mut first = [0; 1];
        stream.read_exact(&mut first).await.unwrap();
        assert_eq!(first, *b"!", "a pong came first");
        stream
            .write_all(&Frame::new(Opcode::Text, "ok").encode(None))
            .await
            .unwrap();
    })
    .await;
    let events = Script::run([open(dial(port, false)), message(), write("!", &[]), over()]).await;
    assert_eq!(received(&events).last().and_then(Received::text), Some("ok"));
}

#[tokio::test]
async fn frames_and_messages_over_the_bound_are_unreadable() {
    let network = Network::new(Settings {
        message_limit: 10,
        ..settings()
    })
    .unwrap();
    let lying = Frame::new(Opcode::Text, "x").encode(Some(11));
    let mut parts = Vec::new();
    for opcode in [Opcode::Text, Opcode::Continuation] {
        let part = Frame {
            fin: false,
            ..Frame::new(opcode, "abcdef")
        };
        parts.extend(part.encode(None));
    }
    for (bytes, message_mode) in [(&lying, false), (&parts, false), (&lying, true), (&parts, true)] {
        let port = answering([SWITCHING, bytes].concat()).await;
        let events = Script::run_in(&network, [open(dial(port, message_mode)), over()]).await;
        let Ended::Unreadable { why, cut: Some(cut) } = ended(&events) else {
            panic!("{message_mode}: {:?}", ended(&events));
        };
        assert!(why.contains("10"), "{message_mode}: {why}");
        assert_eq!((cut.length, &cut.first), (bytes.len(), bytes), "{message_mode}");
    }
}

#[tokio::test]
async fn a_refusal_comes_with_its_body_however_that_ends() {
    let head = "HTTP/1.1 401 Unauthorized\r\nX-Case: Kept\r\n";
    for (rest, body) in [
        ("Content-Length: 4\r\n\r\nnope and more", "nope"),
        (
            "Transfer-Encoding: chunked\r\n\r\n2\r\nno\r\n2\r\npe\r\n0\r\n\r\n",
            "nope",
        ),
        ("\r\nnope", "nope"),
        // Less than it says, or nonsense: the refusal stands, with what came.
        ("Content-Length: 40\r\n\r\nnope", "nope"),
        ("Content-Length: x\r\n\r\nnope", "nope"),
    ] {
        let port = answering(format!("{head}{rest}")).await;
        let mut script = Script::new([open(dial(port, false)), opened()]);
        crate::drive::pump(&network(), &mut script).await;
        let response = response(&script.events);
        assert_eq!(
            (response.status, response.body.as_slice()),
            (401, body.as_bytes()),
            "{rest}"
        );
        assert!(response.headers.contains(&("X-Case".into(), "Kept".into())));
        assert_eq!(script.events.len(), 1, "no more events come: {:?}", script.events);
    }
}

#[tokio::test]
async fn a_refusal_does_not_wait_for_a_body_that_never_comes() {
    let port = peer(|mut stream| async move {
        head(&mut stream).await;
        let answer = b"HTTP/1.1 403 No\r\nContent-Length: 9\r\n\r\nhalf";
        stream.write_all(answer).await.unwrap();
        gone(&mut stream).await;
    })
    .await;
    // The handshake's own time-out is far beyond the script's: it is not what ends the wait.
    let events = Script::run([open_within(dial(port, true), 10 * TIMEOUT), opened()]).await;
    assert_eq!(response(&events).body, b"half");
}

#[tokio::test]
async fn interim_responses_are_skipped_but_not_for_ever() {
    let hint = "HTTP/1.1 103 Early Hints\r\n\r\n";
    let port = answering([hint.as_bytes(), SWITCHING].concat()).await;
    let events = Script::run([open(dial(port, false)), over()]).await;
    assert_eq!(response(&events).status, 101);
    let port = answering(hint.repeat(100)).await;
    let events = Script::run([open(dial(port, false)), over()]).await;
    assert_eq!(failed(&events), FailureKind::Malformed);
}

#[tokio::test]
async fn no_response_says_why() {
    for (bytes, kind) in [
        (&b""[..], FailureKind::Closed),
        (b"HTTP/1.1 101 Swit", FailureKind::Closed),
        (b"SSH-2.0-server\r\n", FailureKind::Malformed),
        (b"HTTP/1.1 banana\r\n\r\n", FailureKind::Malformed),
    ] {
        let port = answering(bytes).await;
        let events = Script::run([open(dial(port, true)), over()]).await;
        assert_eq!(failed(&events), kind, "{}", String::from_utf8_lossy(bytes));
    }
}

#[tokio::test]
async fn garbage_is_told_at_once_even_if_the_peer_keeps_the_connection() {
    let port = peer(|mut stream| async move {
        stream.write_all(b"220 mail ready\r\n").await.unwrap();
        gone(&mut stream).await;
    })
    .await;
    let events = Script::run([open(dial(port, true)), over()]).await;
    assert_eq!(failed(&events), FailureKind::Malformed);
}

#[tokio::test]
async fn a_head_over_the_limit_is_too_long() {
    let mut head = b"HTTP/1.1 101 Switching Protocols\r\nX: ".to_vec();
    head.resize(70_000, b'x');
    for ending in ["", "\r\n\r\n"] {
        let port = answering([&head, ending.as_bytes()].concat()).await;
        let events = Script::run([open(dial(port, true)), over()]).await;
        assert_eq!(failed(&events), FailureKind::TooLong);
    }
    // Just within.
    head.truncate(65_000);
    let port = answering([&head, &b"\r\n\r\n"[..]].concat()).await;
    let events = Script::run([open(dial(port, true)), over()]).await;
    assert_eq!(response(&events).status, 101);
}

#[tokio::test]
async fn a_reset_is_told_apart_from_an_end() {
    for upgrade in [false, true] {
        for message_mode in [false, true] {
            let port = peer(move |mut stream| async move {
                head(&mut stream).await;
                if upgrade {
                    stream.write_all(SWITCHING).await.unwrap();
                    stream.read_u8().await.unwrap();
                }
                stream.set_zero_linger().unwrap();
            })
            .await;
            let ping = match message_mode {
                true => say("x"),
                false => write("x", &[]),
            };
            let events = Script::run([open(dial(port, message_mode)), ping, over()]).await;
            if upgrade {
                assert_eq!(ended(&events), Ended::Reset, "message mode: {message_mode}");
            } else {
                assert_eq!(failed(&events), FailureKind::Reset, "message mode: {message_mode}");
            }
        }
    }
}

#[tokio::test]
async fn silence_lasts_until_the_deadline() {
    let port = peer(|mut stream| async move { gone(&mut stream).await }).await;
    let deadline = Duration::from_millis(80);
    let mut script = Script::new([open_within(dial(port, true), deadline), over()]);
    crate::drive::pump(&network(), &mut script).await;
    assert_eq!(failed(&script.events), FailureKind::Timeout);
    assert!(script.times[0] >= deadline, "{:?}", script.times);
}

#[tokio::test]
async fn a_closed_port_is_unreachable() {
    // Bound but not listening: nobody else gets the port, and nobody answers.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let port = socket.local_addr().unwrap().port();
    let events = Script::run([open(dial(port, true)), over()]).await;
    let failure = failure(&events);
    assert_eq!(failure.kind, FailureKind::Unreachable);
    assert!(!failure.text.contains("127."), "{}", failure.text);
    let preflight = reach(&network(), "127.0.0.1", port, false).await;
    assert_eq!(preflight.map_err(|failure| failure.kind), Err(FailureKind::Unreachable));
    let nowhere = reach(&network(), "name.invalid", port, false).await;
    assert_eq!(nowhere.map_err(|failure| failure.kind), Err(FailureKind::Unreachable));
}

#[tokio::test]
async fn a_listener_is_reached() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    assert_eq!(reach(&network(), "localhost", port, false).await, Ok(()));
}

#[tokio::test]
async fn a_dropped_connection_is_closed_at_once_behind_what_was_written() {
    let (seen, mut peer_saw) = mpsc::unbounded_channel();
    for message_mode in [true, false] {
        let seen = seen.clone();
        let port = peer(move |mut stream| {
            let seen = seen.clone();
            async move {
                head(&mut stream).await;
                stream.write_all(SWITCHING).await.unwrap();
                let mut all = Vec::new();
                stream.read_to_end(&mut all).await.unwrap();
                seen.send(all.len()).unwrap();
            }
        })
        .await;
        let last = match message_mode {
            true => say("last words"),
            false => write("sixteen bytes...", &[4, 8]),
        };
        let events = Script::run([
            open(dial(port, message_mode)),
            opened(),
            last,
            act(Action::Drop { connection: 1 }),
            over(),
            // Once more is no mistake.
            act(Action::Drop { connection: 1 }),
        ])
        .await;
        assert_eq!(ended(&events), Ended::Local);
        assert_eq!(next(&mut peer_saw).await, 16, "message mode: {message_mode}");
    }
}

#[tokio::test]
async fn frames_behind_the_request_arrive_even_if_the_peer_answers_first() {
    let port = peer(|mut stream| async move {
        head(&mut stream).await;
        stream.write_all(SWITCHING).await.unwrap();
        // More than the kernel's two buffers hold.
        let mut left = 24 << 20;
        let mut space = vec![0; 1 << 16];
        while left > 0 {
            left -= stream.read(&mut space).await.unwrap();
        }
        stream
            .write_all(&Frame::new(Opcode::Text, "all").encode(None))
            .await
            .unwrap();
    })
    .await;
    let mut dial = dial(port, false);
    dial.request.extend(vec![b'x'; 24 << 20]);
    let events = Script::run([open(dial), over()]).await;
    assert_eq!(received(&events)[0].text(), Some("all"));
}

#[tokio::test]
async fn more_than_a_row_may_bring_in_ends_the_connection() {
    let network = Network::new(Settings {
        row_limit: 100_000,
        ..settings()
    })
    .unwrap();
    for message_mode in [true, false] {
        let port = peer(|mut stream| async move {
            head(&mut stream).await;
            let frame = Frame::new(Opcode::Binary, vec![0; 1000]).encode(None);
            stream.write_all(SWITCHING).await.unwrap();
            while stream.write_all(&frame).await.is_ok() {}
        })
        .await;
        let events = Script::run_in(&network, [open(dial(port, message_mode)), over()]).await;
        assert!(matches!(ended(&events), Ended::Unreadable { why, .. } if why.contains("more than 100000 bytes")));
        let came = received(&events).len();
        // Each costs its bytes, its head and its place in the transcript.
        assert!((40..=60).contains(&came), "{came}");
    }
}

#[tokio::test]
async fn both_sides_may_send_much_at_once() {
    let port = peer(|mut stream| async move {
        head(&mut stream).await;
        stream.write_all(SWITCHING).await.unwrap();
        let big = Frame::new(Opcode::Binary, vec![0; 8 << 20]).encode(None);
        stream.write_all(&big).await.unwrap();
        let mut decoder = Decoder::new(16 << 20);
        let mut space = vec![0; 1 << 16];
        while decoder.next_frame().unwrap().is_none() {
            let count = stream.read(&mut space).await.unwrap();
            decoder.feed(&space[..count]);
        }
    })
    .await;
    let big = Write::Message(Opcode::Binary, vec![0; 8 << 20].into());
    let events = Script::run([
        open(dial(port, true)),
        opened(),
        act(Action::Write {
            connection: 1,
            write: big,
        }),
        over(),
    ])
    .await;
    assert_eq!(received(&events)[0].payload.len(), 8 << 20);
    assert!(matches!(events.last(), Some(Event::Ended { .. })));
}
