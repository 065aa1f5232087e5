//! What holds for a whole row: bounds, rate limit, and that nothing outlives it.

use std::time::Duration;

use crate::{
    drive::{Network, Settings, pair, pump},
    replay::io::{Action, Event, Now, Replay},
};
use tokio::{
    io::AsyncWriteExt,
    sync::{mpsc, oneshot},
    time::{Instant, timeout},
};
use wire::frame::{Frame, Opcode};

use super::scene::*;

/// A peer that says on a channel when a connection opens and when it is gone.
async fn watched() -> (u16, mpsc::UnboundedReceiver<&'static str>) {
    let (seen, peer_saw) = mpsc::unbounded_channel();
    let port = peer(move |mut stream| {
        let seen = seen.clone();
        async move {
            head(&mut stream).await;
            stream.write_all(SWITCHING).await.unwrap();
            let _ = seen.send("open");
            gone(&mut stream).await;
            let _ = seen.send("gone");
        }
    })
    .await;
    (port, peer_saw)
}

#[tokio::test]
async fn connections_end_with_their_row_done_or_dropped() {
    for message_mode in [true, false] {
        let (port, mut peer_saw) = watched().await;
        Script::run([open(dial(port, message_mode)), opened()]).await;
        assert_eq!(next(&mut peer_saw).await, "open");
        assert_eq!(next(&mut peer_saw).await, "gone");

        let network = network();
        let mut script = Script::new([open(dial(port, message_mode)), over()]);
        tokio::select! {
            () = pump(&network, &mut script) => panic!("the peer never ends it"),
            seen = peer_saw.recv() => assert_eq!(seen, Some("open")),
        }
        assert_eq!(next(&mut peer_saw).await, "gone");
    }
}

#[tokio::test]
async fn exchanges_end_with_their_row() {
    for name in ["x-raw", "X-Raw"] {
        let (seen, mut peer_saw) = mpsc::unbounded_channel();
        let port = peer(move |mut stream| {
            let seen = seen.clone();
            async move {
                head(&mut stream).await;
                seen.send("asked").unwrap();
                gone(&mut stream).await;
                seen.send("gone").unwrap();
            }
        })
        .await;
        let network = network();
        let mut script = Script::new([exchange(1, get(port, &[(name, "1")]), None), answered()]);
        tokio::select! {
            () = pump(&network, &mut script) => panic!("the peer never answers"),
            seen = peer_saw.recv() => assert_eq!(seen, Some("asked")),
        }
        assert_eq!(next(&mut peer_saw).await, "gone", "{name}");
    }
}

#[tokio::test]
async fn a_flood_waits_in_the_socket_while_the_machine_is_busy() {
    for message_mode in [true, false] {
        let (told, stalled) = oneshot::channel();
        let told = std::sync::Mutex::new(Some(told));
        let port = peer(move |mut stream| {
            let told = told.lock().unwrap().take();
            async move {
                head(&mut stream).await;
                stream.write_all(SWITCHING).await.unwrap();
                let frame = Frame::new(Opcode::Binary, vec![0; 1 << 16]).encode(None);
                let mut sent = 0;
                // It stalls as soon as nobody reads, and ends with the row.
                while sent < 128 << 20 && stream.write_all(&frame).await.is_ok() {
                    sent += frame.len();
                }
                if let Some(told) = told {
                    let _ = told.send(sent);
                }
            }
        })
        .await;
        // One a second: the row's second request keeps the machine from taking events for a second.
        let network = Network::new(Settings {
            requests_per_second: Some(1),
            row_limit: 1 << 30,
            ..settings()
        })
        .unwrap();
        let request = match message_mode {
            true => say("x"),
            // A text frame's first byte; a control frame would not be paced.
            false => write(*b"\x81", &[]),
        };
        Script::run_in(&network, [open(dial(port, message_mode)), opened(), request]).await;
        let sent = timeout(TIMEOUT, stalled).await.unwrap().unwrap();
        // The queue holds one MiB; the rest of it lies in the kernel's two buffers.
        assert!(sent < 32 << 20, "message mode: {message_mode}, {sent} bytes went out");
    }
}

/// In memory, where time is exact.
#[tokio::test(start_paused = true)]
async fn the_rows_clock_stands_still_while_it_is_paced() {
    let settings = Settings {
        requests_per_second: Some(5),
        ..settings()
    };
    let network = Network::in_memory(settings, Duration::ZERO, |_, _| {
        let (near, mut far) = pair();
        tokio::spawn(async move {
            head(&mut far).await;
            far.write_all(SWITCHING).await.unwrap();
            gone(&mut far).await;
        });
        Ok(near)
    })
    .unwrap();
    // Takes the first turn.
    Script::run_in(&network, [open(dial(1, true)), opened()]).await;
    let began = Instant::now();
    let mut script = Script::new([open_within(dial(1, true), Duration::from_millis(1)), opened()]);
    pump(&network, &mut script).await;
    assert_eq!(began.elapsed().as_millis() / 10, 20, "it waits for its turn");
    assert_eq!(response(&script.events).status, 101);
    assert!(script.times[0] < Duration::from_millis(2), "{:?}", script.times);
}

#[tokio::test]
async fn no_more_connections_than_allowed_but_a_row_gets_its_second() {
    let (port, mut peer_saw) = watched().await;
    let network = Network::new(Settings {
        connections: 1,
        ..settings()
    })
    .unwrap();
    let second = Action::Open {
        connection: 2,
        dial: dial(port, false),
        deadline: TIMEOUT,
    };
    let both = |event: &Event| matches!(event, Event::Opened { connection: 2, .. });
    let mut first = Script::new([open(dial(port, true)), opened(), act(second), Step::Until(both), over()]);
    let mut other = Script::new([open(dial(port, true)), opened()]);
    {
        let holding = pump(&network, &mut first);
        tokio::pin!(holding);
        for _ in 0..2 {
            tokio::select! {
                () = &mut holding => panic!("it never ends"),
                seen = peer_saw.recv() => assert_eq!(seen, Some("open")),
            }
        }
        // Another row stays outside as long as these two live.
        tokio::select! {
            () = &mut holding => panic!("it never ends"),
            () = pump(&network, &mut other) => panic!("there was no place for it"),
            seen = timeout(Duration::from_millis(100), peer_saw.recv()) => assert!(seen.is_err()),
        }
    }
    let mut other = Script::new([open(dial(port, true)), opened()]);
    timeout(TIMEOUT, pump(&network, &mut other)).await.unwrap();
    assert_eq!(response(&other.events).status, 101);
}

#[tokio::test(start_paused = true)]
async fn waiting_ends_when_it_is_time() {
    struct Waits(Vec<Duration>);
    impl Replay for Waits {
        fn poll(&mut self, now: Now) -> Action {
            self.0.push(now.elapsed);
            match self.0.len() {
                3.. => Action::Done,
                count => Action::Wait {
                    until: Some(Duration::from_secs(60 * count as u64)),
                },
            }
        }

        fn handle(&mut self, _: Now, event: Event) {
            panic!("{event:?}");
        }
    }
    let mut waits = Waits(Vec::new());
    pump(&network(), &mut waits).await;
    let seconds: Vec<u64> = waits.0.iter().map(Duration::as_secs).collect();
    assert_eq!(seconds, [0, 60, 120]);
}

#[test]
fn a_network_may_be_shared_by_threads() {
    fn shared<T: Clone + Send + Sync>() {}
    shared::<Network>();
}
